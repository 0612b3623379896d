"""A transaction as its facts tell it: the durable half of every flow's state, and a line of the
book.

`apply` is the only way a `Deal` changes, in the running engine and after a power cut alike, so
what is resumed can not differ from what was lived.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from terminal.core.exchange import MOVES_MONEY, Doubt, Entry, Service, Verdict
from terminal.core.facts import (
    Answered,
    CashHanded,
    CashNotHanded,
    CashTaken,
    ChipEnded,
    ExceptionClosed,
    ExceptionOpened,
    Forwarded,
    InDoubt,
    NotSent,
    Queued,
    Recorded,
    Requested,
    ReversalAnswered,
    ReversalSent,
    Reversed,
    SlipKind,
    SlipPrinted,
    Trouble,
)

BY_STATEMENT = "statement"  # an exception closed by the bank's own list: nothing is debited


class Outcome(Enum):
    """How a transaction stands."""

    OPEN = "open"  # sent, not answered yet
    APPROVED = "approved"
    DECLINED = "declined"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"  # in doubt: a reversal is owed
    CANCELLING = "cancelling"  # approved, cash not handed over: a reversal is owed
    REVERSED = "reversed"
    EXCEPTION = "exception"  # only the bank's statement can answer
    QUEUED = "queued"  # 待上传: cash taken, the bank not told yet


class Cash(Enum):
    NONE = ""
    UNCONFIRMED = "unconfirmed"  # approved withdrawal, hand-over not confirmed yet
    HANDED = "handed"
    NOT_HANDED = "not_handed"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Deal:
    """tx is the journal sequence of `requested`; answered_seq that of the answer or the doubt."""

    tx: int
    at_ms: int
    operator: str
    requested: Requested
    answered: Answered | None = None
    answered_seq: int = 0
    answered_at_ms: int = 0
    chip_ended: ChipEnded | None = None
    not_sent: bool = False
    doubt: Doubt | None = None
    cash: Cash = Cash.NONE
    slips: tuple[SlipKind, ...] = ()  # one entry a printed copy
    reversals_sent: int = 0
    reversal_code: str = ""
    reversed: bool = False
    trouble: Trouble | None = None
    trouble_closed: str = ""
    queued: bool = False
    forwards: int = 0
    outcome: Outcome = field(init=False, compare=False)  # follows from the rest, asked for often

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcome", self._outcome())

    @property
    def reversal_reason(self) -> Doubt | None:
        """DE39 of the reversal that this transaction owed or owes; None when none was ever owed."""
        return Doubt.OTHER if self.cash is Cash.NOT_HANDED else self.doubt

    @property
    def owes_reversal(self) -> bool:
        """A reversal must still be sent: it blocks all new money over the link."""
        late = self.trouble is Trouble.REVERSAL_TOO_LATE
        closed = self.reversed or late or bool(self.trouble_closed)
        return self.reversal_reason is not None and not closed

    @property
    def awaits_chip(self) -> bool:
        """The bank has approved, and the card's word is not there yet: nothing may be told (I2)."""
        by_chip = self.requested.entry is Entry.CHIP and self.requested.service in MOVES_MONEY
        approved = self.answered is not None and self.answered.verdict is Verdict.APPROVED
        return by_chip and approved and self.chip_ended is None

    @property
    def undo(self) -> bytes:
        """DE55 of the reversal, as far as the chip has come."""
        said = self.chip_ended.undo if self.chip_ended else ""
        return bytes.fromhex(said or self.requested.chip_undo)

    @property
    def owes_forward(self) -> bool:
        """Cash was taken while the link was down, and the bank has not answered yet."""
        return self.queued and self.answered is None

    @property
    def excepted(self) -> bool:
        """Only the bank's statement, or people, can close this."""
        opened = self.trouble in (Trouble.REVERSAL_TOO_LATE, Trouble.QUEUED_REFUSED)
        return opened and not self.trouble_closed

    def _outcome(self) -> Outcome:
        if self.not_sent:
            return Outcome.NOT_SENT
        if self.owes_forward:
            return Outcome.QUEUED
        if self.reversal_reason is not None:
            if self.reversed or self.trouble_closed == BY_STATEMENT:
                return Outcome.REVERSED
            if not self.owes_reversal:
                return Outcome.EXCEPTION
            return Outcome.CANCELLING if self.cash is Cash.NOT_HANDED else Outcome.UNKNOWN
        if self.answered is None or self.awaits_chip:
            return Outcome.OPEN
        approved = self.answered.verdict is Verdict.APPROVED
        return Outcome.APPROVED if approved else Outcome.DECLINED

    def copies(self, slip: SlipKind) -> int:
        """How many copies of this slip have been printed."""
        return self.slips.count(slip)


def begin(recorded: Recorded) -> Deal:
    """The transaction that a `Requested` or a `Queued` opens."""
    assert isinstance(recorded.fact, Requested | Queued)
    assert recorded.tx == recorded.seq
    wanted, queued = recorded.fact, isinstance(recorded.fact, Queued)
    if isinstance(wanted, Queued):
        wanted = _request_of(wanted)
    deal = Deal(recorded.tx, recorded.at_ms, recorded.operator, wanted, queued=queued)
    if queued:  # its provisional slip names this fact
        return replace(deal, answered_seq=recorded.seq, answered_at_ms=recorded.at_ms)
    return deal


def apply(deal: Deal, recorded: Recorded) -> Deal:
    """`deal` after one more fact of its own. A fact that says nothing about money leaves it as it
    is.
    """
    assert recorded.tx == deal.tx
    match recorded.fact:
        case NotSent():
            return replace(deal, not_sent=True)
        case Answered() as answer:
            return replace(
                deal,
                answered=answer,
                answered_seq=recorded.seq,
                answered_at_ms=recorded.at_ms,
                cash=_cash_due(deal, answer),
            )
        case ChipEnded() as ended:
            agreed = ended.agreed and deal.awaits_chip
            cash = _cash_due_by(deal.requested.service) if agreed else deal.cash
            return replace(deal, chip_ended=ended, cash=cash)
        case Forwarded(n=n, batch=batch, terminal_seq=number, bank_day=day):
            wanted = replace(deal.requested, batch=batch, terminal_seq=number, bank_day=day)
            return replace(deal, requested=wanted, forwards=n)
        case InDoubt(reason=reason):
            return replace(
                deal, doubt=reason, answered_seq=recorded.seq, answered_at_ms=recorded.at_ms
            )
        case CashHanded():
            return replace(deal, cash=Cash.HANDED)
        case CashNotHanded():
            return replace(deal, cash=Cash.NOT_HANDED)
        case CashTaken():
            return replace(deal, cash=Cash.TAKEN)
        case SlipPrinted(slip=slip):
            return replace(deal, slips=(*deal.slips, slip))
        case ReversalSent(n=n):
            return replace(deal, reversals_sent=n)
        case ReversalAnswered(code=code):
            return replace(deal, reversal_code=code)
        case Reversed():
            return replace(deal, reversed=True)
        case ExceptionOpened(trouble=trouble):
            return replace(deal, trouble=trouble)
        case ExceptionClosed(by=by):
            return replace(deal, trouble_closed=by)
    return deal


def _request_of(queued: Queued) -> Requested:
    """What will be asked; batch and HTTP sequence come with the forwarding."""
    return Requested(
        service=Service.CONTRIBUTION_CASH,
        trace=queued.trace,
        batch=0,
        terminal_seq=0,
        amount_fen=queued.amount_fen,
        person=queued.person,
        year=queued.year,
        tier_fen=queued.tier_fen,
        payer=queued.payer,
        idempotency_key=queued.idempotency_key,
    )


def _cash_due(deal: Deal, answer: Answered) -> Cash:
    """Only an approved withdrawal waits for cash to change hands; by chip the card must agree."""
    by_chip = deal.requested.entry is Entry.CHIP
    if answer.verdict is not Verdict.APPROVED or by_chip:
        return deal.cash
    return _cash_due_by(deal.requested.service)


def _cash_due_by(service: Service) -> Cash:
    return Cash.UNCONFIRMED if service is Service.WITHDRAWAL else Cash.NONE
