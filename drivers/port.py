"""A serial port named by a pyserial URL: read until a deadline, write, interrupt, close.

The only module that knows pyserial. A port that vanishes in any of the ways of
`devices/README.md` (rule 2) is `DeviceFault(GONE)`; deadlines are seconds of the clock handed in.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import serial

from drivers.api import DeviceFault, Fault, PortError

WRITE_WAIT_S = 5  # `devices/README.md` rule 1: the other side may hold its flow control
READ_BYTES_MAX = 4096
FLUSH_READS_MAX = 64  # a line that never falls silent must not hold up a flush
SLICE_S = 0.05  # for URLs without a file descriptor: how late an interrupt may be noticed

_GONE = (serial.SerialException, OSError, termios.error)


class Flow(Enum):
    NONE = "none"
    RTS_CTS = "rtscts"
    DSR_DTR = "dsrdtr"
    XON_XOFF = "xonxoff"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Speed and format of the line; `form` is data bits, parity and stop bits: `8N1`, `7E1`.

    rts is the level RTS has from the moment the port is open, where no flow control uses it.
    """

    baud: int = 9600
    form: str = "8N1"
    flow: Flow = Flow.NONE
    rts: bool = True


def open_port(url: str, line: LineSettings, clock: Callable[[], float] = time.monotonic) -> Port:
    """`/dev/ttyS1`, `socket://…`, `rfc2217://…`, held exclusively. PortError says what to do."""
    try:
        wire = serial.serial_for_url(
            url,
            baudrate=line.baud,
            bytesize=int(line.form[0]),
            parity=line.form[1],
            stopbits=int(line.form[2]),
            rtscts=line.flow is Flow.RTS_CTS,
            dsrdtr=line.flow is Flow.DSR_DTR,
            xonxoff=line.flow is Flow.XON_XOFF,
            timeout=SLICE_S,  # set once: RFC 2217 negotiates the whole line at every change
            # pyserial's RFC 2217 client knows none: its socket gives up by itself.
            write_timeout=None if url.startswith("rfc2217:") else WRITE_WAIT_S,
            exclusive=True,
            do_not_open=True,
        )
        wire.rts = line.rts
        wire.open()
    except (*_GONE, ValueError, IndexError) as why:
        raise PortError(
            f"port {url!r} ({line.baud} {line.form}) cannot be opened: {why}; check the cable, that"
            " no other program holds it, and the port's name in the configuration"
        ) from why
    return Port(wire, url, line, clock)


def serial_ports() -> tuple[str, ...]:
    """Device files of the serial ports that this machine has, adapters included."""
    from serial.tools import list_ports  # late: only a technician looks for ports

    return tuple(sorted(port.device for port in list_ports.comports()))


class Port:
    """An open port. One thread reads and writes; interrupt() and close() may come from any."""

    def __init__(
        self, wire: serial.SerialBase, url: str, line: LineSettings, clock: Callable[[], float]
    ) -> None:
        self.line = line
        self._wire = wire
        self._url = url
        self._clock = clock
        self._byte_mask = 0x7F if line.form.startswith("7") else 0xFF
        self._fd = _descriptor(wire)
        self._wake_out, self._wake_in = os.pipe()
        os.set_blocking(self._wake_out, False)
        os.set_blocking(self._wake_in, False)
        self._in_use = threading.Lock()  # close() waits for the call under way to notice
        self._waking = threading.Lock()  # a closed descriptor's number may already be another file
        self._interrupted = False
        self._closed = False
        self._released = False

    def now(self) -> float:
        return self._clock()

    def read(self, deadline: float) -> bytes:
        """Bytes as soon as there are any, b"" at the deadline. Not stopped by interrupt()."""
        return self._read(deadline, lambda: False) or b""

    def listen(self, deadline: float) -> bytes | None:
        """As read(), but None at once while the port is interrupted (until resume())."""
        return self._read(deadline, lambda: self._interrupted)

    def write(self, data: bytes) -> None:
        """All of `data`. DeviceFault(SILENT) when flow control holds it up: the rest is dropped."""
        with self._in_use, self._gone_is_a_fault():
            rest, give_up = data, self.now() + WRITE_WAIT_S
            while rest:
                self._refuse_closed()
                sent = self._write_some(rest, give_up)
                if sent:  # a long slip on a slow line may well take longer as a whole
                    rest, give_up = rest[sent:], self.now() + WRITE_WAIT_S
                elif self.now() >= give_up:
                    self._wire.reset_output_buffer()
                    raise DeviceFault(Fault.SILENT, f"{self._url} takes no more bytes")

    def discard(self, until: float) -> None:
        """Throw away what arrives before `until`: late answers, or the time a sheet asks for."""
        while self.now() < until:
            self.read(until)

    def flush_input(self) -> None:
        """Throw away what has arrived."""
        for _ in range(FLUSH_READS_MAX):
            if not self.read(self.now()):
                return

    @property
    def interrupted(self) -> bool:
        return self._interrupted

    def interrupt(self) -> None:
        """Make listen() return None, now and until resume()."""
        self._interrupted = True
        self._wake()

    def resume(self) -> None:
        self._interrupted = False

    def close(self) -> None:
        """Idempotent. A call under way in another thread ends with DeviceFault(GONE)."""
        self._closed = True
        self._wake()
        with self._in_use, self._waking:
            if self._released:
                return
            self._released = True
            with contextlib.suppress(*_GONE):
                self._wire.close()
            os.close(self._wake_out)
            os.close(self._wake_in)

    def _read(self, deadline: float, stopped: Callable[[], bool]) -> bytes | None:
        with self._in_use, self._gone_is_a_fault():
            while True:
                self._refuse_closed()
                if stopped():
                    return None
                data = self._read_some(deadline)
                if data or self.now() >= deadline:
                    return bytes(byte & self._byte_mask for byte in data)

    def _read_some(self, deadline: float) -> bytes:
        """What is there; b"" after a wake-up, at the deadline, or after a slice."""
        if self._fd is None:
            if not self._wire.in_waiting and self.now() >= deadline:
                return b""
            first: bytes = self._wire.read(1)
            return first + self._wire.read(self._wire.in_waiting) if first else b""
        readable, _ = self._select([self._fd], [], deadline)
        if not readable:
            return b""
        try:
            data = os.read(self._fd, READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        if not data:
            raise DeviceFault(Fault.GONE, f"{self._url} was unplugged")
        return data

    def _write_some(self, data: bytes, deadline: float) -> int:
        if self._fd is None:
            try:
                return self._wire.write(data) or 0
            except serial.SerialTimeoutException:
                return 0
        _, writable = self._select([], [self._fd], deadline)
        if not writable:
            return 0
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0

    def _select(
        self, read: Sequence[int], write: Sequence[int], deadline: float
    ) -> tuple[list[int], list[int]]:
        left = None if deadline == float("inf") else max(0.0, deadline - self.now())
        readable, writable, _ = select.select([*read, self._wake_out], write, [], left)
        if self._wake_out in readable:
            readable.remove(self._wake_out)
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, READ_BYTES_MAX)
        return readable, writable

    def _wake(self) -> None:
        with self._waking:
            if not self._released:
                with contextlib.suppress(BlockingIOError):  # full: a wake-up is waiting already
                    os.write(self._wake_in, b"!")

    def _refuse_closed(self) -> None:
        if self._closed:
            raise DeviceFault(Fault.GONE, f"{self._url} is closed")

    @contextlib.contextmanager
    def _gone_is_a_fault(self) -> Iterator[None]:
        try:
            yield
        except _GONE as why:
            raise DeviceFault(Fault.GONE, f"{self._url}: {why}") from why


def _descriptor(wire: serial.SerialBase) -> int | None:
    """The descriptor to select on; rfc2217:// and loop:// have none."""
    try:
        return int(wire.fileno())
    except (AttributeError, OSError):  # io.UnsupportedOperation is an OSError
        return None
