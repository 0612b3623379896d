"""Frames to and from a PIN pad: ACK, NAK, repetition, deadlines (`pinpad-uic.md` 3, 7)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from drivers.api import DeviceFault, Fault
from drivers.port import Port
from protocol.link.stx_etx import Control, Damaged, Event, Frame, Receiver, Sending

ACK_WAIT_S = 1.0  # section 7
BYTE_GAP_S = 0.5  # section 7: bytes of one frame
NAKS_MAX = 3  # section 3


class Nothing(Enum):
    """Why there is no event."""

    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"


class LrcExchange:
    """One conversation at a time; events wait here between the calls that take them."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._receiver = Receiver()
        self._events: deque[Event] = deque()

    def start_afresh(self) -> None:
        """Throw away what belongs to an earlier conversation."""
        self._port.flush_input()
        self._receiver = Receiver()
        self._events.clear()

    def hang_up(self) -> None:
        self._port.write(Control.EOT.wire)

    def send(self, frame: Frame) -> Control:
        """Send until the other side acknowledges: ACK, or EOT when it ends the session instead.

        An answer frame says as much as the ACK that was lost before it; it stays to be received.
        """
        sending = Sending(frame)
        self._port.write(sending.wire)
        until = self._port.now() + ACK_WAIT_S
        while True:
            got = self._next(until, self._port.read)
            if got is Control.ACK or got is Control.EOT:
                return got
            if isinstance(got, Frame | Damaged):
                self._events.appendleft(got)
                return Control.ACK
            self._repeat(sending, got)
            until = self._port.now() + ACK_WAIT_S

    def receive(self, deadline: float) -> Frame | Control | Nothing:
        """The next frame, acknowledged here, or EOT. A damaged one is asked for again by NAK."""
        return self._receive(deadline, self._port.read)

    def listen(self, deadline: float) -> Frame | Control | Nothing:
        """As receive(), but INTERRUPTED at once while the port is interrupted.

        A frame in flight then is acknowledged and discarded (section 7, the operator's cancel).
        """
        got = self._receive(deadline, self._port.listen)
        if isinstance(got, Frame) and self._port.interrupted:
            return Nothing.INTERRUPTED
        return got

    def discard_answer(self, deadline: float) -> bool:
        """Receive and forget what send() found instead of an ACK; whether there was anything."""
        if not self._events:
            return False
        self.receive(deadline)
        return True

    def _receive(
        self, deadline: float, read: Callable[[float], bytes | None]
    ) -> Frame | Control | Nothing:
        naks = 0
        while True:
            got = self._next(deadline, read)
            if isinstance(got, Frame):
                self._port.write(Control.ACK.wire)
                return got
            if got is Control.EOT or isinstance(got, Nothing):
                return got
            if isinstance(got, Damaged):
                naks += 1
                self._port.write(Control.NAK.wire)
                if naks == NAKS_MAX:
                    raise DeviceFault(Fault.NOT_UNDERSTOOD, "PIN pad answers arrive damaged")

    def _repeat(self, sending: Sending, why: Control | Nothing) -> None:
        silent = why is Nothing.DEADLINE
        if sending.may_repeat_after_silence() if silent else sending.may_repeat_after_nak():
            self._port.write(sending.wire)
            return
        self.hang_up()
        if silent:
            raise DeviceFault(Fault.SILENT, "the PIN pad does not answer")
        raise DeviceFault(Fault.NOT_UNDERSTOOD, "the PIN pad refuses a frame three times")

    def _next(self, deadline: float, read: Callable[[float], bytes | None]) -> Event | Nothing:
        while not self._events:
            mid_frame = self._receiver.mid_frame
            data = read(self._port.now() + BYTE_GAP_S if mid_frame else deadline)
            if data is None:
                return Nothing.INTERRUPTED
            if not data and mid_frame:
                self._receiver.abandon()
                return Damaged()
            if not data:
                return Nothing.DEADLINE
            self._events.extend(self._receiver.receive(data))
        return self._events.popleft()
