"""The MSR605 driver against the worked exchanges (`magstripe.md` sections 5, 7, 8)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from drivers.api import BadSwipe, Cancelled, DeviceFault, Fault, MagneticReader, Stripe, TimedOut
from drivers.magnetic_msr605 import Msr605
from drivers.port import Port
from protocol.values import Pan, Track2
from tests.drivers.peer import HangsUp, Host, Passes, Peer, Says, Signal, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("magstripe")
RESET, PROBE, ARM = b"\x1ba", b"\x1be", b"\x1br"
ALIVE = Says(b"\x1by")
OPENS: tuple[Step, ...] = (Host(RESET), Host(PROBE), ALIVE)
ARMED: tuple[Step, ...] = (Host(RESET), Host(ARM))
DISARMED: tuple[Step, ...] = (Host(RESET), Host(PROBE), ALIVE)
WAIT_S = 30.0

OpenReader = Callable[[], MagneticReader]


def swipe(name: str) -> Says:
    return Says(VECTORS[name].sent_by("device"))


@pytest.fixture
def open_reader(open_line: Callable[[], Port], peer: Peer) -> OpenReader:
    def opened() -> MagneticReader:
        peer.plays(*OPENS)
        reader = Msr605(open_line())
        peer.finish()
        return reader

    return opened


def read(reader: MagneticReader, peer: Peer, *steps: Step) -> object:
    """What one card read gives while the peer plays its steps, to their end."""
    peer.plays(*steps)
    got = reader.read_card(wait_s=WAIT_S)
    peer.finish()
    return got


def test_a_good_swipe_is_a_stripe(open_reader: OpenReader, peer: Peer) -> None:
    got = read(open_reader(), peer, *ARMED, swipe("read-iso"))
    said = VECTORS["read-iso"].decoded
    track2 = Track2(said["field35"])
    assert got == Stripe(Pan(said["pan"]), said["expiry"], said["service_code"], track2, None)
    assert isinstance(got, Stripe)
    assert got.has_chip is said["chip_required"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bad-swipe", BadSwipe.UNREADABLE),
        ("speed-error", BadSwipe.SPEED),
        ("reject-mismatch", BadSwipe.CORRUPT),
        ("reject-bad-month", BadSwipe.CORRUPT),
    ],
)
def test_a_bad_swipe_is_returned_at_once_with_its_reason(
    open_reader: OpenReader, peer: Peer, name: str, why: BadSwipe
) -> None:
    assert read(open_reader(), peer, *ARMED, swipe(name)) is why


def test_a_second_read_works_after_a_bad_swipe(open_reader: OpenReader, peer: Peer) -> None:
    reader = open_reader()
    read(reader, peer, *ARMED, swipe("bad-swipe"))
    assert isinstance(read(reader, peer, *ARMED, swipe("read-track2-only")), Stripe)


def test_noise_before_the_answer_does_no_harm(open_reader: OpenReader, peer: Peer) -> None:
    got = read(open_reader(), peer, *ARMED, Says(b"\x00\x1b\xff"), swipe("read-iso"))
    assert isinstance(got, Stripe)


def test_an_answer_that_came_unasked_is_not_taken_for_the_next_card(
    open_reader: OpenReader, peer: Peer
) -> None:
    reader = open_reader()
    peer.plays(swipe("read-iso"))
    peer.finish()
    assert read(reader, peer, *ARMED, swipe("speed-error")) is BadSwipe.SPEED


def test_a_late_answer_within_100_ms_of_the_reset_is_discarded(
    open_reader: OpenReader, peer: Peer
) -> None:
    steps = (Host(RESET), swipe("read-iso"), Host(ARM), swipe("speed-error"))
    assert read(open_reader(), peer, *steps) is BadSwipe.SPEED


def test_half_an_answer_and_silence_is_an_unreadable_swipe(
    open_reader: OpenReader, peer: Peer
) -> None:
    half = Says(VECTORS["read-iso"].sent_by("device")[:60])
    reader, started = open_reader(), time.monotonic()
    assert read(reader, peer, *ARMED, half) is BadSwipe.UNREADABLE
    assert time.monotonic() - started < WAIT_S / 10


def test_nobody_swiping_is_timed_out_and_the_reader_disarmed(
    open_reader: OpenReader, peer: Peer
) -> None:
    reader = open_reader()
    peer.plays(*ARMED, *DISARMED)
    assert reader.read_card(wait_s=0.05) == TimedOut()
    peer.finish()


def test_a_cancel_is_an_answer_and_disarms_the_reader(open_reader: OpenReader, peer: Peer) -> None:
    reader, armed = open_reader(), threading.Event()
    peer.plays(*ARMED, Signal(armed), *DISARMED)
    threading.Thread(target=lambda: armed.wait(5) and reader.cancel()).start()
    assert reader.read_card(wait_s=WAIT_S) == Cancelled()
    peer.finish()
    assert isinstance(read(reader, peer, *ARMED, swipe("read-iso")), Stripe)


def test_a_cancel_while_idle_does_nothing(open_reader: OpenReader, peer: Peer) -> None:
    reader = open_reader()
    reader.cancel()
    assert isinstance(read(reader, peer, *ARMED, swipe("read-iso")), Stripe)


def test_an_unplugged_lead_shows_when_nobody_swiped(open_reader: OpenReader, peer: Peer) -> None:
    reader = open_reader()
    peer.plays(*ARMED, Host(RESET), Host(PROBE), Host(PROBE), Host(PROBE))
    with pytest.raises(DeviceFault) as silent:
        reader.read_card(wait_s=0.05)
    assert silent.value.fault is Fault.SILENT
    peer.finish()


@pytest.mark.parametrize("sent", [b"", b"\x1bs\x1b\x01%B621234"])
def test_a_cable_pulled_while_armed_is_gone(
    open_reader: OpenReader, peer: Peer, sent: bytes
) -> None:
    reader = open_reader()
    peer.plays(*ARMED, Says(sent or b"\x00"), HangsUp())
    with pytest.raises(DeviceFault) as gone:
        reader.read_card(wait_s=WAIT_S)
    assert gone.value.fault is Fault.GONE
    assert "6212" not in str(gone.value)


def test_a_reader_that_answers_only_the_third_probe_is_there(
    open_reader: OpenReader, peer: Peer
) -> None:
    reader = open_reader()
    peer.plays(Host(PROBE), Passes(0.2), Host(PROBE), Passes(0.2), Host(PROBE), ALIVE)
    reader.check()
    peer.finish()


def test_a_command_the_reader_does_not_know_is_a_fault(open_reader: OpenReader, peer: Peer) -> None:
    peer_says = Says(VECTORS["bad-swipe"].sent_by("device")[:-1] + b"4")
    with pytest.raises(DeviceFault) as fault:
        read(open_reader(), peer, *ARMED, peer_says)
    assert fault.value.fault is Fault.NOT_UNDERSTOOD


def test_a_swipe_leaves_no_trace_in_the_log(
    open_reader: OpenReader, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read(open_reader(), peer, *ARMED, swipe("read-iso"))
    assert caplog.text == ""
