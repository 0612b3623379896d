"""The MSR605/606 magnetic reader: arms it, takes one swipe, judges it (`magstripe.md` 2, 5).

There is no way from here to the reader's write and erase commands. Nothing here logs: answers are
card data.
"""

from __future__ import annotations

from drivers.api import BadSwipe, Cancelled, DeviceFault, Fault, Stripe, TimedOut
from drivers.port import Port
from drivers.quiet_answer import text_until_silent
from drivers.stripe import stripe_of
from protocol import msr605

RESET_QUIET_S = 0.1  # section 5: 50 ms until the next command, 100 ms of input to throw away
COMM_TEST_WAIT_S = 0.3  # section 5
COMM_TESTS_MAX = 3
FIRMWARE_SILENCE_S = 0.2  # section 2: its length varies
BYTE_GAP_S = 0.5  # section 5: between bytes of one answer
ANSWER_WAIT_S = 2.0  # an answer that began before the deadline: 240 bytes take 250 ms at 9600

BAD_SWIPES = {
    msr605.Status.READ_ERROR: BadSwipe.UNREADABLE,
    msr605.Status.FAIL: BadSwipe.UNREADABLE,
    msr605.Status.BAD_SWIPE: BadSwipe.SPEED,
}


class Msr605:
    """`MagneticReader` on an MSR605 or MSR606."""

    def __init__(self, port: Port) -> None:
        """Take over an open port. DeviceFault(SILENT) when no reader answers on it."""
        self.port = port
        self._receiver = msr605.Receiver()
        self._waiting = False
        self._reset()
        self.check()

    def read_card(self, *, wait_s: float) -> Stripe | BadSwipe | Cancelled | TimedOut:
        self._waiting = True
        try:
            self._reset()
            self.port.write(msr605.ARM)
            got = self._await_swipe(self.port.now() + wait_s)
        finally:
            self._waiting = False
        if isinstance(got, Cancelled | TimedOut):
            self._reset()
            self.check()  # an unplugged lead looks like nobody swiping (section 7)
            return got
        return _judged(got)

    def check(self) -> None:
        for _ in range(COMM_TESTS_MAX):
            self.port.flush_input()
            self._receiver = msr605.Receiver()
            self.port.write(msr605.COMM_TEST)
            if self._alive_until(self.port.now() + COMM_TEST_WAIT_S):
                return
        raise DeviceFault(Fault.SILENT, "the card reader does not answer")

    def identify(self) -> str:
        self.port.flush_input()
        self.port.write(msr605.FIRMWARE)
        return text_until_silent(self.port, COMM_TEST_WAIT_S, FIRMWARE_SILENCE_S)

    def poll(self) -> None:
        """The idle heartbeat: the communication test."""
        self.check()

    def cancel(self) -> None:
        if self._waiting:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    def _reset(self) -> None:
        """Abort a pending read, and let go of what it may still have answered."""
        self.port.write(msr605.RESET)
        self.port.discard(self.port.now() + RESET_QUIET_S)
        self._receiver = msr605.Receiver()

    def _alive_until(self, deadline: float) -> bool:
        while data := self.port.read(deadline):
            if any(isinstance(got, msr605.Alive) for got in self._receiver.receive(data)):
                return True
        return False

    def _await_swipe(self, deadline: float) -> msr605.Swipe | msr605.Damaged | Cancelled | TimedOut:
        until = deadline
        while True:
            data = self.port.listen(until)
            if data is None:
                self.port.resume()
                return Cancelled()
            if not data:
                return msr605.Damaged() if self._receiver.mid_answer else TimedOut()
            for got in self._receiver.receive(data):
                if not isinstance(got, msr605.Alive):
                    return got
            until = deadline
            if self._receiver.mid_answer:
                until = min(self.port.now() + BYTE_GAP_S, deadline + ANSWER_WAIT_S)


def _judged(got: msr605.Swipe | msr605.Damaged) -> Stripe | BadSwipe:
    if isinstance(got, msr605.Damaged):
        return BadSwipe.UNREADABLE
    if got.status in BAD_SWIPES:
        return BAD_SWIPES[got.status]
    if got.status is not msr605.Status.OK:
        raise DeviceFault(Fault.NOT_UNDERSTOOD, f"the card reader reports {got.status.name}")
    return stripe_of(got.tracks)
