"""The PIN pad's side of the link: ACK, NAK, repeats, one frame in flight (pinpad-uic.md section 3).

What the messages mean is `pin_pad_uic.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hw_sim.faults import Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.pin_pad_frames import (
    ACK,
    EOT,
    NAK,
    BadFrame,
    Frame,
    FrameReader,
    Received,
    encode,
)

ACK_WAIT_S = 1.0  # section 3
SENDS_MAX = 3  # section 3: repeats, and NAKs before 04
BYTE_GAP_S = 0.5  # section 7


@dataclass
class InFlight:
    """A frame of ours that the host has not yet acknowledged, and what follows its answer."""

    frame: Frame
    on_ack: Callable[[], None]
    on_given_up: Callable[[], None]
    sends: int = 0
    timer: Timer | None = None


class PinPadLink:
    """Hands good frames to `on_frame`; `answer` sends one and sees it through."""

    def __init__(self, send: Callable[[bytes], None], loop: Loop, faults: Faults) -> None:
        self.on_frame: Callable[[Frame], None] = lambda _: None
        self._send = send
        self._loop = loop
        self._faults = faults
        self._reader = FrameReader()
        self._naks_sent = 0
        self._in_flight: InFlight | None = None
        self._gap: Timer | None = None

    def receive(self, data: bytes) -> None:
        if self._gap is not None:
            self._gap.cancel()
        for got in self._reader.feed(data):
            self._take(got)
        if self._reader.unfinished:
            self._gap = self._loop.after(BYTE_GAP_S, self._reader.forget)

    def reset(self) -> None:
        self._drop_in_flight()
        self._reader.forget()
        self._naks_sent = 0

    def ack(self) -> None:
        if not self._faults.take("ack_lost"):
            self._send(bytes([ACK]))

    def eot(self) -> None:
        self._drop_in_flight()
        self._send(bytes([EOT]))

    def answer(
        self,
        frame: Frame,
        on_ack: Callable[[], None] = lambda: None,
        on_given_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._drop_in_flight()
        self._in_flight = InFlight(frame, on_ack, on_given_up)
        self._send_again()

    def _take(self, got: Received) -> None:
        if isinstance(got, Frame) and not self._faults.take("nak"):
            self._naks_sent = 0
            self._drop_in_flight()
            self.on_frame(got)
        elif isinstance(got, Frame | BadFrame):
            self._nak()
        elif got == ACK:
            self._acknowledged()
        elif got == NAK:
            self._send_again()
        elif got == EOT:
            self._give_up()

    def _nak(self) -> None:
        self._send(bytes([NAK]))
        self._naks_sent += 1
        if self._naks_sent == SENDS_MAX:
            self._naks_sent = 0
            self.eot()

    def _acknowledged(self) -> None:
        done = self._in_flight
        self._drop_in_flight()
        if done is not None:
            done.on_ack()

    def _send_again(self) -> None:
        flight = self._in_flight
        if flight is None:
            return
        if flight.timer is not None:
            flight.timer.cancel()
        if flight.sends == SENDS_MAX:
            self._give_up()
            self._send(bytes([EOT]))
            return
        flight.sends += 1
        flight.timer = self._loop.after(ACK_WAIT_S, self._send_again)
        self._send(encode(flight.frame))

    def _give_up(self) -> None:
        lost = self._in_flight
        self._drop_in_flight()
        if lost is not None:
            lost.on_given_up()

    def _drop_in_flight(self) -> None:
        if self._in_flight is not None and self._in_flight.timer is not None:
            self._in_flight.timer.cancel()
        self._in_flight = None
