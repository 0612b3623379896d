"""What the facts add up to: counters, batch, drawer, and the book of transactions. Pure.

`Ledger.learn` is the one fold, used fact by fact in the running engine and over all facts at a
start. The book keeps today's transactions and whatever is still open; older closed ones are in the
journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from protocol.values import IdNumber, next_number
from terminal.core.deal import Cash, Deal, Outcome, apply, begin
from terminal.core.exchange import MOVES_MONEY, Service
from terminal.core.facts import (
    Answered,
    CashHanded,
    CashTaken,
    OperatorSignedIn,
    OperatorSignedOut,
    Recorded,
    Requested,
    ReversalAnswered,
    ReversalSent,
    ShiftOpened,
    SignedIn,
    Trouble,
)

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991
LISTED = frozenset(
    {
        Service.WITHDRAWAL,
        Service.BALANCE,
        Service.CONTRIBUTION_CARD,
        Service.CONTRIBUTION_CASH,
    }
)
FIRST_BATCH = 1  # of a new station (`county-wire.md`, Messages)


def local_date(at_ms: int) -> date:
    """The day in the county's time of an instant in UTC ms."""
    return datetime.fromtimestamp(at_ms // 1000, SHANGHAI).date()


@dataclass
class Ledger:
    """State that follows from the facts alone. operator is "" when nobody is signed in."""

    facts: int = 0  # sequence of the last fact
    last_at_ms: int = 0
    trace: int = 0
    batch: int = FIRST_BATCH
    terminal_seq: int = 0
    bank_day: str = ""
    operator: str = ""
    shift_open: bool = False
    drawer_fen: int = 0
    book: dict[int, Deal] = field(default_factory=dict)
    _day: date | None = None

    def learn(self, recorded: Recorded) -> None:
        """One more fact, in order."""
        assert recorded.seq == self.facts + 1
        self.facts = recorded.seq
        self.last_at_ms = recorded.at_ms
        match recorded.fact:
            case Requested() as request:
                self._begin(recorded, request)
                return
            case ReversalSent(terminal_seq=number):
                self.terminal_seq = number
            case SignedIn(batch=batch, bank_day=day):
                self.batch = batch
                self.bank_day = day or self.bank_day
            case Answered(bank_day=day) | ReversalAnswered(bank_day=day):
                self.bank_day = day or self.bank_day
            case OperatorSignedIn(number=number_of):
                self.operator = number_of
            case OperatorSignedOut():
                self.operator = ""
            case ShiftOpened(float_fen=fen):
                self.shift_open, self.drawer_fen = True, fen
            case CashHanded(amount_fen=fen):
                self.drawer_fen -= fen
            case CashTaken(amount_fen=fen):
                self.drawer_fen += fen
        deal = self.book.get(recorded.tx)
        if deal is not None:
            self.book[recorded.tx] = apply(deal, recorded)

    def _begin(self, recorded: Recorded, request: Requested) -> None:
        self.trace = request.trace
        self.terminal_seq = request.terminal_seq
        if request.service not in LISTED:
            return
        day = local_date(recorded.at_ms)
        if day != self._day:
            self._day = day
            self.book = {tx: deal for tx, deal in self.book.items() if is_open(deal)}
        self.book[recorded.tx] = begin(recorded)

    @property
    def next_trace(self) -> int:
        """The next trace; numbers of transactions that owe a reversal are passed over (I3)."""
        taken = {deal.requested.trace for deal in self.book.values() if deal.owes_reversal}
        trace = next_number(self.trace)
        while trace in taken:
            trace = next_number(trace)
        return trace

    def owing(self) -> Iterator[Deal]:
        """Transactions whose reversal must still be sent, oldest first."""
        return (deal for deal in self.book.values() if deal.owes_reversal)

    def exceptions(self) -> Iterator[Deal]:
        """Open exceptions, oldest first."""
        return (d for d in self.book.values() if d.trouble is not None and not d.trouble_closed)

    def unconfirmed(self) -> Iterator[Deal]:
        """Approved withdrawals whose cash has not been confirmed either way."""
        return (deal for deal in self.book.values() if waits_for_cash(deal))

    def today(self, at_ms: int) -> Iterator[Deal]:
        """Transactions of the day of `at_ms`, oldest first."""
        day = local_date(at_ms)
        return (deal for deal in self.book.values() if local_date(deal.at_ms) == day)

    def paid_here(self, person: IdNumber, year: int) -> int:
        """Fen that this station has collected today from `person` for `year`."""
        return sum(
            deal.requested.amount_fen
            for deal in self.book.values()
            if deal.outcome is Outcome.APPROVED
            and deal.requested.person == person
            and deal.requested.year == year
        )


def waits_for_cash(deal: Deal) -> bool:
    return deal.outcome is Outcome.APPROVED and deal.cash is Cash.UNCONFIRMED


def is_open(deal: Deal) -> bool:
    """Something about this transaction is not settled yet, so the book keeps it."""
    excepted = deal.trouble is Trouble.REVERSAL_TOO_LATE and not deal.trouble_closed
    return unanswered_money(deal) or deal.owes_reversal or excepted or waits_for_cash(deal)


def unanswered_money(deal: Deal) -> bool:
    """Money may have moved and no answer is known."""
    return deal.outcome is Outcome.OPEN and deal.requested.service in MOVES_MONEY
