"""批结算: a batch is closed with the bank, and what differs is listed (`bank-wire.md` section 10).

The totals are frozen with `SettlementStarted`, before the 0500. Balanced (对账平): the batch is
over, but for the details of its chip bookings. Not balanced: the bank's statement tells what
differs, line by line; then every booking goes up in details, chips one by one, and the end message
closes the batch. The bank opens the next one with the same answers (`county-wire.md`, "Batch and
day"), so a sign-in that names it is the lost answer.

What comes next follows from the facts alone (`next_service`): a power cut, silence and stale keys
all go on at the first message that has no answer on record. Silence is tried a few times, then the
batch stays as it is, and no new money moves until an occasion brings it on. A difference is a line
of the report, never a correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

from protocol.values import next_number
from terminal.core import facts, spans
from terminal.core.deal import Deal
from terminal.core.effects import (
    Effect,
    PrintReport,
    Record,
    SendPost,
    SendRequest,
    SignInAgain,
    Wait,
)
from terminal.core.events import (
    Balanced,
    BalancedButChips,
    BalanceUnknown,
    BankMovedOn,
    BatchClosed,
    DetailsTaken,
    Event,
    KeysStale,
    NoStatement,
    NotBalanced,
    Occasion,
    OccasionFailed,
    PauseOver,
    SettlementDue,
    StatementListed,
    TryFailed,
)
from terminal.core.events import Moment as Now
from terminal.core.exchange import (
    Answer,
    Ask,
    Balance,
    Booking,
    Card,
    Detail,
    Entry,
    PostReply,
    Reply,
    Service,
    Totals,
    Verdict,
)
from terminal.core.facts import Fact, PostKind, PostSays, Recorded, SlipKind
from terminal.core.flow import OutOfTurn, Stage
from terminal.core.particulars import Chip, Particulars
from terminal.core.reversal import BACKOFF_MS, STALE_KEYS_WAIT_MS, Patience
from terminal.core.totals import is_booked, summed

DETAILS_MAX = 8  # of one 0320 (`bank-wire.md` section 10)
DETAILS = frozenset({Service.BATCH_UPLOAD, Service.BATCH_CHIP, Service.BATCH_CHIP_UNBALANCED})
CHIPS = DETAILS - {Service.BATCH_UPLOAD}
ENDS = frozenset({Service.BATCH_END, Service.BATCH_END_BALANCED})
CODE_DIGITS = 2  # of DE39; a longer one is an HTTP status: this terminal is refused
S = Stage


@dataclass(frozen=True, slots=True)
class Difference:
    """A booking that the two sides do not have alike; 0 fen: one side does not have it at all."""

    trace: int
    ours_fen: int
    bank_fen: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement as its facts tell it. tx is the journal sequence of its start; uploaded has the
    transactions whose details the bank has had.
    """

    tx: int
    at_ms: int
    operator: str
    batch: int
    ours: Totals
    theirs: Totals | None = None
    balance: Balance | None = None
    listed: bool = False
    differences: tuple[Difference, ...] = ()
    uploaded: frozenset[int] = frozenset()
    settled_seq: int = 0
    copies: int = 0

    @property
    def over(self) -> bool:
        return self.settled_seq > 0


FIELDS = fields(Settlement)


@dataclass(frozen=True, slots=True)
class Settling:
    """What a power cut forgets: where the message under way stands. ENDED: nothing is."""

    stage: Stage = S.ENDED
    tries: int = 0  # of this message
    unlisted: bool = False  # the statement does not come; the details need not wait for it
    occasions: int = 0  # that have failed in a row


@dataclass(frozen=True, slots=True)
class Work:
    """What a step acts on. booked are the transactions that no settlement has closed yet.

    statement: the bank gives one (`county`).
    """

    settling: Settling
    settlement: Settlement | None
    booked: tuple[Deal, ...]
    statement: bool
    patience: Patience


@dataclass(frozen=True, slots=True)
class Turn:
    work: Work
    event: Event
    now: Now

    @property
    def settlement(self) -> Settlement:
        assert self.work.settlement is not None
        return self.work.settlement


Said = Fact | Effect
Word = Callable[[Turn], Sequence[Said]]


def apply(settlement: Settlement | None, recorded: Recorded) -> Settlement | None:
    """The settlement after one more fact; a fact of something else leaves it as it is."""
    fact = recorded.fact
    if isinstance(fact, facts.SettlementStarted):
        ours = Totals(fact.debit_fen, fact.debit_count, fact.credit_fen, fact.credit_count)
        return Settlement(recorded.seq, recorded.at_ms, recorded.operator, fact.batch, ours)
    if settlement is None or recorded.tx != settlement.tx:
        return settlement
    match fact:
        case facts.TotalsCompared(balance=balance):
            theirs = Totals(fact.debit_fen, fact.debit_count, fact.credit_fen, fact.credit_count)
            return replace(settlement, balance=balance, theirs=theirs)
        case facts.PostAnswered(kind=PostKind.STATEMENT):
            return replace(settlement, listed=True)
        case facts.Differed(trace=trace, ours_fen=ours_fen, bank_fen=bank_fen):
            line = Difference(trace, ours_fen, bank_fen)
            return replace(settlement, differences=(*settlement.differences, line))
        case facts.BatchUploaded(deals=deals):
            sent = settlement.uploaded.union(spans.numbers(deals))
            return replace(settlement, uploaded=sent)
        case facts.Settled():
            return replace(settlement, settled_seq=recorded.seq)
        case facts.SlipPrinted(slip=SlipKind.SETTLEMENT):
            return replace(settlement, copies=settlement.copies + 1)
    return settlement


def plain(settlement: Settlement | None) -> dict[str, object]:
    """As a day head carries it."""
    if settlement is None:
        return {}
    values: dict[str, object] = {field.name: getattr(settlement, field.name) for field in FIELDS}
    values["balance"] = settlement.balance.value if settlement.balance else ""
    values["uploaded"] = spans.text(sorted(settlement.uploaded))
    values["differences"] = [astuple(line) for line in settlement.differences]
    return values


def of_plain(values: Mapping[str, Any]) -> Settlement | None:
    if not values:
        return None
    theirs, balance = values["theirs"], values["balance"]
    return Settlement(
        **{
            **values,
            "ours": Totals(*values["ours"]),
            "theirs": None if theirs is None else Totals(*theirs),
            "balance": Balance(balance) if balance else None,
            "uploaded": frozenset(spans.numbers(values["uploaded"])),
            "differences": tuple(Difference(*line) for line in values["differences"]),
        }
    )


def resume(settlement: Settlement | None) -> Settling:
    """Where a settlement stands whose facts end here: it goes on at the next occasion."""
    under_way = settlement is not None and not settlement.over
    return Settling(S.OWED if under_way else S.ENDED)


def next_service(work: Work) -> Service | PostKind:
    """What is asked next, by the facts alone."""
    settlement = work.settlement
    assert settlement is not None
    if settlement.balance is Balance.BALANCED:
        return Service.BATCH_CHIP if _chips_left(work) else Service.BATCH_END_BALANCED
    if settlement.balance is not Balance.NOT_BALANCED:
        return Service.SETTLEMENT
    asks = work.statement and not work.settling.unlisted
    if asks and not settlement.listed and not settlement.uploaded:
        return PostKind.STATEMENT
    if _stripes_left(work):
        return Service.BATCH_UPLOAD
    return Service.BATCH_CHIP_UNBALANCED if _chips_left(work) else Service.BATCH_END


def differences(booked: Iterable[Deal], bookings: Iterable[Booking]) -> tuple[Difference, ...]:
    """What the bank's statement of a batch has otherwise than our facts, by trace."""
    ours = {deal.requested.trace: deal.requested.amount_fen for deal in booked}
    theirs = {row.trace: row.amount_fen for row in bookings if not row.reversed}
    return tuple(
        Difference(trace, ours.get(trace, 0), theirs.get(trace, 0))
        for trace in sorted(ours.keys() | theirs.keys())
        if ours.get(trace) != theirs.get(trace)
    )


def moved_on(work: Work) -> Event:
    """The bank has opened the next batch, and we never heard its answer."""
    settlement = work.settlement
    assert settlement is not None
    if settlement.balance is not Balance.NOT_BALANCED and _chips_left(work):
        return BalancedButChips(settlement.ours)
    return BankMovedOn()


def hear_statement(reply: PostReply, work: Work) -> Event:
    """A statement that does not come is asked for a few times, and then done without."""
    if isinstance(reply, tuple):
        return StatementListed(reply)
    last = work.settling.tries >= work.patience.batch_retries
    return NoStatement() if last else TryFailed(None)


def hear(reply: Reply, ask: Ask, work: Work) -> Event:
    """What the bank's reply to a message of a settlement means."""
    last = work.settling.tries >= work.patience.batch_retries
    if not isinstance(reply, Answer):
        return OccasionFailed(None) if last else TryFailed(None)
    if len(reply.code) != CODE_DIGITS:
        return OccasionFailed(reply)
    if reply.verdict is Verdict.SIGN_IN_AGAIN:
        return OccasionFailed(reply) if last else KeysStale(reply)
    if ask.service in DETAILS:
        return DetailsTaken(reply.code)
    if ask.service is Service.BATCH_END_BALANCED:
        return BatchClosed()  # closed since the 0510, whatever the bank says to this
    if reply.verdict is not Verdict.APPROVED:
        return OccasionFailed(reply)
    if ask.service in ENDS:
        return BatchClosed()
    assert reply.totals is not None, reply
    match reply.balance:
        case Balance.BALANCED:
            return BalancedButChips(reply.totals) if _chips_left(work) else Balanced(reply.totals)
        case Balance.NOT_BALANCED:
            return NotBalanced(reply.totals)
    return BalanceUnknown(reply.totals)


# --- words


def started(turn: Turn) -> Sequence[Said]:
    assert isinstance(turn.event, SettlementDue)
    return (facts.SettlementStarted(turn.event.batch, *summed(turn.work.booked)),)


def compared(turn: Turn) -> Sequence[Said]:
    """The bank's flag and totals; a flag that has been told before adds nothing."""
    match turn.event:
        case Balanced(totals=totals) | BalancedButChips(totals=totals):
            balance = Balance.BALANCED
        case NotBalanced(totals=totals):
            balance = Balance.NOT_BALANCED
        case BalanceUnknown(totals=totals):
            balance = Balance.ERROR
        case _:
            raise AssertionError(turn.event)
    known = (turn.settlement.balance, turn.settlement.theirs) == (balance, totals)
    return () if known else (facts.TotalsCompared(balance, *totals),)


def listed(turn: Turn) -> Sequence[Said]:
    """Each line that differs."""
    assert isinstance(turn.event, StatementListed)
    booked = (d for d in turn.work.booked if d.requested.batch == turn.settlement.batch)
    lines = differences(booked, turn.event.bookings)
    return (
        *(facts.Differed(line.trace, line.ours_fen, line.bank_fen) for line in lines),
        facts.PostAnswered(PostKind.STATEMENT, PostSays.LISTED),
    )


def details_taken(turn: Turn) -> Sequence[Said]:
    """Details are marked whatever the code: the bank has had them, and its word is on record."""
    assert isinstance(turn.event, DetailsTaken)
    sent = [deal.tx for deal in _next_details(turn.work)]
    return (facts.BatchUploaded(spans.text(sent), turn.event.code),)


def settled(turn: Turn) -> Sequence[Said]:
    """Both totals; where the bank has closed the batch without our hearing it, ours are its."""
    settlement = turn.settlement
    theirs = settlement.theirs if settlement.balance is Balance.NOT_BALANCED else settlement.ours
    assert theirs is not None
    balanced = theirs == settlement.ours
    batch, after = settlement.batch, next_number(settlement.batch)
    return (facts.Settled(batch, after, balanced, *settlement.ours, *theirs),)


def ask_next(turn: Turn) -> Sequence[Said]:
    """The first message that has no answer on record: its fact, then the sending."""
    work, now, settlement = turn.work, turn.now, turn.settlement
    service, number = next_service(work), now.terminal_seq
    if isinstance(service, PostKind):
        post = SendPost(service, number, tx=settlement.tx, batch=settlement.batch)
        return facts.Posted(service, number), post
    requested = facts.Requested(service, now.trace, settlement.batch, number)
    ask = Ask(
        service,
        now.trace,
        settlement.batch,
        number,
        now.operator,
        totals=settlement.ours if service is Service.SETTLEMENT else None,
        details=_details(work) if service is Service.BATCH_UPLOAD else (),
        details_sent=len(settlement.uploaded),
    )
    if service in CHIPS:
        ask = _of_chip(ask, _chips_left(work)[0])
    return requested, SendRequest(now.seq, ask)


def _of_chip(ask: Ask, deal: Deal) -> Ask:
    """A chip booking's detail goes under the trace of its original, with its DE55; DE23 is asked
    for here also of a card that has none (`bank-wire.md` section 4.1).
    """
    wanted = deal.requested
    return replace(
        ask,
        trace=wanted.trace,
        entry=wanted.entry,
        amount_fen=wanted.amount_fen,
        card=Card(wanted.pan, entry=wanted.entry, psn=wanted.psn) if wanted.pan else None,
        particulars=Particulars(chip=Chip(wanted.psn.zfill(3), bytes.fromhex(wanted.chip))),
    )


def printed(turn: Turn) -> Sequence[Said]:
    return (PrintReport(SlipKind.SETTLEMENT, turn.settlement.tx),)


def pause(turn: Turn) -> Sequence[Said]:
    return (Wait(turn.settlement.tx, turn.work.patience.interval_ms),)


def sign_in_again(turn: Turn) -> Sequence[Said]:
    return (SignInAgain(), Wait(turn.settlement.tx, STALE_KEYS_WAIT_MS))


def back_off(turn: Turn) -> Sequence[Said]:
    place = min(turn.work.settling.occasions, len(BACKOFF_MS)) - 1
    return (Wait(turn.settlement.tx, BACKOFF_MS[place]),)


def _left(work: Work) -> list[Deal]:
    """Bookings whose details have not gone up yet, oldest first."""
    assert work.settlement is not None
    uploaded = work.settlement.uploaded
    return [deal for deal in work.booked if is_booked(deal) and deal.tx not in uploaded]


def _stripes_left(work: Work) -> list[Deal]:
    """Those without DE55, cash among them: they share messages."""
    return [deal for deal in _left(work) if deal.requested.entry is not Entry.CHIP]


def _chips_left(work: Work) -> list[Deal]:
    return [deal for deal in _left(work) if deal.requested.entry is Entry.CHIP]


def _next_details(work: Work) -> list[Deal]:
    """What the message under way tells of."""
    if next_service(work) is Service.BATCH_UPLOAD:
        return _stripes_left(work)[:DETAILS_MAX]
    return _chips_left(work)[:1]


def _details(work: Work) -> tuple[Detail, ...]:
    wanted = (deal.requested for deal in _next_details(work))
    return tuple(Detail(each.trace, each.amount_fen, each.pan) for each in wanted)


# fmt: off
TABLE: Mapping[tuple[Stage, type[Event]], tuple[Stage, tuple[Word, ...]]] = {
    (S.ENDED,  SettlementDue):   (S.SENT,   (started, ask_next)),
    (S.OWED,   SettlementDue):   (S.SENT,   (started, ask_next)),  # the bank has opened another
    (S.STALE,  SettlementDue):   (S.SENT,   (started, ask_next)),
    (S.PAUSED, SettlementDue):   (S.SENT,   (started, ask_next)),
    (S.OWED,   Occasion):        (S.SENT,   (ask_next,)),
    (S.PAUSED, Occasion):        (S.SENT,   (ask_next,)),
    (S.PAUSED, PauseOver):       (S.SENT,   (ask_next,)),
    (S.STALE,  Occasion):        (S.SENT,   (ask_next,)),
    (S.STALE,  PauseOver):       (S.SENT,   (ask_next,)),
    (S.SENT,   Occasion):        (S.SENT,   ()),
    (S.SENT,   PauseOver):       (S.SENT,   ()),

    (S.SENT,   Balanced):        (S.ENDED,  (compared, settled, printed)),
    (S.SENT,   BalancedButChips): (S.SENT,  (compared, ask_next)),
    (S.SENT,   NotBalanced):     (S.SENT,   (compared, ask_next)),
    (S.SENT,   BalanceUnknown):  (S.OWED,   (compared, back_off)),
    (S.SENT,   StatementListed): (S.SENT,   (listed, ask_next)),
    (S.SENT,   NoStatement):     (S.SENT,   (ask_next,)),
    (S.SENT,   DetailsTaken):    (S.SENT,   (details_taken, ask_next)),
    (S.SENT,   BatchClosed):     (S.ENDED,  (settled, printed)),

    (S.SENT,   TryFailed):       (S.PAUSED, (pause,)),
    (S.SENT,   KeysStale):       (S.STALE,  (sign_in_again,)),
    (S.SENT,   OccasionFailed):  (S.OWED,   (back_off,)),

    # 0810: the bank has opened the next batch, so it has had what we never heard the answer to;
    # where that was the 0500 it has found the totals equal, and only details of chips are owed
    (S.OWED,   BalancedButChips): (S.SENT,  (compared, ask_next)),
    (S.PAUSED, BalancedButChips): (S.SENT,  (compared, ask_next)),
    (S.STALE,  BalancedButChips): (S.SENT,  (compared, ask_next)),
    (S.OWED,   BankMovedOn):     (S.ENDED,  (settled, printed)),
    (S.PAUSED, BankMovedOn):     (S.ENDED,  (settled, printed)),
    (S.STALE,  BankMovedOn):     (S.ENDED,  (settled, printed)),
    (S.SENT,   BankMovedOn):     (S.ENDED,  (settled, printed)),
}
# fmt: on


def step(work: Work, event: Event, now: Now) -> tuple[Settling, tuple[Effect, ...]]:
    """Where the settlement stands after `event`, and what is to be done, in this order. Raises
    OutOfTurn.
    """
    row = TABLE.get((work.settling.stage, type(event)))
    if row is None:
        raise OutOfTurn(work.settling.stage, event)
    stage, words = row
    work = replace(work, settling=_learn(work.settling, event))
    effects: list[Effect] = []
    for word in words:
        for said in word(Turn(work, event, now)):
            if isinstance(said, Effect):
                effects.append(said)
                continue
            recorded = _recorded(work, said, now)
            work = replace(work, settlement=apply(work.settlement, recorded))
            effects.append(Record(recorded))
            now = replace(now, seq=now.seq + 1)
    return replace(work.settling, stage=stage), tuple(effects)


def _recorded(work: Work, fact: Fact, now: Now) -> Recorded:
    """A start and a request are transactions of their own; all else belongs to the settlement."""
    if isinstance(fact, facts.SettlementStarted | facts.Requested):
        return Recorded(now.seq, now.at_ms, now.operator, now.seq, fact)
    assert work.settlement is not None
    return Recorded(now.seq, now.at_ms, now.operator, work.settlement.tx, fact)


def _learn(settling: Settling, event: Event) -> Settling:
    """Every message has its own tries; an answer ends the row of failed occasions."""
    match event:
        case PauseOver():
            return replace(settling, tries=settling.tries + 1)
        case OccasionFailed() | BalanceUnknown():
            return replace(settling, occasions=settling.occasions + 1)
        case Occasion():
            return replace(settling, tries=_tries_after_occasion(settling))
        case TryFailed() | KeysStale():
            return settling
        case NoStatement():
            return replace(settling, tries=1, unlisted=True)
    return replace(settling, tries=1, occasions=0)


def _tries_after_occasion(settling: Settling) -> int:
    """An occasion begins anew; one that cuts a pause short is the next try."""
    match settling.stage:
        case S.OWED:
            return 1
        case S.PAUSED | S.STALE:
            return settling.tries + 1
    return settling.tries
