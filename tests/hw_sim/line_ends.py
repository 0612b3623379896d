"""The far ends a simulated cable may have: a pseudo-terminal, a TCP port, RFC 2217 on one.

An end knows nothing of faults; it opens, closes, writes, and hands bytes up from the loop's thread.
"""

import contextlib
import os
import pty
import socket
import struct
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from serial import rfc2217, serial_for_url

from tests.hw_sim.loop import Loop

READ_BYTES_MAX = 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: a pulled cable does not say goodbye


class LineEnd(Protocol):
    on_bytes: Callable[[bytes], None]

    @property
    def rts(self) -> bool | None:
        """What the host set RTS to; None where the end has no modem lines."""

    @property
    def is_open(self) -> bool: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None:
        """Closed for good."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def write(self, data: bytes) -> None: ...


class PtyEnd:
    """A pseudo-terminal published as a symlink.

    It has no baud rate and no modem lines. The host sees EIO or end of file when the cable is
    pulled (gempc-serial.md section 10). While nobody has opened the link, what the device sends
    waits in the terminal's buffer, as in a UART, and is lost when that is full.
    """

    def __init__(self, loop: Loop, link: Path) -> None:
        self.on_bytes: Callable[[bytes], None] = lambda _: None
        self._link = link
        self._loop = loop
        self._host_end: int | None = None
        self._our_end: int | None = None
        self._reading = False

    @property
    def rts(self) -> None:
        return None

    @property
    def is_open(self) -> bool:
        return self._our_end is not None

    def open(self) -> None:
        """Makes a new terminal at the same link."""
        self._our_end, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._our_end, False)
        _point(self._link, os.ttyname(self._host_end))
        self.resume()

    def close(self) -> None:
        assert self._our_end is not None
        assert self._host_end is not None
        self.pause()
        # Holding the host's end open ourselves keeps a closing host from ending the line.
        os.close(self._host_end)
        os.close(self._our_end)
        self._our_end = self._host_end = None
        self._link.unlink(missing_ok=True)

    def discard(self) -> None:
        return

    def pause(self) -> None:
        if self._reading and self._our_end is not None:
            self._loop.unwatch(self._our_end)
        self._reading = False

    def resume(self) -> None:
        if not self._reading and self._our_end is not None:
            self._loop.watch(self._our_end, self._read)
            self._reading = True

    def write(self, data: bytes) -> None:
        if self._our_end is None:
            return
        # A full buffer (BlockingIOError) or a host that went away (EIO) loses bytes, as a UART.
        with contextlib.suppress(OSError):
            os.write(self._our_end, data)

    def _read(self) -> None:
        assert self._our_end is not None
        try:
            data = os.read(self._our_end, READ_BYTES_MAX)
        except OSError:
            return
        self.on_bytes(data)


class TcpEnd:
    """A listening port for one host at a time; `telnet` speaks RFC 2217 on it.

    What the device sends while nobody is connected is lost. A socket the loop still waits on goes
    on listening after its `close`; the loop itself therefore closes it, at its next turn.
    """

    def __init__(self, loop: Loop, port: int = 0, *, telnet: bool = False) -> None:
        self.on_bytes: Callable[[bytes], None] = lambda _: None
        self.port = port
        self._loop = loop
        self._telnet = telnet
        self._closing: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self._options: rfc2217.PortManager | None = None
        self._reading = False
        self._paused = False

    @property
    def rts(self) -> bool | None:
        return None if self._options is None else bool(self._options.serial.rts)

    @property
    def is_open(self) -> bool:
        return self._listener is not None

    def open(self) -> None:
        listener = self._closing or self._bind()
        self._closing, self._listener, self._paused = None, listener, False
        self._loop.watch(listener.fileno(), self._accept)

    def close(self) -> None:
        assert self._listener is not None
        self._drop_host()
        self._loop.unwatch(self._listener.fileno())
        self._closing, self._listener = self._listener, None
        self._loop.after(0.0, self.discard)

    def discard(self) -> None:
        if self._closing is not None:
            self._closing.close()
            self._closing = None

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        return listener

    def pause(self) -> None:
        self._paused = True
        if self._reading and self._host is not None:
            self._loop.unwatch(self._host.fileno())
        self._reading = False

    def resume(self) -> None:
        self._paused = False
        if not self._reading and self._host is not None:
            self._loop.watch(self._host.fileno(), self._read)
            self._reading = True

    def write(self, data: bytes) -> None:
        if self._options is not None:
            data = b"".join(self._options.escape(data))
        self._write_raw(data)

    def _write_raw(self, data: bytes) -> None:
        if self._host is not None:
            with contextlib.suppress(OSError):
                self._host.sendall(data)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            host, _ = self._listener.accept()
            if self._host is not None:
                host.close()  # a serial port is one program's at a time
                return
            host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            host.setblocking(False)
            self._host = host
            if self._telnet:
                self._options = rfc2217.PortManager(serial_for_url("loop://"), _Writer(self))
            if not self._paused:
                self.resume()

    def _read(self) -> None:
        assert self._host is not None
        try:
            data = self._host.recv(READ_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop_host()
            return
        if self._options is not None:
            data = b"".join(self._options.filter(data))
        if data:
            self.on_bytes(data)

    def _drop_host(self) -> None:
        if self._host is None:
            return
        if self._reading:
            self._loop.unwatch(self._host.fileno())
        self._reading = False
        with contextlib.suppress(OSError):
            self._host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._host.close()
        self._host = self._options = None


class _Writer:
    """What pyserial's port manager needs to answer an option."""

    def __init__(self, end: TcpEnd) -> None:
        self._end = end

    def write(self, data: bytes) -> None:
        self._end._write_raw(data)


def _point(link: Path, target: str) -> None:
    """Puts the link in place in one step: a host that reopens sees the old or the new terminal."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
