"""SAM_V frames against the worked exchanges (`idcard-sam.md` sections 2, 7, 8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import OurMistake
from protocol.link.sam_v import FRAME_BYTES_MAX, PREAMBLE, Damaged, Event, Receiver, Reply, encode
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("idcard-sam")
NAMES = sorted(VECTORS)
FOUND = VECTORS["find-ok"].sent_by("device")


def in_one(data: bytes) -> tuple[Event, ...]:
    return Receiver().receive(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_worked_command_is_built_byte_for_byte(name: str) -> None:
    wire = VECTORS[name].sent_by("host")
    assert encode(wire[7:-1]) == wire


@pytest.mark.parametrize("name", [name for name in NAMES if name != "read-bad-chk"])
def test_every_worked_answer_is_one_frame(name: str) -> None:
    (reply,) = in_one(VECTORS[name].sent_by("device"))
    assert isinstance(reply, Reply)


def test_a_find_says_its_status_and_data() -> None:
    assert in_one(FOUND) == (Reply(b"\x00\x00", 0x9F, bytes(4)),)


def test_a_wrong_check_byte_is_damage() -> None:
    assert in_one(VECTORS["read-bad-chk"].sent_by("device"))[0] == Damaged()


def test_a_preamble_inside_the_photo_begins_no_frame() -> None:
    wire = VECTORS["read-citizen"].sent_by("device")
    assert PREAMBLE in wire[7:]
    assert len(in_one(wire + FOUND)) == 2


@given(st.data(), st.lists(st.sampled_from(NAMES), max_size=3), st.binary(max_size=9))
def test_any_chunking_gives_the_same_frames(
    data: st.DataObject, names: list[str], noise: bytes
) -> None:
    wire = noise.join(VECTORS[name].sent_by("device") for name in names) + noise
    receiver = Receiver()
    events = [event for cut in data.draw(cuts(wire)) for event in receiver.receive(cut)]
    assert tuple(events) == in_one(wire)


@given(st.binary(max_size=300))
def test_a_good_frame_after_garbage_is_found(garbage: bytes) -> None:
    receiver = Receiver()
    events = [*receiver.receive(garbage + FOUND)]
    while receiver.mid_frame:
        events += receiver.abandon()
    assert events[-1] == in_one(FOUND)[0]


@given(st.integers(1, 1294 - len(FOUND)))  # else the two may add up to one, by chance 1 in 256
def test_a_good_frame_behind_half_a_one_is_found(cut: int) -> None:
    receiver = Receiver()
    events = [*receiver.receive(VECTORS["read-citizen"].sent_by("device")[:cut] + FOUND)]
    while receiver.mid_frame:
        events += receiver.abandon()
    assert in_one(FOUND)[0] in events


@pytest.mark.parametrize("length", [0, 3, 2401, 0xFFFF])
def test_a_length_outside_its_limits_is_damage_and_the_next_frame_is_found(length: int) -> None:
    assert in_one(PREAMBLE + length.to_bytes(2, "big") + FOUND) == (Damaged(), *in_one(FOUND))


@given(st.binary(max_size=5000))
def test_what_is_held_back_is_never_longer_than_a_frame(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(PREAMBLE + b"\x09\x60" + garbage)
    assert len(receiver._bytes) <= FRAME_BYTES_MAX


def test_a_command_without_its_parameter_is_our_mistake() -> None:
    with pytest.raises(OurMistake):
        encode(b"\x20")


def test_the_repr_of_a_reply_shows_no_person() -> None:
    (reply,) = in_one(VECTORS["read-citizen"].sent_by("device"))
    assert "data" not in repr(reply)
