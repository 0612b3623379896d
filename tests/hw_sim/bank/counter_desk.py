"""The same bank without the line: a frame is handed over the desk, the reply handed back.

For simulations that own time, chance and order themselves. Nothing is judged a second time here:
checks, services, double-entry books, admission and witness are those of the HTTPS bank (`host`,
`admission`, `checkpoint`, `statement`), and the bytes are the same bytes. Only the signature is
left out, and with it nonce and peer: the caller says who asks, with which sequence number and,
where it wants the clock rule, when the request was created. Nothing of the product is imported,
so the books of this bank are a second opinion on every journal.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests.hw_sim.bank import admission, host, ledger
from tests.hw_sim.bank.admission import EXCHANGE_PATH, takes_any_clock
from tests.hw_sim.bank.chips import queue_script
from tests.hw_sim.bank.county import County
from tests.hw_sim.bank.desk_audit import Audit
from tests.hw_sim.bank.desk_faults import Plan, plan_of
from tests.hw_sim.bank.opening import STATION_OPENING_FEN, open_books
from tests.hw_sim.bank.posts.table import BY_PATH, CHECKPOINT_PATH, STATEMENT_PATH
from tests.hw_sim.bank.reordering import HeldBack
from tests.hw_sim.bank.services.table import find_service
from tests.hw_sim.bank.signing_keys import PublicKey
from tests.hw_sim.bank.spoiling import spoilt
from tests.hw_sim.bank.state import LOG_ORIGIN, Bank, Chip, Terminal
from tests.hw_sim.bank.store import open_store, transaction
from tests.hw_sim.bank.wire import Message, Unreadable, decode, frame_of

FIRST_BATCH = 1
OK = 200
BAD_REQUEST = 400
NOTHING = b"{}"


class Refused(Exception):
    """The signed answer is none of the exchange: its status and its JSON body."""

    def __init__(self, status: int, body: bytes = NOTHING) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.body = body


class Stray(NamedTuple):
    """A reply that reaches the terminal when nobody waits for it any more."""

    terminal: str
    seq: int
    frame: bytes


class Ask(NamedTuple):
    """Who asks, and what happens on the way."""

    terminal: str
    seq: int
    created_s: int | None
    plan: Plan


class CounterDesk:
    """One bank with its books. Every call is one transaction; no call waits for anything."""

    def __init__(
        self,
        county: County,
        people: Mapping[str, Any],
        terminals: Iterable[Terminal],
        *,
        clock: Callable[[], float],
        chance: random.Random,
        batches: Mapping[str, int] | None = None,
        signing_keys: Mapping[str, tuple[PublicKey, ...]] | None = None,
        first_day: date | None = None,
        station_fen: int = STATION_OPENING_FEN,
        log_origin: str = LOG_ORIGIN,
        chips: Mapping[str, Chip] | None = None,
        books: Path = Path(":memory:"),
    ) -> None:
        """`clock` is unix seconds; `batches` the open batch of each terminal that is not at 1.

        `chips` by PAN, as `chips.chips_of` reads them from the rows of chips.json.
        """
        registered = {terminal.id: terminal for terminal in terminals}
        self.bank = Bank(
            open_store(books),
            county,
            registered,
            clock,
            chance,
            signing_keys=signing_keys or {},
            log_origin=log_origin,
            chips=chips or {},
        )
        first = dict.fromkeys(registered, FIRST_BATCH) | dict(batches or {})
        open_books(self.bank, people, first, first_day=first_day, station_fen=station_fen)
        self.audit = Audit(self.bank)
        self.strays: list[Stray] = []
        self._held = HeldBack()

    # What a terminal asks

    def exchange(
        self,
        terminal: str,
        seq: int,
        frame: bytes,
        faults: Iterable[str] = (),
        *,
        created_s: int | None = None,
    ) -> bytes | None:
        """The reply's frame, or None for silence. Raises Refused for 400, 403, 409, 429."""
        plan, read = plan_of(tuple(faults)), decode(frame)
        any_clock = takes_any_clock(EXCHANGE_PATH, read)
        ask = Ask(terminal, seq, None if any_clock else created_s, plan)
        message = read.message if isinstance(read, Unreadable) else read
        if plan.lost:
            self._lose(ask, message)
            return None
        if plan.held and isinstance(read, Message):
            self._hold(ask, read)
            return None
        with transaction(self.bank.db):
            status, body = self._admit(ask) or self._handle(ask, read)
            if message is not None:
                self._held.deliver_after(self.bank, message)
        return self._hand_back(ask, status, body)

    def post(
        self,
        path: str,
        terminal: str,
        seq: int,
        body: bytes,
        faults: Iterable[str] = (),
        *,
        created_s: int | None = None,
    ) -> bytes | None:
        """The JSON answer of a path of `posts.table`; otherwise as `exchange`.

        Refused(409) of a checkpoint carries the bank's own head as its body.
        """

        def serve() -> tuple[int, bytes]:
            status, told = BY_PATH[path].serve(self.bank, terminal, body)
            return status, json.dumps(told).encode()

        return self._document(Ask(terminal, seq, created_s, plan_of(tuple(faults))), serve)

    def statement(
        self,
        terminal: str,
        seq: int,
        body: bytes,
        faults: Iterable[str] = (),
        *,
        created_s: int | None = None,
    ) -> bytes | None:
        """`post` to the statement: `{"batch"}` or `{"date"}` asked."""
        return self.post(STATEMENT_PATH, terminal, seq, body, faults, created_s=created_s)

    def checkpoint(
        self,
        terminal: str,
        seq: int,
        body: bytes,
        faults: Iterable[str] = (),
        *,
        created_s: int | None = None,
    ) -> bytes | None:
        """`post` to the witness: a signed head asked."""
        return self.post(CHECKPOINT_PATH, terminal, seq, body, faults, created_s=created_s)

    def take_strays(self) -> list[Stray]:
        """The replies of `late` and `twice` since the last call, for the caller to deliver."""
        strays, self.strays = self.strays, []
        return strays

    # What an operator of the bank does

    def restart(self) -> None:
        """The working keys are gone: everything but sign-in is 77."""
        self.bank.sessions.clear()

    def cut_day(self) -> None:
        with transaction(self.bank.db):
            self.bank.cut_day()

    def refuse(self, terminal: str, status: int) -> None:
        """403 revokes the terminal's key, 429 turns it away, until `admit`."""
        with transaction(self.bank.db):
            admission.refuse(self.bank, terminal, status)

    def admit(self, terminal: str) -> None:
        with transaction(self.bank.db):
            admission.admit(self.bank, terminal)

    def fund(self, account: str, fen: int) -> None:
        """Money from outside, so that a long run does not dry up its cards."""
        move = ledger.Move(ledger.CAPITAL, account, fen)
        with transaction(self.bank.db):
            at_s = int(self.bank.clock())
            ledger.post(self.bank.db, (move,), what="funding", at_s=at_s, booking=None)

    def queue_script(self, pan: str, tag: str, script_id: str, commands: list[str]) -> None:
        """A template 71 or 72 for the card's next reply (`chips.queue_script`)."""
        with transaction(self.bank.db):
            queue_script(self.bank, pan, tag, script_id, commands)

    def tamper(self, account: str, fen: int) -> None:
        """Changes one entry alone, so that an auditor has something to find."""
        with transaction(self.bank.db):
            ledger.tamper(self.bank.db, account, fen)

    # The line

    def _lose(self, ask: Ask, message: Message | None) -> None:
        """The request never came, but stands in the list of all requests."""
        lost = message or Message("", {})
        service = find_service(lost)
        name, fault = service.name if service else "", ask.plan.lost or "reorder"
        with transaction(self.bank.db):
            day = self.bank.accounting_day()
            host.record(self.bank, ask.terminal, ask.seq, lost, name, day, fault)
        if ask.plan.restart:
            self.restart()

    def _hold(self, ask: Ask, message: Message) -> None:
        with transaction(self.bank.db):
            if not self._admit(ask):
                self._held.hold(ask.terminal, ask.seq, message)

    def _document(self, ask: Ask, serve: Callable[[], tuple[int, bytes]]) -> bytes | None:
        if ask.plan.lost or ask.plan.held:
            self._lose(ask, None)
            return None
        with transaction(self.bank.db):
            status, body = self._admit(ask) or serve()
        return self._hand_back(ask, status, body)

    def _admit(self, ask: Ask) -> tuple[int, bytes] | None:
        """The refusal, or None."""
        if ask.plan.day_cut:
            self.bank.cut_day()
        status = admission.unsigned_refusal(self.bank, ask.terminal, ask.seq, ask.created_s)
        return (status, NOTHING) if status else None

    def _handle(self, ask: Ask, read: Message | Unreadable) -> tuple[int, bytes]:
        plan = ask.plan
        reply = host.handle(
            self.bank, ask.terminal, ask.seq, read, plan.forced_code, miscount=plan.miscount
        )
        if reply is None:
            return BAD_REQUEST, NOTHING
        if plan.spoiling:
            return OK, spoilt(self.bank, ask.terminal, reply, plan.spoiling)
        return OK, frame_of(reply)

    def _hand_back(self, ask: Ask, status: int, body: bytes) -> bytes | None:
        plan = ask.plan
        if plan.restart:
            self.restart()
        if plan.cut_short:
            body = body[: len(body) // 2]
        if plan.stray and status == OK:
            self.strays.append(Stray(ask.terminal, ask.seq, body))
        if plan.unanswered:
            return None
        if status != OK:
            raise Refused(status, body)
        return body
