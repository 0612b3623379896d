"""Plain swipe readers against the worked swipes (`magstripe.md` sections 3, 4, 8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.swipe import SWIPE_BYTES_MAX, Damaged, Event, Receiver, Swipe
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("magstripe")
WORKED = VECTORS["generic-cr"].sent_by("device")
TRACK1, TRACK2 = (VECTORS["generic-cr"].decoded[name] for name in ("track1", "track2"))


def in_one(data: bytes) -> tuple[Event, ...]:
    receiver = Receiver()
    return (*receiver.receive(data), *receiver.silence())


def test_the_worked_swipe_gives_its_tracks_with_their_lrc() -> None:
    assert in_one(WORKED) == (Swipe((TRACK1 + "S", TRACK2 + "?", "")),)


def test_the_worked_failure_gives_the_tracks_that_say_so() -> None:
    wire = VECTORS["generic-track-error"].sent_by("device")
    assert in_one(wire) == (Swipe(("%E?", ";E?", "")),)


@pytest.mark.parametrize("end", [b"", b"\r", b"\r\n", b"\x03"])
@pytest.mark.parametrize("lrc", ["", "?", ";"])
@pytest.mark.parametrize("start3", ["+", ";", "_", "#"])
def test_every_way_of_closing_and_every_third_sentinel_is_known(
    end: bytes, lrc: str, start3: str
) -> None:
    text = f"%B1?{lrc};1=2?{lrc}{start3}99?{lrc}"
    wanted = f"%B1?{lrc}", f";1=2?{lrc}", f"{start3}99?{lrc}"
    assert in_one(text.encode() + end) == (Swipe(wanted),)


def test_a_wrapped_swipe_is_taken_out_of_its_wrapping() -> None:
    assert in_one(b"\x02;1=2?\x03\x55") == (Swipe(("", ";1=2?", "")),)


@pytest.mark.parametrize("text", [b";12", b"%B1?;1=2", b";1=2?xy", b";1\x00=2?", b";1\xff=2?"])
def test_what_is_not_tracks_from_end_to_end_is_damaged(text: bytes) -> None:
    assert in_one(text) == (Damaged(),)


def test_a_second_swipe_without_silence_before_it_is_thrown_away() -> None:
    assert len(in_one(WORKED + WORKED)) == 1


def test_a_swipe_that_is_under_way_when_one_begins_to_listen_is_none() -> None:
    receiver = Receiver(silent=False)
    assert receiver.receive(WORKED) == ()
    assert receiver.silence() == ()
    assert len(receiver.receive(WORKED)) == 1


@given(st.data(), st.sampled_from(["generic-cr", "generic-track-error"]), st.binary(max_size=9))
def test_any_chunking_gives_the_same_swipe(data: st.DataObject, name: str, noise: bytes) -> None:
    wire = noise + VECTORS[name].sent_by("device")
    receiver = Receiver()
    events = [event for cut in data.draw(cuts(wire)) for event in receiver.receive(cut)]
    assert (*events, *receiver.silence()) == in_one(wire)


@given(st.binary(max_size=600))
def test_after_garbage_and_silence_the_next_swipe_is_found(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(garbage)
    receiver.silence()
    assert receiver.receive(WORKED) == in_one(WORKED)


@given(st.binary(max_size=2000))
def test_what_is_held_back_is_never_longer_than_a_swipe(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(b"%" + garbage)
    assert len(receiver._text) <= SWIPE_BYTES_MAX + 1


def test_the_repr_of_a_swipe_shows_no_track() -> None:
    assert "6212" not in repr(in_one(WORKED))
