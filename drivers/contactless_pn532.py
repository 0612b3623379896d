"""A PN532 on a serial line: wakes it, finds one card, moves APDUs (`pn532.md` sections 3 to 8).

Nothing here logs: APDUs are card data.
"""

from __future__ import annotations

from drivers.api import Cancelled, CardFailure, DeviceFault, Fault, Tapped, TimedOut
from drivers.port import Port
from protocol import pn532
from protocol.errors import OurMistake, PeerMistake
from protocol.link import pn532_frame as link
from protocol.link.pn532_frame import Acknowledged, Damaged, Receiver, Refused, Reply
from protocol.pn532 import Trouble

ACK_WAIT_S = 0.1  # section 3
BYTE_GAP_S = 0.05  # section 7
LIST_EVERY_S = 0.2  # section 6
TRIES_MAX = 3  # sections 3, 8
NACKS_MAX = 2  # section 3
BACK_OFF_S = 0.2  # section 7: after a failure
PARTS_MAX = 16  # of one chained answer
READS_MAX = 4096  # of one answer: a line that never falls silent holds nothing up

FAILURES = {
    Trouble.GONE: CardFailure.REMOVED,
    Trouble.DISCARDED: CardFailure.REMOVED,
    Trouble.LINE: CardFailure.GARBLED,
    Trouble.FIELD: CardFailure.GARBLED,
    Trouble.STATE: CardFailure.GARBLED,
    Trouble.COLLISION: CardFailure.CROWDED,
}
FAULTS = {
    Trouble.DRIVER: Fault.NOT_UNDERSTOOD,
    Trouble.HOT: Fault.BROKEN,
    Trouble.OVER_CURRENT: Fault.BROKEN,
}
assert FAILURES.keys() | FAULTS.keys() == set(Trouble)


class Pn532:
    """`ContactlessReader` on a PN532 module."""

    def __init__(self, port: Port) -> None:
        """Take over an open port. DeviceFault when no PN532 answers on it."""
        self.port = port
        self._receiver = Receiver()
        self._target: int | None = None  # of the card that was found
        self._waiting = False
        self._wake_up()

    def await_card(self, *, wait_s: float) -> Tapped | CardFailure | Cancelled | TimedOut:
        self._waiting = True
        deadline = self.port.now() + wait_s
        try:
            while True:
                if (found := self._look()) is not None:
                    return found
                if self.port.interrupted:
                    self.port.resume()
                    return Cancelled()
                if self.port.now() >= deadline:
                    return TimedOut()
                self._pause(min(deadline, self.port.now() + LIST_EVERY_S))
        finally:
            self._waiting = False

    def exchange(self, apdu: bytes) -> bytes | CardFailure:
        target, self._target = self._target, None  # until the answer is there
        if target is None:
            return CardFailure.REMOVED
        if not 4 <= len(apdu) <= pn532.APDU_BYTES_MAX:
            self._target = target
            raise OurMistake("not a short APDU")
        got = self._answer_to(target, apdu)
        if isinstance(got, bytes):
            self._target = target
        return got

    def release(self) -> None:
        self._target = None
        self._ask("release")

    def check(self) -> None:
        self.identify()

    def identify(self) -> str:
        try:
            return pn532.firmware(self._ask("firmware").data)
        except PeerMistake as why:
            raise DeviceFault(Fault.NOT_UNDERSTOOD, str(why)) from why

    def poll(self) -> None:
        """The idle heartbeat: the firmware version."""
        self._ask("firmware")

    def cancel(self) -> None:
        if self._waiting:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    # --- one card

    def _look(self) -> Tapped | CardFailure | None:
        """None while the field is empty."""
        self._target = None
        try:
            found = pn532.targets(self._ask("list").data)
        except PeerMistake:
            return CardFailure.GARBLED
        if len(found) > 1:
            return CardFailure.CROWDED
        if not found:
            return None
        if not found[0].talks_apdus:
            return CardFailure.UNSUPPORTED
        self._target = found[0].number
        return Tapped()

    def _pause(self, until: float) -> None:
        """Until the next look; a cancel ends it at once."""
        for _ in range(READS_MAX):
            if self.port.now() >= until or self.port.listen(until) is None:
                return

    def _answer_to(self, target: int, apdu: bytes) -> bytes | CardFailure:
        """The card's whole answer; an APDU is sent once, what is chained is asked for."""
        answer, request = b"", bytes([target]) + apdu
        for _ in range(PARTS_MAX):
            got = self._once("exchange", request)
            if got is None:
                self._ask("firmware")  # tells a module that is gone from a card that is
                return CardFailure.MUTE
            try:
                part = pn532.part(got.data)
            except PeerMistake:
                return CardFailure.GARBLED
            if part.trouble is not None:
                return _failure(part.trouble)
            answer += part.data
            if len(answer) > pn532.ANSWER_BYTES_MAX:
                return CardFailure.GARBLED
            if not part.more:
                return answer if len(answer) >= 2 else CardFailure.GARBLED
            request = bytes([target])
        return CardFailure.GARBLED

    # --- questions

    def _wake_up(self) -> None:
        """The whole of section 3: also after silence, for a module that lost its power sleeps."""
        self._target = None
        for _ in range(TRIES_MAX):
            if self._once("sam_configuration", before=link.WAKE) is None:
                self.port.discard(self.port.now() + BACK_OFF_S)
                continue
            if all(self._once(name) for name in ("set_parameters", "retries", "field_on")):
                return
        raise DeviceFault(Fault.SILENT, "the contactless reader does not answer")

    def _ask(self, name: str) -> Reply:
        """The answer to a question, which may be repeated, behind a wake-up."""
        for _ in range(TRIES_MAX):
            got = self._once(name)
            if got is not None:
                return got
            self._wake_up()
        raise DeviceFault(Fault.NOT_UNDERSTOOD, f"answers to {name} arrive damaged")

    def _once(self, name: str, data: bytes = b"", before: bytes = b"") -> Reply | None:
        """The answer to one command, sent once; None when it does not come."""
        row = pn532.BY_NAME[name]
        self.port.flush_input()
        self._receiver = Receiver()
        self.port.write(before + link.encode(row.code, row.parameters + data))
        got = self._reply(row)
        if got is None:
            self.port.write(link.ACK)  # aborts what it may still be doing (section 3)
            self.port.discard(self.port.now() + BYTE_GAP_S)
        return got

    def _reply(self, row: pn532.Row) -> Reply | None:
        """The answer of that code; one that came damaged is asked for again by NACK."""
        until, nacks = self.port.now() + ACK_WAIT_S, 0
        for _ in range(READS_MAX):
            for event in self._next(until):
                if isinstance(event, Reply) and event.code == row.code + 1:
                    return event
                if isinstance(event, Acknowledged):
                    until = self.port.now() + row.wait_s
                elif isinstance(event, Refused):
                    raise DeviceFault(
                        Fault.NOT_UNDERSTOOD, f"the contactless reader refuses {row.name}"
                    )
                elif isinstance(event, Damaged):
                    nacks += 1
                    if nacks > NACKS_MAX:
                        return None
                    self.port.write(link.NACK)
            if self.port.now() >= until:
                return None
        return None

    def _next(self, deadline: float) -> tuple[link.Event, ...]:
        mid_frame = self._receiver.mid_frame
        data = self.port.read(self.port.now() + BYTE_GAP_S if mid_frame else deadline)
        if data:
            return self._receiver.receive(data)
        return self._receiver.abandon() if mid_frame else ()


def _failure(trouble: Trouble) -> CardFailure:
    """What a status says of the card. DeviceFault when it says it of the reader."""
    if trouble in FAULTS:
        raise DeviceFault(FAULTS[trouble], f"the contactless reader reports {trouble.value}")
    return FAILURES[trouble]
