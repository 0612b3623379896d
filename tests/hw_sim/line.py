"""A serial line as a pseudo-terminal: published as a symlink, pulled and plugged, with faults.

A pty has no baud rate and no modem lines. The host sees EIO or end of file when the cable is
pulled (gempc-serial.md section 10). While nobody has opened the link, what the device sends waits
in the terminal's buffer, as in a UART, and is lost when that is full.
"""

import contextlib
import functools
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path

from tests.hw_sim.faults import CONTROL_SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer

READ_BYTES_MAX = 1024
GLUE_WAIT_S = 0.2  # a held answer goes out alone when no second one comes


class Line:
    """One device's cable. `on_bytes` and `on_pulled` are the device's ends of it."""

    def __init__(self, loop: Loop, link: Path, faults: Faults, control_bytes: bytes = b"") -> None:
        self.link = link
        self.faults = faults
        self.on_bytes: Callable[[bytes], None] = lambda _: None
        self.on_pulled: Callable[[], None] = lambda: None
        self._loop = loop
        self._control_bytes = control_bytes
        self._host_end: int | None = None
        self._our_end: int | None = None
        self._reading = False
        self._glued = b""
        self._glue_timer: Timer | None = None
        self._pull_after_bytes: int | None = None

    @property
    def plugged(self) -> bool:
        return self._our_end is not None

    def plug(self) -> None:
        """Makes a new terminal at the same link; nothing when already plugged."""
        if self.plugged:
            return
        self._our_end, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._our_end, False)
        _point(self.link, os.ttyname(self._host_end))
        self.resume()

    def pull(self) -> None:
        """Closes the terminal under the host and removes the link."""
        if self._our_end is None or self._host_end is None:
            return
        self.pause()
        # Holding the host's end open ourselves keeps a closing host from ending the line.
        os.close(self._host_end)
        os.close(self._our_end)
        self._our_end = self._host_end = None
        self._glued = b""
        self._pull_after_bytes = None
        self.link.unlink(missing_ok=True)
        self.on_pulled()

    def pull_after(self, received_bytes: int) -> None:
        """Pulls the cable once the host has sent so many more bytes."""
        self._pull_after_bytes = received_bytes

    def pause(self) -> None:
        """Stops taking bytes: the host's writes then block, as with hardware flow control."""
        if self._reading and self._our_end is not None:
            self._loop.unwatch(self._our_end)
        self._reading = False

    def resume(self) -> None:
        if not self._reading and self._our_end is not None:
            self._loop.watch(self._our_end, self._read)
            self._reading = True

    def send(self, data: bytes) -> None:
        """Sends one answer, or one control byte, through the faults now set."""
        is_control = len(data) == 1 and data in self._control_bytes
        shapes = CONTROL_SHAPES if is_control else frozenset(self.faults.names)
        if self._glued or ("glue" in shapes and self.faults.take("glue")):
            self._glue(data)
        elif not is_control and self.faults.take("unplug"):
            self._write(data[: len(data) // 2])
            self.pull()
        elif is_control:
            if not self.faults.take("silence"):
                self._write(data)
        else:
            self._send_shaped(data)

    def _send_shaped(self, data: bytes) -> None:
        for piece in self.faults.shape(data):
            if piece.delay_s:
                self._loop.after(piece.delay_s, functools.partial(self._write, piece.data))
            else:
                self._write(piece.data)

    def _glue(self, data: bytes) -> None:
        if self._glued:
            self._write_glued(data)
            return
        self._glued = data
        self._glue_timer = self._loop.after(GLUE_WAIT_S, lambda: self._write_glued(b""))

    def _write_glued(self, data: bytes) -> None:
        if self._glue_timer is not None:
            self._glue_timer.cancel()
        both, self._glued = self._glued + data, b""
        self._write(both)

    def _write(self, data: bytes) -> None:
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
        cut = self._pull_after_bytes
        if cut is None:
            self.on_bytes(data)
            return
        self.on_bytes(data[:cut])
        if len(data) >= cut:
            self.pull()
        elif self.plugged:
            self._pull_after_bytes = cut - len(data)


def _point(link: Path, target: str) -> None:
    """Puts the link in place in one step: a host that reopens sees the old or the new terminal."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
