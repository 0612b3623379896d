"""Commands to a GemPC reader and their answers: repetition, deadlines, card events
(`gempc-serial.md` 2, 3, 7).

A question may be repeated, a transfer to the card never: it may have been counted there.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from drivers.api import DeviceFault, Fault
from drivers.port import Port
from protocol import gempc
from protocol.gempc import Answer, Damaged, Movement, Nak, TimeRequest, Trouble

OPEN_WAIT_S = 2.0  # section 7: Escape 02
ANSWER_WAIT_S = 3.0  # section 7: any answer but a transfer's
TRANSFER_WAIT_S = 10.0  # section 7
TRANSFER_WAIT_S_MAX = 60.0  # a card that asks for ever more time is mute: the villager waits
BYTE_GAP_S = 1.0  # section 7: between two bytes of one frame
QUIET_S = 0.05  # section 7: after a damaged answer
NAKS_MAX = 3  # section 7
TRIES_MAX = 3  # sections 7, 10: as many unanswered questions are "disconnected"
BUSY_MAX, BUSY_WAIT_S = 5, 0.1  # section 9
READS_MAX = 4096  # of one answer: a line that never falls silent holds nothing up
assert TRANSFER_WAIT_S < TRANSFER_WAIT_S_MAX


class Lost(Enum):
    """Why there is no answer."""

    SILENT = "silent"
    DAMAGED = "damaged"


class GempcExchange:
    """One command at a time; card movements seen on the way are kept for `moved`."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._receiver = gempc.Receiver()
        self._events: deque[gempc.Event] = deque()
        self._sequence = -1  # of the last command
        self._moved = False

    def take_moved(self) -> bool:
        """Whether a card has come or gone since this was last asked."""
        moved, self._moved = self._moved, False
        return moved

    def ask(
        self, name: str, data: bytes = b"", parameter: int = 0, *, wait_s: float = ANSWER_WAIT_S
    ) -> Answer:
        """The answer to a question or order that may be repeated. DeviceFault(SILENT) without."""
        for _ in range(TRIES_MAX):
            got = self._once(name, data, parameter, wait_s, wait_s)
            if isinstance(got, Answer):
                return got
        raise _lost(got, name)

    def transfer(self, tpdu: bytes, wait_factor: int) -> Answer | Lost:
        """What the card answers, sent once; wait_factor as the card asked (T=1)."""
        wait_s = min(TRANSFER_WAIT_S * wait_factor, TRANSFER_WAIT_S_MAX)
        parameter = min(wait_factor, 0xFF) if wait_factor > 1 else 0
        return self._once("transfer", tpdu, parameter, wait_s, TRANSFER_WAIT_S_MAX)

    def listen(self, deadline: float) -> bool:
        """Wait for a card movement; whether the port was interrupted."""
        data = self._port.listen(deadline)
        if data is None:
            return True
        self._take(self._receiver.receive(data))
        self._events.clear()
        return False

    def _once(
        self, name: str, data: bytes, parameter: int, wait_s: float, wait_s_max: float
    ) -> Answer | Lost:
        """The answer to one command, sent again only where the reader has not done it."""
        naks = busy = 0
        while True:
            self._send(name, data, parameter)
            got = self._answer(name, wait_s, wait_s_max)
            if isinstance(got, Nak):
                naks += 1
                if naks > NAKS_MAX:
                    raise DeviceFault(Fault.NOT_UNDERSTOOD, f"the chip reader refuses {name}")
            elif isinstance(got, Answer) and got.trouble is Trouble.BUSY and busy < BUSY_MAX:
                busy += 1
                self._port.discard(self._port.now() + BUSY_WAIT_S)
            else:
                return got

    def _send(self, name: str, data: bytes, parameter: int) -> None:
        """What arrived before belongs to no question of ours, but for card movements."""
        for _ in range(TRIES_MAX):
            stale = self._port.read(self._port.now())
            if not stale:
                break
            self._take(self._receiver.receive(stale))
        self._start_afresh()
        self._sequence = (self._sequence + 1) % 256
        self._port.write(gempc.encode(name, self._sequence, data, parameter))

    def _start_afresh(self) -> None:
        self._receiver = gempc.Receiver()
        self._events.clear()

    def _answer(self, name: str, wait_s: float, wait_s_max: float) -> Answer | Nak | Lost:
        until = self._port.now() + wait_s
        give_up = self._port.now() + max(wait_s, wait_s_max)
        for _ in range(READS_MAX):
            got = self._next(until)
            if got is None:
                return Lost.SILENT
            if isinstance(got, TimeRequest):
                until = min(self._port.now() + wait_s, give_up)
            elif isinstance(got, Damaged):
                self._fall_silent()
                return Lost.DAMAGED
            elif isinstance(got, Nak):
                return got
            elif isinstance(got, Answer) and self._answers(name, got):
                if not got.extend:
                    return got
                until = min(self._port.now() + wait_s * got.extend, give_up)
        return Lost.DAMAGED

    def _answers(self, name: str, got: Answer) -> bool:
        """Its sequence number is that of the command (section 3): an answer come late is not it.

        A command that the reader does not know is answered by a slot status (section 13).
        """
        expected = {gempc.BY_NAME[name].answer}
        if got.trouble is not None:
            expected.add(gempc.BY_NAME["slot_status"].answer)
        return got.sequence == self._sequence and got.code in expected

    def _fall_silent(self) -> None:
        """Section 7: drop a damaged answer and what is still on its way behind it."""
        for _ in range(READS_MAX):
            if not self._port.read(self._port.now() + QUIET_S):
                break
        self._start_afresh()

    def _next(self, deadline: float) -> gempc.Event | None:
        for _ in range(READS_MAX):
            if self._events:
                return self._events.popleft()
            mid_frame = self._receiver.mid_frame
            gap = self._port.now() + BYTE_GAP_S
            data = self._port.read(gap if mid_frame else deadline)
            if not data and not mid_frame:
                return None
            self._take(self._receiver.receive(data) if data else self._receiver.abandon())
        return Damaged()

    def _take(self, events: tuple[gempc.Event, ...]) -> None:
        for event in events:
            if isinstance(event, Movement):
                self._moved = True
            else:
                self._events.append(event)


def _lost(why: Answer | Lost, name: str) -> DeviceFault:
    if why is Lost.SILENT:
        return DeviceFault(Fault.SILENT, f"the chip reader does not answer {name}")
    return DeviceFault(Fault.NOT_UNDERSTOOD, f"answers of the chip reader to {name} are damaged")
