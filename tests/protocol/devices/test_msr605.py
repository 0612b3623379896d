"""MSR605 answers against the worked exchanges (`magstripe.md` sections 2, 8)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.magnetic_msr605
from protocol import msr605
from protocol.msr605 import Alive, Damaged, Receiver, Status, Swipe
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("magstripe")
SWIPE = VECTORS["read-iso"].sent_by("device")
READS = ["read-iso", "read-track2-only", "bad-swipe", "speed-error", "reject-mismatch"]


def in_one(data: bytes) -> tuple[object, ...]:
    return Receiver().receive(data)


def swipe_of(name: str) -> Swipe:
    (answer,) = in_one(VECTORS[name].sent_by("device"))
    assert isinstance(answer, Swipe)
    return answer


def test_the_commands_are_the_worked_ones() -> None:
    assert VECTORS["comm-test"].sent_by("host") == msr605.COMM_TEST
    assert VECTORS["read-iso"].sent_by("host") == msr605.RESET + msr605.ARM


def test_the_communication_test_is_answered_by_alive() -> None:
    assert in_one(VECTORS["comm-test"].sent_by("device")) == (Alive(),)


@pytest.mark.parametrize("name", ["read-iso", "read-track2-only"])
def test_a_swipe_gives_the_text_of_its_tracks(name: str) -> None:
    said = VECTORS[name].decoded
    assert swipe_of(name) == Swipe(Status.OK, (said["track1"], said["track2"], said["track3"]))


@pytest.mark.parametrize(
    ("name", "status"), [("bad-swipe", Status.READ_ERROR), ("speed-error", Status.BAD_SWIPE)]
)
def test_a_swipe_that_failed_says_how(name: str, status: Status) -> None:
    assert swipe_of(name) == Swipe(status, ("", "", ""))


def test_a_blank_track_of_some_firmwares_is_a_missing_one() -> None:
    (answer,) = in_one(b"\x1bs\x1b\x01\x1b+\x1b\x02;1?\x1b\x03\x1b+?\x1c\x1b0")
    assert answer == Swipe(Status.OK, ("", ";1?", ""))


@given(st.data(), st.lists(st.sampled_from(READS), max_size=3), st.binary(max_size=9))
def test_any_chunking_gives_the_same_answers(
    data: st.DataObject, names: list[str], noise: bytes
) -> None:
    wire = noise.join(VECTORS[name].sent_by("device") for name in names) + noise
    receiver = Receiver()
    answers = [answer for cut in data.draw(cuts(wire)) for answer in receiver.receive(cut)]
    assert tuple(answers) == in_one(wire)


@given(st.binary(max_size=600), st.sampled_from(READS))
def test_a_good_answer_after_garbage_is_found(garbage: bytes, name: str) -> None:
    assert in_one(garbage + VECTORS[name].sent_by("device"))[-1] == swipe_of(name)


@given(st.binary(max_size=2000))
def test_what_is_held_back_is_never_longer_than_an_answer(garbage: bytes) -> None:
    receiver = Receiver()
    receiver.receive(b"\x1bs" + garbage)
    assert len(receiver._bytes) < msr605.ANSWER_BYTES_MAX


def test_an_answer_that_never_ends_is_given_up_and_the_next_one_found() -> None:
    endless = b"\x1bs\x1b\x01" + b"A" * 2 * msr605.ANSWER_BYTES_MAX
    assert in_one(endless + SWIPE) == (swipe_of("read-iso"),)


def test_half_an_answer_is_replaced_by_the_whole_one_after_it() -> None:
    assert in_one(SWIPE[:40] + SWIPE) == (swipe_of("read-iso"),)


@pytest.mark.parametrize("missing", [1, 2])  # the status; ESC and the status
def test_an_answer_cut_off_at_its_end_does_not_swallow_the_next(missing: int) -> None:
    assert in_one(SWIPE[:-missing] + SWIPE) == (Damaged(), swipe_of("read-iso"))


def test_an_answer_under_way_can_be_seen() -> None:
    receiver = Receiver()
    receiver.receive(SWIPE[:-1])
    assert receiver.mid_answer
    receiver.receive(SWIPE[-1:])
    assert not receiver.mid_answer


@pytest.mark.parametrize(
    "wire",
    [
        b"\x1bs\x1b\x01\x1b\x02\x1b\x03!\x1c\x1b0",  # terminator without its ?
        b"\x1bsX\x1b\x01?\x1c\x1b0",  # text before the first mark
        b"\x1bs\x1b\x02;1?\x1b\x02;2??\x1c\x1b0",  # a track twice
        b"\x1bs\x1b\x01%\x1b\x05?\x1c\x1b0",  # an unknown mark
        b"\x1bs\x1b\x01\x1b\x02\x1b\x03?\x1c\x1bz",  # an unknown status
    ],
)
def test_an_answer_built_otherwise_is_damaged(wire: bytes) -> None:
    assert in_one(wire) == (Damaged(),)


def test_the_repr_of_a_swipe_shows_no_track() -> None:
    assert "6212" not in repr(swipe_of("read-iso"))


@pytest.mark.parametrize("module", [msr605, drivers.magnetic_msr605])
@pytest.mark.parametrize("forbidden", ["1bw", "1bn", "1bc"])
def test_no_command_writes_or_erases_a_card(module: object, forbidden: str) -> None:
    source = Path(str(module.__file__)).read_text("utf-8")  # type: ignore[attr-defined]
    assert f"\\x{forbidden}" not in source
