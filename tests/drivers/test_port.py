"""A port reads until its deadline, can be interrupted, and says when it is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from drivers.api import DeviceFault, Fault, PortError
from drivers.port import LineSettings, Port, open_port
from tests.drivers.peer import HangsUp, Peer, Says

FAR_S = 30.0
SOON_S = 2.0  # the sheets' bound for noticing; every test below is far quicker

OpenLine = Callable[..., Port]


def within(call: Callable[[], object], limit_s: float = SOON_S) -> object:
    """What the call returns or raises, when it takes no longer than the limit."""
    started = time.monotonic()
    try:
        return call()
    except DeviceFault as fault:
        return fault.fault
    finally:
        assert time.monotonic() - started < limit_s


def test_bytes_are_there_as_soon_as_they_arrive(open_line: OpenLine, peer: Peer) -> None:
    port = open_line()
    peer.plays(Says(b"\x1by"))
    assert within(lambda: port.read(port.now() + FAR_S)) == b"\x1by"


def test_a_read_without_bytes_ends_at_its_deadline(open_line: OpenLine) -> None:
    port = open_line()
    assert within(lambda: port.read(port.now() + 0.02)) == b""


def test_the_eighth_bit_is_stripped_on_a_seven_bit_line(open_line: OpenLine, peer: Peer) -> None:
    port = open_line(LineSettings(1200, "7E1"))
    peer.plays(Says(b"\x86"))
    assert port.read(port.now() + SOON_S) == b"\x06"


def test_what_arrived_before_a_flush_is_gone(open_line: OpenLine, peer: Peer) -> None:
    port = open_line()
    peer.plays(Says(b"late"))
    peer.finish()
    port.flush_input()
    assert port.read(port.now()) == b""


def test_an_interrupt_ends_listening_at_once_and_until_resumed(open_line: OpenLine) -> None:
    port = open_line()
    threading.Timer(0.05, port.interrupt).start()
    assert within(lambda: port.listen(port.now() + FAR_S)) is None
    assert port.listen(port.now() + FAR_S) is None
    port.resume()
    assert port.listen(port.now() + 0.01) == b""


def test_an_interrupt_does_not_end_reading(open_line: OpenLine, peer: Peer) -> None:
    port = open_line()
    port.interrupt()
    peer.plays(Says(b"x"))
    assert port.read(port.now() + SOON_S) == b"x"


def test_a_pulled_cable_is_noticed_at_once(open_line: OpenLine, peer: Peer) -> None:
    port = open_line()
    threading.Timer(0.05, peer.pull).start()
    assert within(lambda: port.read(port.now() + FAR_S)) is Fault.GONE


def test_writing_into_a_pulled_cable_is_gone(open_line: OpenLine, peer: Peer) -> None:
    port = open_line()
    peer.plays(HangsUp())
    peer.finish()
    assert within(lambda: port.write(b"\x1be")) is Fault.GONE


def test_closing_ends_a_read_in_another_thread(open_line: OpenLine) -> None:
    port = open_line()
    threading.Timer(0.05, port.close).start()
    assert within(lambda: port.read(port.now() + FAR_S)) is Fault.GONE
    port.close()
    port.interrupt()


def test_a_write_that_flow_control_holds_up_ends_after_five_seconds_of_the_clock(
    peer: Peer,
) -> None:
    ticks = iter(range(0, 1_000_000, 10))
    port = open_port(peer.url, LineSettings(), lambda: float(next(ticks)))
    assert within(lambda: port.write(bytes(1 << 20))) is Fault.SILENT
    port.close()


@pytest.mark.parametrize("url", ["/dev/no-such-port", "socket://127.0.0.1:1", "bogus://x", ""])
def test_a_port_that_does_not_exist_is_named_with_what_to_do(url: str) -> None:
    with pytest.raises(PortError, match="check the cable") as refused:
        open_port(url, LineSettings())
    assert repr(url) in str(refused.value)


def test_a_port_is_held_by_one_program_only(open_line: OpenLine, peer: Peer) -> None:
    open_line()
    with pytest.raises(PortError):
        open_port(peer.url, LineSettings())


def test_a_line_without_a_file_descriptor_reads_writes_and_is_interrupted() -> None:
    port = open_port("loop://", LineSettings())
    port.write(b"\x1be")
    assert port.read(port.now() + SOON_S) == b"\x1be"
    threading.Timer(0.05, port.interrupt).start()
    assert within(lambda: port.listen(port.now() + FAR_S)) is None
    threading.Timer(0.05, port.close).start()
    assert within(lambda: port.read(port.now() + FAR_S)) is Fault.GONE


@pytest.mark.parametrize("level", [True, False])
def test_rts_has_its_level_from_the_moment_the_port_is_open(level: bool) -> None:
    """`gempc-serial.md` section 1; loop:// ties RTS to CTS."""
    port = open_port("loop://", LineSettings(rts=level))
    try:
        assert port._wire.cts is level
    finally:
        port.close()
