"""Identity-card readers with a SAM_V module: find, select, read (`idcard-sam.md` 3 to 6).

Nothing here logs: answers are personal data.
"""

from __future__ import annotations

from drivers.api import BadDocument, Cancelled, DeviceFault, Fault, TimedOut
from drivers.port import Port
from protocol import id_card
from protocol.errors import PeerMistake
from protocol.id_card import IdCard, Meaning
from protocol.link.sam_v import Damaged, Receiver, Reply

FIND_EVERY_S = 0.3  # section 5
BYTE_GAP_S = 0.3  # section 4
MISSES_MAX = 3  # section 5: as many unanswered questions are "disconnected"
SENDS_MAX = 3  # section 3, SW3 10
ROUNDS_MAX = 3  # section 5: the whole find, select, read is repeated twice
QUIET_S = 0.1  # `devices/README.md` rule 4: after a timeout its answer may still come
SETTLE_S = 0.5  # section 3: after a reset
READS_MAX = 4096  # of one answer: a line that never falls silent holds nothing up

DOCUMENTS = {
    Meaning.MOVED: BadDocument.MOVED,
    Meaning.NOTHING: BadDocument.MOVED,
    Meaning.NOT_VERIFIED: BadDocument.NOT_VERIFIED,
    Meaning.WRONG_KIND: BadDocument.WRONG_KIND,
}
FAULTS = {
    Meaning.BROKEN: Fault.BROKEN,
    Meaning.NOT_AUTHORISED: Fault.BROKEN,
    Meaning.REPEAT: Fault.NOT_UNDERSTOOD,
    Meaning.REFUSED: Fault.NOT_UNDERSTOOD,
}
assert DOCUMENTS.keys() | FAULTS.keys() | {Meaning.DONE} == set(Meaning)
FLAWS = {
    id_card.Flaw.UNSUPPORTED: BadDocument.UNSUPPORTED,
    id_card.Flaw.INCONSISTENT: BadDocument.INCONSISTENT,
    id_card.Flaw.GARBLED: BadDocument.INCONSISTENT,
}
assert FLAWS.keys() == set(id_card.Flaw)


class SamIdCardReader:
    """`IdCardReader` on a reader with a SAM_V module."""

    def __init__(self, port: Port) -> None:
        """Take over an open port. DeviceFault when no healthy module answers on it."""
        self.port = port
        self._receiver = Receiver()
        self._waiting = False
        self.check()

    def read_card(self, *, wait_s: float) -> IdCard | BadDocument | Cancelled | TimedOut:
        self._waiting = True
        deadline = self.port.now() + wait_s
        try:
            for _ in range(ROUNDS_MAX):
                found = self._find(deadline)
                if found is not None:
                    return found
                got = self._read()
                if got is not None:
                    return got
            return BadDocument.MOVED
        finally:
            self._waiting = False

    def check(self) -> None:
        """Whether the module answers; one that has browned out is reset once (section 6)."""
        try:
            self._require_well()
        except DeviceFault as fault:
            if fault.fault is not Fault.BROKEN:
                raise
            self._ask("reset")
            self.port.discard(self.port.now() + SETTLE_S)
            self._require_well()

    def identify(self) -> str:
        got = self._ask("sam_number")
        return "" if got is None or not got.data else f"SAM {got.data.hex()}"

    def poll(self) -> None:
        """The idle heartbeat: the module's status."""
        self._require_well()

    def cancel(self) -> None:
        if self._waiting:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    # --- one card

    def _find(self, deadline: float) -> Cancelled | TimedOut | None:
        """None as soon as a card is found."""
        misses = 0
        while True:
            got = self._ask("find")
            misses = misses + 1 if got is None else 0
            if misses == MISSES_MAX:
                raise DeviceFault(Fault.SILENT, "the identity-card reader does not answer")
            said = None if got is None else id_card.meaning("find", got)
            if self.port.interrupted:
                self.port.resume()
                return Cancelled()
            if said is Meaning.DONE:
                return None
            if said in FAULTS:
                raise _fault(said)
            if self.port.now() >= deadline:
                return TimedOut()
            self._pause(min(deadline, self.port.now() + FIND_EVERY_S))

    def _pause(self, until: float) -> None:
        """Until the next find; a cancel ends it at once."""
        for _ in range(READS_MAX):
            if self.port.now() >= until or self.port.listen(until) is None:
                return

    def _read(self) -> IdCard | BadDocument | None:
        """The card found; None when answers came damaged or not: the steps start again."""
        selected = self._step("select")
        got = self._step("read") if isinstance(selected, Reply) else selected
        if not isinstance(got, Reply):
            return got
        try:
            read = id_card.card(got)
        except PeerMistake:
            return None
        return FLAWS[read] if isinstance(read, id_card.Flaw) else read

    def _step(self, name: str) -> Reply | BadDocument | None:
        got = self._ask(name)
        if got is None:
            self._require_well()
            return None
        said = id_card.meaning(name, got)
        if said in FAULTS:
            raise _fault(said)
        return DOCUMENTS.get(said, got) if said else None

    # --- questions

    def _require_well(self) -> None:
        for _ in range(MISSES_MAX):
            got = self._ask("status")
            if got is not None:
                said = id_card.meaning("status", got)
                if said in FAULTS:
                    raise _fault(said)
                return
        raise DeviceFault(Fault.SILENT, "the identity-card reader does not answer")

    def _ask(self, name: str) -> Reply | None:
        """The answer, None when it does not come whole. Sent again when it came damaged there."""
        for _ in range(SENDS_MAX):
            self.port.flush_input()
            self._receiver = Receiver()
            self.port.write(id_card.command(name))
            got = self._answer(name, self.port.now() + id_card.BY_NAME[name].wait_s)
            if got is None:
                self.port.discard(self.port.now() + QUIET_S)
                return None
            if id_card.meaning(name, got) is not Meaning.REPEAT:
                return got
        return got

    def _answer(self, name: str, deadline: float) -> Reply | None:
        """The first frame that answers `name`: one that came late answers another command.

        Behind a damaged one nothing more is to be expected, but it may have been noise.
        """
        for _ in range(READS_MAX):
            mid_frame = self._receiver.mid_frame
            gap = self.port.now() + BYTE_GAP_S
            data = self.port.read(gap if mid_frame else deadline)
            if not data and not mid_frame:
                return None
            events = self._receiver.receive(data) if data else self._receiver.abandon()
            for event in events:
                if isinstance(event, Damaged):
                    deadline = min(deadline, self.port.now() + BYTE_GAP_S)
                elif id_card.meaning(name, event):
                    return event
        return None


def _fault(said: Meaning | None) -> DeviceFault:
    assert said is not None
    return DeviceFault(FAULTS[said], f"the identity-card reader reports: {said.value}")
