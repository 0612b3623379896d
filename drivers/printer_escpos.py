"""ESC/POS receipt printers: is it ready, print one slip, is it on paper (`escpos-printer.md` 3, 7).

The fence (GS r) is answered in order with the print data, so its answer says that everything before
it has left the buffer. A slip without it is `Unconfirmed` and never printed again by this module.
"""

from __future__ import annotations

from collections import deque
from typing import TypeVar

from drivers.api import DeviceFault, Fault, Line, Notice, Paper, Printed, Unconfirmed
from drivers.port import Flow, Port
from drivers.quiet_answer import text_until_silent
from drivers.slip_escpos import PrinterProfile, SlipWriter, StatusLevel
from protocol import escpos, escpos_status
from protocol.errors import OurMistake
from protocol.escpos_status import Condition, InOrder, RealTime

QUESTION_WAIT_S = 0.5  # section 3
MISSES_MAX = 3  # section 9: as many unanswered questions are "switched off"
QUIET_S = 0.3  # after a question that had to be repeated: its other answer may still come
FENCE_SPARE_S = 5.0  # section 3: 2 s and 3 s over the time for bytes and lines
LINE_S = 0.03  # section 3: mechanics of one line
BITS_PER_BYTE = 10  # start bit, 8 data bits, stop bit
POLL_FENCE_S = 10.0  # section 3: online and still no answer after this: unknown
SETTLE_WAIT_S = 5.0  # for what an earlier slip left in the buffer
ABSORB_READS_MAX = 64  # a line that never falls silent must not hold up a question
UNPACED_BYTES_MAX = 1024  # section 1: without flow control, at most so much, then a fence

# What the printer says, worst first, and what it means for the operator.
FAULTS = (
    (Condition.CUTTER, Fault.CUTTER),
    (Condition.UNRECOVERABLE, Fault.BROKEN),
    (Condition.MECHANICAL, Fault.BROKEN),
    (Condition.HEAD_HOT, Fault.HEAD_HOT),
    (Condition.COVER_OPEN, Fault.COVER_OPEN),
    (Condition.PAPER_OUT, Fault.PAPER_OUT),
)

A = TypeVar("A", bound=escpos_status.Answer)


class EscPosPrinter:
    """`ReceiptPrinter` on a 58 or 80 mm printer with a Chinese character ROM."""

    def __init__(self, port: Port, profile: PrinterProfile) -> None:
        """Take over an open port. A printer that answers nothing is one that cannot (section 3)."""
        self.port = port
        self.columns = profile.columns
        self._profile = profile
        self._writer = SlipWriter(profile)
        self._receiver = escpos_status.Receiver()
        self._fences_owed = 0  # sent and not yet answered
        self._jammed = False
        self._paper_misses = 0  # questions about the roll in a row without an answer
        self._heard: deque[escpos_status.Answer] = deque()
        self._level = profile.status
        if self._level is None:
            self._find_level()
        self.port.write(escpos.INITIALISE)  # section 7: after any reconnect

    def print_slip(self, lines: tuple[Line, ...]) -> Printed | Unconfirmed:
        try:
            blocks = self._writer.blocks(lines)
        except OurMistake as why:
            raise DeviceFault(Fault.NOT_UNDERSTOOD, str(why)) from why
        if self._level is None:
            self._find_level()
        if self._level is not StatusLevel.NONE:
            self._require_online()
            self._settle_fences()

        try:
            return self._send_fenced(blocks) if self._has_fence() else self._send_unfenced(blocks)
        except DeviceFault as fault:
            cause = self._cause_behind(fault)
            self._jammed = cause is Fault.CUTTER
            return Unconfirmed(cause)

    def check(self) -> Paper:
        """As the capability says. The check after a cutter jam was reported also clears the jam."""
        if self._level is None or (self._level is StatusLevel.NONE and not self._profile.status):
            self._find_level()
        if self._level is StatusLevel.NONE:
            return Paper(near_end=False)
        if self._jammed:  # the operator has freed the blade and confirmed (section 7)
            self.port.write(escpos.CLEAR_AFTER_JAM + escpos.INITIALISE)
            self._jammed = False
        try:
            self._require_online()
        except DeviceFault as fault:
            self._jammed = fault.fault is Fault.CUTTER
            raise
        return self._paper()

    def identify(self) -> str:
        """The model's name; a printer that answers no fence is not asked (section 3)."""
        if not self._has_fence():
            return ""
        self._absorb()
        self.port.write(escpos.MODEL_NAME)
        return text_until_silent(self.port, QUESTION_WAIT_S, QUIET_S, end=b"\0").removeprefix("_")

    def poll(self) -> Notice | None:
        """The idle heartbeat: is it online, and has it paper.

        Moves nothing, so it is asked also while a hand is at the blade.
        """
        if self._level is StatusLevel.NONE:
            return None
        self._require_online()
        return Notice.PAPER_LOW if self._paper().near_end else None

    def cancel(self) -> None:
        """A slip that has begun is finished."""

    def close(self) -> None:
        self.port.close()

    # --- one slip

    def _send_fenced(self, blocks: tuple[bytes, ...]) -> Printed | Unconfirmed:
        for portion in self._portions(blocks):
            self._send_fence(b"".join(portion))
            if not self._fence_comes(portion):
                return Unconfirmed(None)
        return Printed()

    def _fence_comes(self, portion: tuple[bytes, ...]) -> bool:
        """False when it stays away from a printer that is online. DeviceFault says why it does."""
        limit_s = self._print_time_s(portion) + FENCE_SPARE_S
        if self._fences_answered(self.port.now() + limit_s):
            return True
        give_up = self.port.now() + POLL_FENCE_S
        while self.port.now() < give_up:
            self._require_online()
            if self._fences_answered(self.port.now() + QUESTION_WAIT_S):
                return True
        return False

    def _send_unfenced(self, blocks: tuple[bytes, ...]) -> Unconfirmed:
        """All there is to know: whether the printer is still online after the time it needs."""
        for portion in self._portions(blocks):
            self.port.write(b"".join(portion))
            self._absorb_until(self.port.now() + self._print_time_s(portion))
        if self._level is StatusLevel.BASIC:
            self._require_online()
        return Unconfirmed(None)

    def _portions(self, blocks: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], ...]:
        """One portion where flow control is wired, else as many as the printer's buffer needs."""
        portions: list[tuple[bytes, ...]] = [()]
        paced = self.port.line.flow is Flow.NONE
        for block in blocks:
            size = sum(map(len, portions[-1])) + len(block)
            if paced and portions[-1] and size > UNPACED_BYTES_MAX:
                portions.append(())
            portions[-1] = (*portions[-1], block)
        return tuple(portions)

    def _print_time_s(self, portion: tuple[bytes, ...]) -> float:
        sending_s = sum(map(len, portion)) * BITS_PER_BYTE / self.port.line.baud
        return sending_s + len(portion) * LINE_S

    def _cause_behind(self, fault: DeviceFault) -> Fault:
        """Flow control that held up the bytes is itself a sign: the printer may say of what."""
        if fault.fault is not Fault.SILENT or self._level is StatusLevel.NONE:
            return fault.fault
        try:
            self._require_online()
        except DeviceFault as cause:
            return cause.fault
        return fault.fault

    # --- the fence

    def _has_fence(self) -> bool:
        return self._level is StatusLevel.FULL

    def _send_fence(self, data: bytes) -> None:
        self._fences_owed += 1
        self.port.write(data + escpos.FENCE)

    def _fences_answered(self, deadline: float) -> bool:
        while self._fences_owed:
            if self._await(InOrder, deadline) is None:
                return False
        return True

    def _settle_fences(self) -> None:
        """Let an earlier slip's late fences come, behind one of now: answers keep the order."""
        if not self._has_fence() or not self._fences_owed:
            return
        self._send_fence(b"")
        if self._await(InOrder, self.port.now() + SETTLE_WAIT_S) is None:
            raise DeviceFault(Fault.SILENT, "the printer does not finish what it was sent before")
        while self._fences_owed and self._await(InOrder, self.port.now() + QUESTION_WAIT_S):
            pass
        self._fences_owed = 0  # what is still missing was lost with the printer's buffer

    # --- questions

    def _find_level(self) -> None:
        """Section 3, capability probe. Offline the fence would be answered late: not tried."""
        self._absorb()
        state = self._answer_to(1)
        if state is None:
            self._level = StatusLevel.NONE
            return
        self._level = None
        if not escpos_status.conditions(1, state):
            self._send_fence(b"")
            answered = self._fences_answered(self.port.now() + QUESTION_WAIT_S)
            self._level = StatusLevel.FULL if answered else StatusLevel.BASIC

    def _require_online(self) -> None:
        if Condition.OFFLINE in self._certain_conditions(1):
            raise self._why_offline()

    def _paper(self) -> Paper:
        """What the roll's sensors say; a clone that has none is not asked at every heartbeat."""
        if self._paper_misses == MISSES_MAX:
            return Paper(near_end=False)
        answer = self._answer_to(4)
        if answer is None:
            self._paper_misses += 1
            self._absorb_until(self.port.now() + QUIET_S)
            return Paper(near_end=False)
        self._paper_misses = 0
        said = escpos_status.conditions(4, answer)
        if Condition.PAPER_OUT in said:
            raise DeviceFault(Fault.PAPER_OUT, Condition.PAPER_OUT.value)
        return Paper(near_end=Condition.NEAR_END in said)

    def _why_offline(self) -> DeviceFault:
        said = self._conditions(2) | self._conditions(3) | self._conditions(4)
        for condition, fault in FAULTS:
            if condition in said:
                return DeviceFault(fault, condition.value)
        return DeviceFault(Fault.NOT_UNDERSTOOD, "the printer is offline and does not say why")

    def _certain_conditions(self, number: int) -> frozenset[Condition]:
        for miss in range(MISSES_MAX):
            answer = self._answer_to(number)
            if answer is not None:
                if miss:
                    self._absorb_until(self.port.now() + QUIET_S)
                return escpos_status.conditions(number, answer)
        raise DeviceFault(Fault.SILENT, "the printer does not answer")

    def _conditions(self, number: int) -> frozenset[Condition]:
        """What the printer says to a question that many clones do not answer."""
        answer = self._answer_to(number)
        if answer is None:
            self._absorb_until(self.port.now() + QUIET_S)
            return frozenset()
        return escpos_status.conditions(number, answer)

    def _answer_to(self, number: int) -> int | None:
        """The byte for DLE EOT `number`; None when it does not come."""
        self._absorb()
        self.port.write(escpos_status.question(number))
        answer = self._await(RealTime, self.port.now() + QUESTION_WAIT_S)
        return None if answer is None else answer.byte

    # --- what the printer says

    def _await(self, kind: type[A], deadline: float) -> A | None:
        while True:
            while self._heard:
                answer = self._heard.popleft()
                if isinstance(answer, kind):
                    return answer
            data = self.port.read(deadline)
            if not data:
                return None
            self._hear(data)

    def _absorb(self) -> None:
        """Forget answers that belong to earlier questions; fences among them count."""
        for _ in range(ABSORB_READS_MAX):
            data = self.port.read(self.port.now())
            if not data:
                break
            self._hear(data)
        self._heard.clear()

    def _absorb_until(self, until: float) -> None:
        while self.port.now() < until:
            self._hear(self.port.read(until))
        self._heard.clear()

    def _hear(self, data: bytes) -> None:
        for answer in self._receiver.receive(data):
            self._heard.append(answer)
            if isinstance(answer, InOrder) and self._fences_owed:
                self._fences_owed -= 1
                if self._level is StatusLevel.BASIC and self._profile.status is None:
                    self._level = StatusLevel.FULL  # it was busy when it was asked at connection
