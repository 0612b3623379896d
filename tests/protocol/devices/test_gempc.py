"""GemPC frames against the worked exchanges (`gempc-serial.md` sections 2, 3, 9, 12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import atr, gempc
from protocol.errors import OurMistake
from protocol.gempc import Answer, Damaged, Event, Movement, Nak, Receiver, Slot, TimeRequest
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("gempc-serial")
NAMES = sorted(VECTORS)
CODES = {row.code: row.name for row in gempc.ROWS}
STATUS = VECTORS["slot-present"].steps[2][1]


def in_one(data: bytes) -> tuple[Event, ...]:
    return Receiver().receive(data)


def answer_of(name: str) -> Answer:
    got = in_one(VECTORS[name].sent_by("device"))[-1]
    assert isinstance(got, Answer)
    return got


@pytest.mark.parametrize("name", NAMES)
def test_every_worked_command_is_built_byte_for_byte(name: str) -> None:
    for who, wire in VECTORS[name].steps:
        if who == "host":
            code, sequence, parameter, data = wire[2], wire[8], wire[9], wire[12:-1]
            assert gempc.encode(CODES[code], sequence, data, parameter) == wire


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("open-firmware", b"GemTwRC2-V2.02-GT04"),
        ("power-on-5v", bytes.fromhex("3B 67 00 00 50 42 4F 43 54 53 54")),
        ("pps-ta1-13", bytes.fromhex("FF 10 13 FC")),
        ("t0-select-pse", b"\x61\x1c"),
    ],
)
def test_an_answer_carries_the_worked_data(name: str, data: bytes) -> None:
    assert (answer_of(name).data, answer_of(name).trouble) == (data, None)


@pytest.mark.parametrize(
    ("name", "slot"),
    [("slot-present", Slot.INACTIVE), ("slot-absent", Slot.EMPTY), ("power-on-5v", Slot.ACTIVE)],
)
def test_an_answer_says_what_is_in_the_slot(name: str, slot: Slot) -> None:
    assert answer_of(name).slot is slot


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("power-on-absent", gempc.Trouble.MUTE),
        ("xfr-card-pulled", gempc.Trouble.MUTE),
        ("xfr-parity", gempc.Trouble.LINE),
    ],
)
def test_a_failed_command_says_why(name: str, trouble: gempc.Trouble) -> None:
    assert answer_of(name).trouble is trouble


def test_every_error_byte_has_a_meaning() -> None:
    """Section 9; what the table does not name is treated as the vendor's card errors are."""
    for error in range(256):
        body = bytes([3, 6, 0x80, 0, 0, 0, 0, 0, 0, 0x41, error, 0])
        lrc = 0
        for byte in body:
            lrc ^= byte
        (got,) = in_one(body + bytes([lrc]))
        assert isinstance(got, Answer)
        assert got.trouble is not None


def test_the_echo_is_no_event() -> None:
    assert in_one(VECTORS["slot-present"].steps[1][1]) == ()


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("slot-inserted-event", Movement.INSERTED),
        ("slot-removed-event", Movement.REMOVED),
        ("xfr-card-pulled", Movement.REMOVED),
        ("t0-time-request", TimeRequest()),
        ("nak-retry", Nak()),
    ],
)
def test_an_item_without_a_frame_is_found_before_the_answer(name: str, event: Event) -> None:
    events = in_one(VECTORS[name].sent_by("device"))
    assert events[0] == event
    assert isinstance(events[1], Answer)


def test_a_time_extension_is_no_result_yet() -> None:
    assert answer_of("time-extension").extend == VECTORS["time-extension"].decoded["extension"]


def test_a_wrong_lrc_is_damage() -> None:
    assert in_one(VECTORS["bad-lrc-answer"].sent_by("device")) == (Damaged(),)


def test_no_byte_of_a_damaged_frame_is_taken_for_an_event() -> None:
    data = bytes.fromhex("03 06 80 05 00 00 00 00 02 00 00 00 50 02 81 90 00 FF")
    assert in_one(data) == (Damaged(),)


@given(st.data(), st.lists(st.sampled_from(NAMES), max_size=4))
def test_any_chunking_gives_the_same_events(data: st.DataObject, names: list[str]) -> None:
    wire = b"".join(VECTORS[name].sent_by("device") for name in names)
    receiver = Receiver()
    events = [event for cut in data.draw(cuts(wire)) for event in receiver.receive(cut)]
    assert tuple(events) == in_one(wire)


@given(st.binary(max_size=600))
def test_a_good_frame_after_garbage_is_found(garbage: bytes) -> None:
    """At the latest when the bytes that a damaged header promises do not come."""
    noise = garbage.replace(bytes((gempc.SYNC,)), b"")
    (wanted,) = in_one(STATUS)
    assert in_one(noise + STATUS)[-1] == wanted or noise[-1:] == b"\x50"


@given(st.integers(0, 200))  # short of the end: else the two may add up to one, 1 in 256
def test_a_good_frame_behind_half_a_one_is_found(cut: int) -> None:
    half = gempc.encode("transfer", 7, bytes(261))[: 12 + cut]
    receiver = Receiver()
    events = [*receiver.receive(half + STATUS)]
    while receiver.mid_frame:
        events += receiver.abandon()
    assert events[-1] == in_one(STATUS)[0]


@given(st.binary(max_size=3000))
def test_what_is_held_back_is_never_longer_than_a_frame(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(b"\x03\x06\x80" + garbage)
    assert len(receiver._bytes) <= gempc.FRAME_BYTES_MAX


def test_the_repr_of_an_answer_shows_no_card_data() -> None:
    assert "4321" not in repr(answer_of("t0-time-request")).replace(" ", "")
    assert "data" not in repr(answer_of("t0-time-request"))


def test_more_than_a_message_holds_is_our_mistake() -> None:
    with pytest.raises(OurMistake):
        gempc.encode("transfer", 0, bytes(262))


def test_parameters_are_the_worked_ones() -> None:
    plain = atr.parse(b"\x3b\x00")
    t1 = atr.parse(bytes.fromhex("3B 80 81 01 00"))  # TD1, TD2 announce T=1 and no times
    worked0, worked1 = (
        VECTORS[name].sent_by("host")[12:-1] for name in ("set-params-t0", "set-params-t1")
    )
    assert gempc.parameters_t0(plain, 0x11) == worked0
    assert gempc.parameters_t1(t1, 0x11) == worked1
