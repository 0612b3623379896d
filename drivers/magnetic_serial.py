"""Plain swipe readers on a serial line: they speak only when a card is drawn (`magstripe.md` 3, 5).

There is nothing to ask such a reader, so nothing tells an unplugged lead from nobody swiping; only
a port that vanishes shows. Nothing here logs: what it hears is card data.
"""

from __future__ import annotations

from drivers.api import BadSwipe, Cancelled, Stripe, TimedOut
from drivers.port import Port
from drivers.stripe import stripe_of
from protocol import swipe

BYTE_GAP_S = 0.5  # section 5: between bytes of one swipe
SWIPE_S_MAX = 2.0  # one that began before the deadline: 240 bytes take 250 ms at 9600


class SerialSwipeReader:
    """`MagneticReader` on a reader that sends tracks as text."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self._waiting = False
        self.check()

    def read_card(self, *, wait_s: float) -> Stripe | BadSwipe | Cancelled | TimedOut:
        self._waiting = True
        try:
            got = self._await_swipe(self.port.now() + wait_s)
        finally:
            self._waiting = False
        if isinstance(got, swipe.Damaged):
            return BadSwipe.UNREADABLE
        return stripe_of(got.tracks) if isinstance(got, swipe.Swipe) else got

    def check(self) -> None:
        """Throw away what was drawn unasked. DeviceFault(GONE) when the port has vanished."""
        self.port.flush_input()

    def identify(self) -> str:
        return ""

    def poll(self) -> None:
        """The idle heartbeat."""
        self.check()

    def cancel(self) -> None:
        if self._waiting:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    def _await_swipe(self, deadline: float) -> swipe.Event | Cancelled | TimedOut:
        """A card that is being drawn as we begin is not this villager's: silence comes first."""
        receiver = swipe.Receiver(silent=False)
        while True:
            data = self.port.listen(self._until(receiver, deadline))
            if data is None:
                self.port.resume()
                return Cancelled()
            events = receiver.receive(data) if data else receiver.silence()
            if events:
                return events[0]
            grace_s = SWIPE_S_MAX if receiver.mid_swipe else 0.0
            if self.port.now() >= deadline + grace_s:
                return TimedOut()

    def _until(self, receiver: swipe.Receiver, deadline: float) -> float:
        """When silence says something: that a swipe is over, or that one may begin."""
        now = self.port.now()
        if receiver.mid_swipe:
            return now + (swipe.SILENCE_S if receiver.is_whole else BYTE_GAP_S)
        return min(deadline, now + swipe.SILENCE_S) if receiver.needs_silence else deadline
