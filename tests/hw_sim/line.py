"""A serial cable between a device and its host: pulled and plugged, with faults.

What the host sees of it is one of `line_ends.py`. Faults act on answers; what goes ahead of an
answer (an ACK, an echo, an event) only meets `glue`.
"""

import functools
from collections.abc import Callable

from tests.hw_sim.faults import CONTROL_SHAPES, Faults
from tests.hw_sim.line_ends import LineEnd
from tests.hw_sim.loop import Loop, Timer

GLUE_WAIT_S = 0.2  # a held answer goes out alone when no second one comes


class Line:
    """One device's cable. `on_bytes` and `on_pulled` are the device's ends of it."""

    def __init__(
        self, loop: Loop, end: LineEnd, faults: Faults, control_bytes: bytes = b""
    ) -> None:
        self.faults = faults
        self.on_bytes: Callable[[bytes], None] = lambda _: None
        self.on_pulled: Callable[[], None] = lambda: None
        self._loop = loop
        self._end = end
        self._end.on_bytes = self._take
        self._control_bytes = control_bytes
        self._glued = b""
        self._glue_timer: Timer | None = None
        self._pull_after_bytes: int | None = None

    @property
    def plugged(self) -> bool:
        return self._end.is_open

    @property
    def rts(self) -> bool | None:
        """What the host set RTS to, known over RFC 2217 alone."""
        return self._end.rts

    def plug(self) -> None:
        """Opens the same link or port again; nothing when already plugged."""
        if not self.plugged:
            self._end.open()

    def pull(self) -> None:
        """Closes the line under the host."""
        if not self.plugged:
            return
        self._end.close()
        self._glued = b""
        self._pull_after_bytes = None
        self.on_pulled()

    def discard(self) -> None:
        """Pulled for good."""
        self.pull()
        self._end.discard()

    def pull_after(self, received_bytes: int) -> None:
        """Pulls the cable once the host has sent so many more bytes."""
        self._pull_after_bytes = received_bytes

    def pause(self) -> None:
        """Stops taking bytes: the host's writes then block, as with hardware flow control."""
        self._end.pause()

    def resume(self) -> None:
        if self.plugged:
            self._end.resume()

    def send(self, data: bytes) -> None:
        """Sends one answer, or one control byte, through the faults now set."""
        is_control = len(data) == 1 and data in self._control_bytes
        shapes = CONTROL_SHAPES if is_control else frozenset(self.faults.names)
        if self._glued or ("glue" in shapes and self.faults.take("glue")):
            self._glue(data)
        elif not is_control and self.faults.take("unplug"):
            self._end.write(data[: len(data) // 2])
            self.pull()
        elif is_control:
            if not self.faults.take("silence"):
                self._end.write(data)
        else:
            self._send_shaped(data)

    def send_ahead(self, data: bytes) -> None:
        """Sends what goes ahead of an answer; with `glue` it waits for that answer."""
        if self._glued:
            self._glued += data
        elif self.faults.take("glue"):
            self._glue(data)
        else:
            self._end.write(data)

    def _send_shaped(self, data: bytes) -> None:
        for piece in self.faults.shape(data):
            if piece.delay_s:
                self._loop.after(piece.delay_s, functools.partial(self._end.write, piece.data))
            else:
                self._end.write(piece.data)

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
        self._end.write(both)

    def _take(self, data: bytes) -> None:
        cut = self._pull_after_bytes
        if cut is None:
            self.on_bytes(data)
            return
        self.on_bytes(data[:cut])
        if len(data) >= cut:
            self.pull()
        elif self.plugged:
            self._pull_after_bytes = cut - len(data)
