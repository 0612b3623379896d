"""The plain swipe reader's driver against the worked swipes (`magstripe.md` sections 3, 5)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from drivers.api import BadSwipe, Cancelled, DeviceFault, Fault, Stripe, TimedOut
from drivers.magnetic_serial import SerialSwipeReader
from drivers.port import Port
from tests.drivers.peer import HangsUp, Pauses, Peer, Says, Signal, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("magstripe")
WAIT_S = 30.0
WORKED = VECTORS["generic-cr"].sent_by("device")
SILENCE = Pauses(0.25)  # longer than the 150 ms that part two swipes


@pytest.fixture
def reader(open_line: Callable[[], Port]) -> SerialSwipeReader:
    return SerialSwipeReader(open_line())


def read(reader: SerialSwipeReader, peer: Peer, *steps: Step) -> object:
    peer.plays(SILENCE, *steps)
    got = reader.read_card(wait_s=WAIT_S)
    peer.finish()
    return got


def test_a_good_swipe_is_a_stripe(reader: SerialSwipeReader, peer: Peer) -> None:
    got = read(reader, peer, Says(WORKED))
    said = VECTORS["generic-cr"].decoded
    assert isinstance(got, Stripe)
    assert (got.pan.reveal(), got.expiry) == (said["pan"], said["expiry"])
    assert got.has_chip is said["chip_required"]


def test_a_swipe_that_nothing_closes_ends_with_silence(
    reader: SerialSwipeReader, peer: Peer
) -> None:
    assert isinstance(read(reader, peer, Says(WORKED.rstrip(b"\r"))), Stripe)


def test_tracks_that_could_not_be_read_are_a_bad_swipe(
    reader: SerialSwipeReader, peer: Peer
) -> None:
    failed = VECTORS["generic-track-error"].sent_by("device")
    assert read(reader, peer, Says(failed)) is BadSwipe.UNREADABLE


def test_a_wrong_lrc_is_a_corrupt_swipe(reader: SerialSwipeReader, peer: Peer) -> None:
    assert read(reader, peer, Says(WORKED.replace(b"??\r", b"?0\r"))) is BadSwipe.CORRUPT


def test_half_a_swipe_is_unreadable(reader: SerialSwipeReader, peer: Peer) -> None:
    assert read(reader, peer, Says(WORKED[:30])) is BadSwipe.UNREADABLE


def test_a_card_drawn_before_it_was_asked_for_is_not_kept(
    reader: SerialSwipeReader, peer: Peer
) -> None:
    peer.plays(Says(b";6212345678901240=30122201000000000?\r"))
    peer.finish()
    got = read(reader, peer, Says(WORKED))
    assert isinstance(got, Stripe)
    assert got.pan.reveal() == VECTORS["generic-cr"].decoded["pan"]


def test_nobody_swiping_is_timed_out(reader: SerialSwipeReader) -> None:
    assert reader.read_card(wait_s=0.05) == TimedOut()


def test_a_cancel_is_an_answer(reader: SerialSwipeReader, peer: Peer) -> None:
    waits = threading.Event()
    peer.plays(SILENCE, Signal(waits))
    threading.Thread(target=lambda: waits.wait(5) and reader.cancel()).start()
    assert reader.read_card(wait_s=WAIT_S) == Cancelled()


def test_a_pulled_cable_is_gone(reader: SerialSwipeReader, peer: Peer) -> None:
    peer.plays(SILENCE, Says(WORKED[:30]), HangsUp())
    with pytest.raises(DeviceFault) as gone:
        reader.read_card(wait_s=WAIT_S)
    assert gone.value.fault is Fault.GONE
    assert "6212" not in str(gone.value)


def test_a_swipe_leaves_no_trace_in_the_log(
    reader: SerialSwipeReader, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read(reader, peer, Says(WORKED))
    assert caplog.text == ""
