"""The line to the bank in virtual time, with everything that can happen to a message on it.

It is the performers' `BankSide` (one request at a time; a reply comes after a time, so that the
power can go in between) and the link's `Transport` (bytes to the bank's front and back). The bank
acts at the moment of sending; what is delayed is the reply.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from terminal.bank.link import BankLink
from terminal.bank.transport import Lost, Response, Unsent
from terminal.core.exchange import SETTLES, Answer, Ask, Doubt, NotSent, Reply, Service, Unknown
from terminal.inputs import BankCame, Input
from tests.crash.marks import Asked, Left, Reached
from tests.hw_sim.bank.counter_desk import CounterDesk, Refused
from tests.sim.agenda import Agenda, Life
from tests.sim.evidence import Evidence
from tests.sim.invariants import Violation
from tests.sim.signatures import FULL_EVERY, Envelope, Pen, spoilt
from tests.sim.studio import TERMINAL
from tests.sim.weather import Weather

EXCHANGE, CHECKPOINT, STATEMENT = (
    f"/v1/terminal/{name}" for name in ("exchange", "checkpoint", "statement")
)
FRAME, JSON = "application/octet-stream", "application/json"
PROMPT_MS = (60, 400)
CONNECT_MS = (50, 20_000)
GRACE_MS = 5  # from the performer to the first byte
LATE_MS = (1_000, 120_000)
AT_THE_DESK = frozenset({"drop_before", "reorder", "restart", "day_cut", "decline"})
SPOILING = ("truncate", "other_terminal", "bad_mac", "garbage")  # the first of them is played
UNSIGNED_STATUS = {"http_500": 500, "redirect": 302}
ISSUER_SAYS = ("05", "14", "41", "43", "51", "54", "55", "57", "61", "65", "75", "91", "96", "99")
BAD_PIN_BLOCK = "99"
KEEPS_OPEN = ("91", "96", "90")  # what an issuer may say to a reversal without having undone it
WITHOUT_MAC = frozenset({"77", "97", "A0", "30"})  # `county-wire.md`, MAC
OK = 200
MONEY = frozenset({Service.WITHDRAWAL, Service.CONTRIBUTION_CARD, Service.CONTRIBUTION_CASH})


class Front:
    """The bank's door: outlives every station. down and refused are periods, not faults."""

    def __init__(self, desk: CounterDesk, weather: Weather, chance: Random, agenda: Agenda) -> None:
        self.desk, self.weather, self.chance, self._agenda = desk, weather, chance, agenda
        self.down = self.bad_certificate = False
        self.stray: Response | None = None  # what a middle box still holds for us
        self.highest = 0
        self.changed: set[tuple[int, int]] = set()  # where the bank's books may have moved

    def now_s(self) -> int:
        return self._agenda.now_ms // 1000

    def reach(
        self, path: str, envelope: Envelope, body: bytes, faults: list[str]
    ) -> tuple[int, str, bytes] | None:
        """Status, content type and body of the bank's answer; None for silence."""
        give = {CHECKPOINT: self.desk.checkpoint, STATEMENT: self.desk.statement}.get(
            path, self.desk.exchange
        )
        kind = FRAME if path == EXCHANGE else JSON
        try:
            reply = give(TERMINAL, envelope.seq, body, faults, created_s=envelope.created_s)
        except Refused as refused:
            return refused.status, JSON, refused.body
        return None if reply is None else (200, kind, reply)


class Line:
    """One station's end. asking is what is being sent now."""

    def __init__(
        self,
        front: Front,
        agenda: Agenda,
        evidence: Evidence,
        life: Life,
        deliver: Callable[[Input], None],
        note: Callable[[str], None],
    ) -> None:
        self._front, self._agenda, self._evidence, self._life = front, agenda, evidence, life
        self._deliver, self._note = deliver, note
        self.pen = Pen()
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], Input]]] = deque()
        self._busy = False
        self._asking: Ask | None = None
        self._faults: list[str] = []
        self._took_ms = 0
        self._spoilt = ""  # by what the reply on its way was made worthless

    # --- BankSide

    def do(self, ask: Callable[[], Any], end: Callable[[Any], Input]) -> None:
        self._waiting.append((ask, end))
        self._next()

    def exchange(self, link: BankLink) -> Callable[[Ask], Reply]:
        """The link's exchange, so that the line knows what is inside the frame."""

        def exchange(ask: Ask) -> Reply:
            self._asking = ask
            try:
                return link.exchange(ask)
            finally:
                self._asking = None

        return exchange

    def _next(self) -> None:
        if not self._busy and self._waiting:
            self._busy = True
            ask, end = self._waiting.popleft()
            self._agenda.after(GRACE_MS, lambda: self._run(ask, end), self._life)

    def _run(self, ask: Callable[[], Any], end: Callable[[Any], Input]) -> None:
        self._took_ms = 0
        self._faults = self._front.weather.on_the_line()
        self.pen.full = self._evidence.transactions % FULL_EVERY == 0
        self._spoilt = ""
        reply = ask()
        self._see_believed(reply)
        chance, first = self._front.chance, reply
        if "late" in self._faults and isinstance(reply, Answer) and reply.keys is None:
            self._front.weather.played("late")
            first, self._took_ms = Unknown(Doubt.NO_ANSWER, "time-out"), 60_000
            self._again(reply, end, self._took_ms + chance.randint(*LATE_MS))
        elif "twice" in self._faults and isinstance(reply, Answer) and reply.keys is None:
            self._front.weather.played("twice")
            self._again(reply, end, self._took_ms + chance.randint(*LATE_MS))
        self._agenda.after(self._took_ms, lambda: self._end(end(first)), self._life)

    def _again(self, reply: Answer, end: Callable[[Any], Input], ms: int) -> None:
        """The same reply once more, when nobody waits for it."""
        item = end(reply)
        if isinstance(item, BankCame):
            self._agenda.after(ms, lambda: self._deliver(item), self._life)

    def _end(self, item: Input) -> None:
        self._busy = False
        self._next()
        self._deliver(item)

    # --- Transport

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        answer_s: float,
        path: str = "",
        **_: object,
    ) -> Response:
        front, path = self._front, path or EXCHANGE
        if front.down or front.bad_certificate:
            self._took_ms = front.chance.randint(*CONNECT_MS)
            self._note("line: nobody reached")
            raise Unsent("no route" if front.down else "the certificate has expired")
        seq = int(headers["Terminal-Seq"])
        self._see_leave(seq)
        self._took_ms = front.chance.randint(*PROMPT_MS)
        response = self._carried(path, headers, body, seq)
        if response is None or self._took_ms >= answer_s * 1000:
            self._took_ms = int(answer_s * 1000)
            raise Lost("no answer in time")
        held, front.stray = front.stray, None
        if held is not None:
            self._note("line: an older reply in place of this one")
            self._spoilt = "an older reply"
            return held
        if "twice" in self._faults and front.chance.random() < 0.3:
            front.weather.played("twice")
            front.stray = response
        return response

    def close(self) -> None: ...

    def _see_leave(self, seq: int) -> None:
        """I4, I3: what leaves has its fact already, and its number was never used."""
        if seq not in self._evidence.numbers:
            raise Violation("every_request_has_its_fact", f"sequence {seq} leaves without its fact")
        if seq <= self._front.highest:
            raise Violation("sequence_only_rises", f"sequence {seq} after {self._front.highest}")
        self._front.highest = seq
        if self._asking is not None:
            self._evidence.note(Left(_asked(self._asking)))

    def _carried(
        self, path: str, headers: Mapping[str, str], body: bytes, seq: int
    ) -> Response | None:
        """To the bank, with the faults of this message, and back; None for silence."""
        front, faults = self._front, self._faults
        envelope = Envelope(path, headers, body)
        told = front.reach(path, envelope, body, self._at_the_desk(path))
        if self._asking is not None:
            front.changed.add((self._asking.batch, self._asking.trace))
        if faults:
            self._note(f"line: {' '.join(faults)}")
        for fault, unsigned in UNSIGNED_STATUS.items():
            if self._plays(fault):
                self._spoilt = fault
                return Response(unsigned, [("Content-Type", "text/html")], b"<html>")
        if told is None or self._plays("drop_after"):
            return None
        status, kind, answer = told
        self._see_refusal(status)
        if status == OK:
            self._spoilt = next((fault for fault in SPOILING if fault in self._faults), "")
        signed = envelope.answer(status, kind, answer, front.now_s())
        if self._plays("bad_signature"):
            signed, self._spoilt = spoilt(signed), "bad_signature"
        if self._plays("unsigned"):
            signed, self._spoilt = [("Content-Type", kind)], "unsigned"
        if self._plays("delay"):
            self._took_ms += front.chance.randint(5_000, 50_000)
        if self._plays("slow_drip"):
            self._took_ms += front.chance.randint(30_000, 200_000)
        return Response(status, signed, answer)

    def _see_believed(self, reply: Any) -> None:
        """I8: what is not proved by the bank is no answer, whatever it says."""
        if not self._spoilt or isinstance(reply, Unknown | NotSent):
            return
        if self._spoilt == "bad_mac" and (reply.keys or reply.code in WITHOUT_MAC):
            return  # such a reply has no MAC that could be spoilt
        raise Violation("only_the_proved_is_an_answer", f"{self._spoilt}: believed")

    def _plays(self, fault: str) -> bool:
        if fault in self._faults:
            self._front.weather.played(fault)
            return True
        return False

    def _at_the_desk(self, path: str) -> list[str]:
        """What the bank's own side of the faults makes of them, by what is asked."""
        ask, chance = self._asking, self._front.chance
        given = []
        for fault in self._faults:
            if fault == "decline":
                code = self._issuer_says(ask, chance)
                fault = f"decline {code}" if code else ""
            elif fault == "restart":
                fault = f"restart {chance.choice(('before', 'after'))}"
            elif fault == "reorder" and (ask is None or not _reorderable(ask)):
                fault = ""
            elif fault == "bad_mac" and ask is not None and ask.service in SETTLES:
                self._faults = [one for one in self._faults if one != fault]  # there is none
                fault = ""
            elif fault in SPOILING and path != EXCHANGE and fault != "truncate":
                self._faults = [one for one in self._faults if one != fault]
                fault = ""
            elif fault in UNSIGNED_STATUS:
                if chance.random() < 0.5:
                    given.append("drop_before")
                continue
            elif fault not in AT_THE_DESK.union(SPOILING):
                fault = ""
            if fault:
                self._front.weather.played(fault.partition(" ")[0])
                given.append(fault)
        settles = ask is not None and ask.service is Service.SETTLEMENT
        if settles and self._front.weather.strikes("miscount"):
            given.append("miscount")
        return given

    def _issuer_says(self, ask: Ask | None, chance: Random) -> str:
        if ask is None or ask.service is Service.SIGN_IN:
            return ""
        code = chance.choice(KEEPS_OPEN if ask.reversal_reason else ISSUER_SAYS)
        return "" if code == BAD_PIN_BLOCK and ask.pin is None else code

    def _see_refusal(self, status: int) -> None:
        """What the bank refuses at its door it has not looked at."""
        if self._asking is not None and status in (403, 429):
            self._evidence.note(Reached(_asked(self._asking), str(status)))


def _reorderable(ask: Ask) -> bool:
    return ask.service in MONEY and ask.reversal_reason is None


def _asked(ask: Ask) -> Asked:
    return Asked(
        ask.service.value,
        ask.batch,
        ask.trace,
        ask.terminal_seq,
        ask.amount_fen or 0,
        ask.fee_fen or 0,
        ask.reversal_reason is not None,
        ask.queued_at is not None,
    )
