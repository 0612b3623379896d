"""What the facts add up to: counters, batch, drawer, totals, and the book of transactions. Pure.

`Ledger.learn` is the one fold, used fact by fact in the running engine and at a start over all
facts since the last day head, which carries what the fold had come to (`carried`). The book keeps
today's transactions and whatever is still open; older closed ones are in the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any

from protocol.values import TRACE_MAX, IdNumber, next_number
from terminal.core import settlement, shifts, totals
from terminal.core.deal import Cash, Deal, Outcome, apply, begin
from terminal.core.exchange import MOVES_MONEY, SETTLES, Paid, Service, Totals
from terminal.core.facts import (
    Answered,
    CashHanded,
    CashMoved,
    CashTaken,
    Forwarded,
    OperatorSignedIn,
    OperatorSignedOut,
    PostAnswered,
    Posted,
    PostSays,
    Queued,
    Recorded,
    Requested,
    ReversalAnswered,
    ReversalSent,
    Settled,
    ShiftClosed,
    ShiftHandedOver,
    ShiftOpened,
    SignedIn,
    SlipPrinted,
)
from terminal.core.local_time import local_date
from terminal.core.settlement import Settlement
from terminal.core.shifts import Shift

LISTED = frozenset(
    {
        Service.WITHDRAWAL,
        Service.BALANCE,
        Service.CONTRIBUTION_CARD,
        Service.CONTRIBUTION_CASH,
    }
)
BESIDE = SETTLES | {Service.SIGN_IN, Service.ECHO}  # no business of a villager's
FIRST_BATCH = 1  # of a new station (`county-wire.md`, Messages)


COUNTERS = (
    "facts",
    "last_at_ms",
    "trace",
    "traces_in_batch",
    "batch",
    "bank_batch",
    "batch_day",
    "settled",
    "terminal_seq",
    "bank_day",
    "offset_ms",
    "witnessed",
    "rolled_back",
    "operator",
    "unread",
    "shift_open",
    "drawer_fen",
)
"""What a day head carries besides the book and the totals."""


@dataclass
class Ledger:
    """State that follows from the facts alone. operator is "" when nobody is signed in.

    offset_ms is the bank's clock minus ours at the last sign-in; witnessed how many facts the bank
    has last vouched for. bank_batch is the bank's open batch at the last sign-in, batch_day the
    accounting day of the first booking that is not settled; settled is the start of the last
    settlement that is over: what was booked before it is closed. unread is the newest transaction
    that moves money, until the counter has gone on to something else. lines has the sequences of a
    booked transaction's facts.
    """

    facts: int = 0  # sequence of the last fact
    last_at_ms: int = 0
    trace: int = 0
    traces_in_batch: int = 0
    batch: int = FIRST_BATCH
    bank_batch: int = FIRST_BATCH
    batch_day: str = ""
    settled: int = 0
    settlement: Settlement | None = None  # the last one
    shift: Shift | None = None  # the one that is open
    last_shift: Shift | None = None  # the one that was counted last
    terminal_seq: int = 0
    bank_day: str = ""
    offset_ms: int = 0
    witnessed: int = 0
    rolled_back: bool = False  # the bank has proved that facts are missing here
    operator: str = ""
    unread: int = 0
    shift_open: bool = False
    drawer_fen: int = 0
    book: dict[int, Deal] = field(default_factory=dict)
    lines: dict[int, list[int]] = field(default_factory=dict)
    totals: dict[int, Totals] = field(default_factory=dict)  # by batch
    _day: date | None = None
    _open: tuple[Deal, ...] = ()  # those of the book that are, oldest first
    _served: Counter[tuple[date, Service]] = field(default_factory=Counter, compare=False)

    def learn(self, recorded: Recorded) -> None:
        """One more fact, in order."""
        assert recorded.seq == self.facts + 1
        self.facts = recorded.seq
        self.last_at_ms = recorded.at_ms
        match recorded.fact:
            case Requested() as request:
                self.terminal_seq = request.terminal_seq
                self._begin(recorded, request.trace, request.service)
                return
            case Queued(trace=trace):
                self._begin(recorded, trace, Service.CONTRIBUTION_CASH)
                return
            case ReversalSent(terminal_seq=number) | Forwarded(terminal_seq=number):
                self.terminal_seq = number
            case Posted(terminal_seq=number):
                self.terminal_seq = number
            case PostAnswered(says=PostSays.WITNESSED, size=size):
                self.witnessed = size
            case PostAnswered(says=PostSays.ROLLED_BACK):
                self.rolled_back = True
            case SignedIn(batch=batch, bank_day=day, offset_ms=offset):
                self.bank_batch = batch
                if not self.settling and next(self.unsettled(), None) is None:
                    self._enter(batch)
                self.bank_day = day or self.bank_day
                self.offset_ms = offset
            case Answered(bank_day=day) | ReversalAnswered(bank_day=day):
                self.bank_day = day or self.bank_day
            case Settled(next_batch=batch):
                assert self.settlement is not None
                self.settled, self.batch_day = self.settlement.tx, ""
                self.bank_batch = batch
                self._enter(batch)
            case OperatorSignedIn(number=number_of):
                self.operator = number_of
            case OperatorSignedOut():
                self.operator = ""
            case ShiftOpened(float_fen=fen) | ShiftHandedOver(counted_fen=fen):
                self.shift_open, self.drawer_fen = True, fen
            case ShiftClosed():
                self.shift_open, self.drawer_fen, self.unread = False, 0, 0
            case CashHanded(amount_fen=fen):
                self.drawer_fen -= fen
            case CashTaken(amount_fen=fen) | CashMoved(amount_fen=fen):
                self.drawer_fen += fen
        self.settlement = settlement.apply(self.settlement, recorded)
        self._learn_shift(recorded)
        deal = self.book.get(recorded.tx)
        if deal is not None:
            after = apply(deal, recorded)
            self._keep(after, deal)
            self.lines[recorded.tx].append(recorded.seq)
            totals.move(self.totals, deal, after)
            if self.shift is not None:
                self.shift = shifts.move(self.shift, deal, after)

    def _learn_shift(self, recorded: Recorded) -> None:
        if self.shift is not None:
            self.shift = shifts.apply(self.shift, recorded)
            if self.shift.seq:
                self.shift, self.last_shift = None, self.shift
        if isinstance(recorded.fact, SlipPrinted) and self.last_shift is not None:
            self.last_shift = shifts.apply(self.last_shift, recorded)
        self.shift = shifts.after(recorded) or self.shift

    def _enter(self, batch: int) -> None:
        """The open batch from here on: every trace is free again in a new one."""
        if batch != self.batch:
            self.traces_in_batch = 0
        self.batch = batch

    def _begin(self, recorded: Recorded, trace: int, service: Service) -> None:
        self.trace = trace
        self.traces_in_batch += 1
        if service not in BESIDE:
            self.unread = recorded.seq if service in MOVES_MONEY else 0
        if service not in LISTED:
            return
        day = local_date(recorded.at_ms)
        if day != self._day:
            self._day = day
            kept = [deal for deal in self.book.values() if is_open(deal) or self.is_unsettled(deal)]
            self._open = ()
            self.book, self._served = {}, Counter()
            for deal in kept:
                self._keep(deal)
            self.lines = {tx: self.lines[tx] for tx in self.book}
            batches = {self.batch, *(deal.requested.batch for deal in self.book.values())}
            self.totals = {b: sums for b, sums in self.totals.items() if b in batches}
        self._keep(begin(recorded))
        self.lines[recorded.tx] = [recorded.seq]

    def _keep(self, deal: Deal, before: Deal | None = None) -> None:
        """In the book; what every view asks for, the open ones and the day's count, is kept up."""
        self.book[deal.tx] = deal
        approved = deal.outcome is Outcome.APPROVED
        if approved != (before is not None and before.outcome is Outcome.APPROVED):
            place = local_date(deal.at_ms), deal.requested.service
            self._served[place] += 1 if approved else -1
        if not self.batch_day and self.is_unsettled(deal):
            assert deal.answered is not None
            self.batch_day = deal.answered.bank_day
        others = [one for one in self._open if one.tx != deal.tx]
        if is_open(deal):
            others.append(deal)
            others.sort(key=attrgetter("tx"))
        self._open = tuple(others)

    # --- what a day head carries

    def carried(self) -> dict[str, object]:
        """The fold so far, as plain values; the book's facts are named by `book_lines`."""
        values: dict[str, object] = {name: getattr(self, name) for name in COUNTERS}
        values["totals"] = [[batch, *sums] for batch, sums in sorted(self.totals.items())]
        values["settlement"] = settlement.plain(self.settlement)
        values["shift"] = [shifts.plain(each) for each in (self.shift, self.last_shift)]
        values["day"] = self._day.isoformat() if self._day else ""
        return values

    def book_lines(self) -> tuple[int, ...]:
        """Sequences of all facts of the book's transactions, rising."""
        return tuple(sorted(seq for lines in self.lines.values() for seq in lines))

    @classmethod
    def resumed(cls, carried: Mapping[str, object], book: Iterable[Recorded]) -> Ledger:
        """The ledger as it was when its day head was written."""
        values: dict[str, Any] = dict(carried)
        ledger = cls(**{name: values[name] for name in COUNTERS})
        ledger.totals = {row[0]: Totals(*row[1:]) for row in values["totals"]}
        ledger.settlement = settlement.of_plain(values["settlement"])
        ledger.shift, ledger.last_shift = map(shifts.of_plain, values["shift"])
        ledger._day = date.fromisoformat(values["day"]) if values["day"] else None
        for one in book:
            deal = ledger.book.get(one.tx)
            ledger._keep(begin(one) if deal is None else apply(deal, one), deal)
            ledger.lines.setdefault(one.tx, []).append(one.seq)
        return ledger

    # --- what can be asked

    @property
    def settling(self) -> bool:
        """A batch is frozen and not closed yet: no new money until it is."""
        return self.settlement is not None and not self.settlement.over

    def unsettled(self) -> Iterator[Deal]:
        """Bookings that no settlement has closed yet, oldest first."""
        return (deal for deal in self.book.values() if self.is_unsettled(deal))

    @property
    def between_batches(self) -> bool:
        """No batch is open for new money: one is being closed, or the bank has another."""
        return self.settling or self.bank_batch != self.batch

    def is_unsettled(self, deal: Deal) -> bool:
        return deal.answered_seq > self.settled and totals.is_booked(deal)

    def settlement_due(self, count_max: int) -> bool:
        """The bank has another batch or another day, or this one is full (`batch.max_count`)."""
        if self.settling:
            return False
        cut = self.batch_day not in ("", self.bank_day)
        full = len(self.book) >= count_max and sum(1 for _ in self.unsettled()) >= count_max
        return cut or full or self.bank_batch != self.batch

    @property
    def traces_used_up(self) -> bool:
        """Every number has been used in this batch: only a settlement makes them new (I3)."""
        return self.traces_in_batch >= TRACE_MAX

    @property
    def next_trace(self) -> int:
        """The next trace; numbers of transactions still owed to the bank are passed over (I3)."""
        taken = {
            deal.requested.trace
            for deal in self._open
            if deal.owes_reversal or deal.owes_forward or deal.excepted
        }
        trace = next_number(self.trace)
        while trace in taken:
            trace = next_number(trace)
        return trace

    def owing(self) -> Iterator[Deal]:
        """Transactions whose reversal must still be sent, oldest first."""
        return (deal for deal in self._open if deal.owes_reversal)

    def queued(self) -> Iterator[Deal]:
        """Cash contributions that the bank has not answered yet, oldest first (待上传)."""
        return (deal for deal in self._open if deal.owes_forward)

    def exceptions(self) -> Iterator[Deal]:
        """What only the bank's statement, or people, can close; oldest first."""
        return (deal for deal in self._open if deal.excepted)

    def unconfirmed(self) -> Iterator[Deal]:
        """Approved withdrawals whose cash has not been confirmed either way."""
        return (deal for deal in self._open if waits_for_cash(deal))

    def today(self, at_ms: int) -> Iterator[Deal]:
        """Transactions of the day of `at_ms`, oldest first."""
        day = local_date(at_ms)
        return (deal for deal in self.book.values() if local_date(deal.at_ms) == day)

    def served(self, day: date, *services: Service) -> int:
        """How many of these have been approved on that day."""
        return sum(self._served[day, service] for service in services)

    def paid_here(self, person: IdNumber, year: int, terminal: str) -> Paid | None:
        """What this station has collected of `person` for `year`, by the book."""
        found = [
            deal
            for deal in self.book.values()
            if deal.outcome in (Outcome.APPROVED, Outcome.QUEUED)
            and deal.requested.person == person
            and deal.requested.year == year
        ]
        if not found:
            return None
        return Paid(sum(deal.requested.amount_fen for deal in found), found[0].at_ms, terminal)


def waits_for_cash(deal: Deal) -> bool:
    return deal.outcome is Outcome.APPROVED and deal.cash is Cash.UNCONFIRMED


def is_open(deal: Deal) -> bool:
    """Something about this transaction is not settled yet, so the book keeps it."""
    owed = deal.owes_reversal or deal.owes_forward
    return unanswered_money(deal) or owed or deal.excepted or waits_for_cash(deal)


def unanswered_money(deal: Deal) -> bool:
    """Money may have moved and no answer is known."""
    return deal.outcome is Outcome.OPEN and deal.requested.service in MOVES_MONEY
