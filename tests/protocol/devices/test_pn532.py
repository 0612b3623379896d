"""PN532 frames and answers against the worked exchanges (`pn532.md` sections 2 to 5, 10)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import pn532
from protocol.errors import OurMistake, PeerMistake
from protocol.link import pn532_frame
from protocol.link.pn532_frame import (
    ACK,
    FRAME_BYTES_MAX,
    WAKE,
    Acknowledged,
    Damaged,
    Event,
    Receiver,
    Refused,
    Reply,
    encode,
)
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("pn532")
NAMES = sorted(VECTORS)
FIRMWARE = VECTORS["firmware"].steps[2][1]
LONG_APDU = VECTORS["extended"]


def in_one(data: bytes) -> tuple[Event, ...]:
    return Receiver().receive(data)


def reply_of(name: str) -> Reply:
    reply = in_one(VECTORS[name].sent_by("device"))[-1]
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("bad-dcs-nack", "cancel-list")])
def test_every_worked_command_is_built_byte_for_byte(name: str) -> None:
    wire = VECTORS[name].sent_by("host").removeprefix(WAKE)
    assert encode(wire[6], wire[7:-2]) == wire


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("wake-sam", "sam_configuration"),
        ("firmware", "firmware"),
        ("set-parameters", "set_parameters"),
        ("rf-on", "field_on"),
        ("retries", "retries"),
        ("list-two", "list"),
        ("release", "release"),
    ],
)
def test_a_row_is_its_worked_command(name: str, row: str) -> None:
    command = pn532.BY_NAME[row]
    wire = VECTORS[name].sent_by("host").removeprefix(WAKE)
    assert encode(command.code, command.parameters) == wire


def test_an_answer_comes_behind_its_acknowledgement() -> None:
    acknowledged, reply = in_one(VECTORS["firmware"].sent_by("device"))
    assert acknowledged == Acknowledged()
    assert isinstance(reply, Reply)
    assert pn532.firmware(reply.data) == "PN532 1.6"


def test_an_extended_frame_is_read_and_written() -> None:
    said = LONG_APDU.decoded
    data = reply_of("extended").data
    assert (len(data) + 2, len(pn532.part(data).data)) == (said["length"], said["rapdu_len"])
    body = bytes(260)
    assert encode(0x40, body)[3:8] == bytes.fromhex("FF FF 01 06 F9")


def test_an_error_frame_is_a_refusal() -> None:
    assert in_one(VECTORS["syntax-error"].sent_by("device"))[-1] == Refused()


def test_a_wrong_data_checksum_is_damage_and_the_repetition_is_read() -> None:
    events = in_one(VECTORS["bad-dcs-nack"].sent_by("device"))
    assert Damaged() in events
    assert events[-1] == in_one(FIRMWARE)[0]


@pytest.mark.parametrize(
    ("name", "count"), [("list-none", 0), ("list-a", 1), ("list-a-7byte", 1), ("list-two", 2)]
)
def test_a_list_says_how_many_cards_there_are(name: str, count: int) -> None:
    assert len(pn532.targets(reply_of(name).data)) == count


@pytest.mark.parametrize("name", ["list-a", "list-a-7byte"])
def test_a_target_says_its_uid_and_whether_it_talks_apdus(name: str) -> None:
    said = VECTORS[name].decoded
    (target,) = pn532.targets(reply_of(name).data)
    assert target.uid == bytes.fromhex(said["uid"])
    assert target.talks_apdus is said["iso14443_4"]
    assert target.has_random_uid is said.get("random_uid", False)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("ppse", None),
        ("card-gone", pn532.Trouble.GONE),
        ("card-swapped", pn532.Trouble.DISCARDED),
    ],
)
def test_an_exchange_says_how_it_ended(name: str, trouble: pn532.Trouble | None) -> None:
    assert pn532.part(reply_of(name).data).trouble is trouble


def test_a_chained_answer_says_that_there_is_more() -> None:
    assert pn532.part(reply_of("mi").data).more
    assert not pn532.part(reply_of("ppse").data).more


@given(st.data(), st.lists(st.sampled_from(NAMES), max_size=3), st.binary(max_size=9))
def test_any_chunking_gives_the_same_events(
    data: st.DataObject, names: list[str], noise: bytes
) -> None:
    wire = noise.join(VECTORS[name].sent_by("device") for name in names) + noise
    receiver = Receiver()
    events = [event for cut in data.draw(cuts(wire)) for event in receiver.receive(cut)]
    assert tuple(events) == in_one(wire)


@given(st.binary(max_size=300))
def test_a_good_frame_after_garbage_is_found(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(garbage)
    while receiver.mid_frame:
        receiver.abandon()
    assert receiver.receive(FIRMWARE)[-1] == in_one(FIRMWARE)[0]


@given(st.integers(0, 5))
def test_the_preamble_may_be_of_any_length(zeros: int) -> None:
    assert in_one(bytes(zeros) + FIRMWARE[1:]) == in_one(FIRMWARE)


@given(st.binary(max_size=2000))
def test_what_is_held_back_is_never_longer_than_a_frame(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(b"\x00\xff\xff\xff\x01\x09\xf6" + garbage)
    assert len(receiver._bytes) <= FRAME_BYTES_MAX


@given(st.binary(max_size=60))
def test_any_list_and_any_part_is_read_or_refused(data: bytes) -> None:
    for read in (pn532.targets, pn532.part, pn532.firmware):
        with contextlib.suppress(PeerMistake):
            read(data)


def test_more_than_a_frame_holds_is_our_mistake() -> None:
    with pytest.raises(OurMistake):
        encode(0x40, bytes(264))


def test_the_repr_of_a_reply_shows_no_card_data() -> None:
    assert "data" not in repr(reply_of("ppse"))


def test_an_acknowledgement_is_the_worked_one() -> None:
    assert VECTORS["firmware"].steps[1][1] == ACK
    assert VECTORS["bad-dcs-nack"].steps[3][1] == pn532_frame.NACK
