"""How a service at the counter moves: a table of (stage, event) -> (next stage, entries), one
`step`.

A flow is a draft (what has been keyed and read; a power cut forgets it and nothing is owed) and,
from the first fact on, a deal (what the facts say). `step` is pure. An event without a row is
`OutOfTurn`. An entry of a row is an effect, or a word (`words.py`) that builds the fact or effect
of this turn, so that a table reads as the story of its service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from protocol.values import IdNumber, PinBlock
from terminal.core import facts
from terminal.core.deal import Deal, apply, begin
from terminal.core.effects import Effect, Record
from terminal.core.events import (
    AmountChosen,
    Approved,
    ApprovedForChip,
    AppsFound,
    ByCard,
    CardRead,
    ChipReady,
    Declined,
    DeviceEnded,
    Event,
    Found,
    InCash,
    InputRefused,
    Moment,
    NoAnswer,
    NotPayable,
    NotWitnessed,
    Occasion,
    OccasionFailed,
    PauseOver,
    PayerChosen,
    PersonKept,
    PersonKeyed,
    PinForChip,
    PowerRestored,
    RolledBack,
    SignInFailed,
    SwipeFailed,
    TierChosen,
    Unsent,
    UnsentButKept,
    Witnessed,
    WitnessElsewhere,
    YearChosen,
)
from terminal.core.exchange import Answer, Card, Participant, Payer, Service, Verdict
from terminal.core.facts import Fact, Recorded


class Stage(Enum):
    """Where a service stands: one question or one answer; the page of the screen follows."""

    AMOUNT = "amount"
    PERSON = "person"
    ASKED = "asked"  # the contribution query is under way
    ECHO = "echo"
    YEAR = "year"
    TIER = "tier"
    PAYER = "payer"
    MEANS = "means"
    COUNT = "count"
    CARD = "card"
    APPLICATION = "application"  # the card has several
    PIN = "pin"
    CRYPTOGRAM = "cryptogram"  # the chip signs the request
    LEAVING = "leaving"  # cancelled while a device is busy
    SENT = "sent"
    AGREEING = "agreeing"  # approved by the bank: the chip has the last word
    APPROVED = "approved"
    SHOWN = "shown"  # a balance
    DECLINED = "declined"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"  # approved, cash not handed over
    QUEUED = "queued"  # 待上传
    STOPPED = "stopped"  # ended before anything that moves money was sent
    ENDED = "ended"  # back to the home page, or nothing more to do
    # sign-in, reversal and forwarding, which run beside the counter
    OUT = "out"
    WITNESS = "witness"  # the checkpoint is on its way
    IN = "in"
    ROLLED_BACK = "rolled_back"  # the bank has seen facts that are not here: no money, no sign-in
    OWED = "owed"  # waiting for an occasion
    PAUSED = "paused"  # between two tries of an occasion
    STALE = "stale"  # waiting for fresh keys
    EXCEPTED = "excepted"  # the bank's statement has been asked for
    RESTING = "resting"  # an exception that the statement did not close; asked again at a sign-in


CARD_IN_HAND = frozenset({Stage.CARD, Stage.APPLICATION, Stage.PIN, Stage.CRYPTOGRAM})
"""Tracks and PIN block may be held; dropped with the step that leaves these."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known before it is a fact. Tracks are dropped as soon as the request is made."""

    amount_fen: int = 0
    fee_fen: int = 0
    card: Card | None = None
    pin: PinBlock | None = None  # while the chip makes its cryptogram
    apps: tuple[str, ...] = ()  # of the card, to choose from
    approval: Answer | None = None  # the bank's, while the chip judges it
    tries: int = 0
    reason: str = ""
    paid_already: str = ""
    number: IdNumber | None = None
    participant: Participant | None = None
    year: int = 0
    tier_fen: int = 0
    payer: Payer = Payer.SELF
    in_cash: bool = False
    balance_fen: int | None = None
    occasions: int = 0  # of a reversal, or failed sign-ins in a row
    kept: bool = False  # the bank could not be asked: a cash contribution will be queued
    witnessed: bool = False
    old_size: int | None = None  # the bank's last checkpoint, when it has told us


@dataclass(frozen=True, slots=True)
class Flow:
    """One service at the counter. service is what will be asked of the bank next, or was last."""

    service: Service
    stage: Stage
    draft: Draft = field(default_factory=Draft)
    deal: Deal | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a word sees: the flow with the event learnt, the event, the moment."""

    flow: Flow
    event: Event
    moment: Moment

    @property
    def deal(self) -> Deal:
        """The transaction begun earlier in this row or before it."""
        assert self.flow.deal is not None
        return self.flow.deal


Word = Callable[[Turn], Fact | Effect | None]  # None: nothing this time
Row = tuple[Stage, tuple[Effect | Word, ...]]
Table = Mapping[tuple[Stage, type[Event]], Row]


# how a contribution is paid decides which request it becomes
BECOMES: Mapping[type[Event], Service] = {
    ByCard: Service.CONTRIBUTION_CARD,
    InCash: Service.CONTRIBUTION_CASH,
}


AFTER_RESTART = "after_restart"  # `Draft.reason` of what a restart has brought back


class OutOfTurn(Exception):
    """An event that has no row in this stage: our own mistake, or a key pressed too late."""

    def __init__(self, stage: Enum, event: object) -> None:
        super().__init__(f"{type(event).__name__} in {stage.value}")


def step(table: Table, flow: Flow, event: Event, moment: Moment) -> tuple[Flow, tuple[Effect, ...]]:
    """The flow after `event`, and what is to be done, in this order. Raises OutOfTurn."""
    row = table.get((flow.stage, type(event)))
    if row is None:
        raise OutOfTurn(flow.stage, event)
    stage, entries = row
    service = BECOMES.get(type(event), flow.service)
    flow = Flow(service, flow.stage, _learn(flow.draft, event), flow.deal)
    effects: list[Effect] = []
    for entry in entries:
        said = entry(Turn(flow, event, moment)) if callable(entry) else entry
        if said is None:
            continue
        if isinstance(said, Effect):
            effects.append(said)
            continue
        flow, recorded = _recorded(flow, said, moment)
        effects.append(Record(recorded))
        moment = replace(moment, seq=moment.seq + 1)
    draft = flow.draft if stage in CARD_IN_HAND else _empty_handed(flow.draft)
    return Flow(flow.service, stage, draft, flow.deal), tuple(effects)


def _empty_handed(draft: Draft) -> Draft:
    """Nothing that may not be kept: of the card its number, and how it came."""
    if draft.card is None and draft.pin is None:
        return draft
    card = draft.card and Card(draft.card.pan, entry=draft.card.entry)
    return replace(draft, card=card, pin=None)


def begins(effects: Sequence[Effect]) -> bool:
    """The first of these facts would begin a transaction: without it there is none."""
    recorded = (effect.recorded.fact for effect in effects if isinstance(effect, Record))
    return isinstance(next(recorded), facts.Requested | facts.Queued)


def stopped(flow: Flow, reason: str) -> Flow:
    """Ended before anything was sent."""
    draft = replace(flow.draft, reason=reason, card=None, pin=None)
    return replace(flow, stage=Stage.STOPPED, draft=draft)


def _recorded(flow: Flow, fact: Fact, moment: Moment) -> tuple[Flow, Recorded]:
    if isinstance(fact, facts.Requested | facts.Queued):
        recorded = Recorded(moment.seq, moment.at_ms, moment.operator, moment.seq, fact)
        return replace(flow, deal=begin(recorded)), recorded
    if flow.deal is None:
        return flow, Recorded(moment.seq, moment.at_ms, moment.operator, 0, fact)
    recorded = Recorded(moment.seq, moment.at_ms, moment.operator, flow.deal.tx, fact)
    return replace(flow, deal=apply(flow.deal, recorded)), recorded


def _learn(draft: Draft, event: Event) -> Draft:
    """The draft with what the event brings."""
    match event:
        case AmountChosen(amount_fen=fen):
            return replace(draft, amount_fen=fen, reason="")
        case InputRefused(reason=reason, paid_already=paid):
            return replace(draft, reason=reason, paid_already=paid)
        case DeviceEnded(reason=reason) | NotPayable(reason=reason):
            return replace(draft, reason=reason)
        case PersonKeyed(number=number):
            return replace(draft, number=number, reason="")
        case Found(participant=participant):
            return replace(draft, participant=participant, reason="")
        case PersonKept(participant=kept) | UnsentButKept(participant=kept):
            number = kept.id_number
            return replace(draft, number=number, participant=kept, kept=True, reason="")
        case YearChosen(year=year):
            return replace(draft, year=year, reason="")
        case TierChosen(tier_fen=tier, amount_fen=fen):
            return replace(draft, tier_fen=tier, amount_fen=fen, reason="")
        case PayerChosen(payer=payer):
            return replace(draft, payer=payer)
        case ByCard():
            return replace(draft, in_cash=False)
        case InCash():
            return replace(draft, in_cash=True)
        case SwipeFailed(reason=reason):
            return replace(draft, tries=draft.tries + 1, reason=reason)
        case CardRead(card=card, fee_fen=fee):
            return replace(draft, card=card, fee_fen=fee, reason="")
        case AppsFound(names=names):
            return replace(draft, apps=names)
        case PinForChip(block=block):
            return replace(draft, pin=block)
        case ChipReady(card=card):
            return replace(draft, card=card)
        case Unsent():
            return replace(draft, reason=event.word)
        case NoAnswer():
            return replace(draft, reason="no_answer")
        case PowerRestored():
            return replace(draft, reason=AFTER_RESTART)
        case ApprovedForChip(answer=answer):
            return replace(draft, approval=answer, balance_fen=answer.balance_fen)
        case Approved(answer=answer):
            return replace(draft, balance_fen=answer.balance_fen, occasions=0)
        case Occasion():
            return replace(draft, tries=1)
        case PauseOver():
            return replace(draft, tries=draft.tries + 1)
        case WitnessElsewhere(size=size):
            return replace(draft, old_size=size)
        case Witnessed():
            return replace(draft, witnessed=True, old_size=None, tries=0)
        case NotWitnessed() | RolledBack():
            return replace(draft, witnessed=False, old_size=None, tries=draft.tries + 1)
        case OccasionFailed() | SignInFailed():
            return replace(draft, occasions=draft.occasions + 1)
    return draft


def bank_event(reply: Answer | Unsent | NoAnswer) -> Event:
    """The event of a reply to a request that is approved or not, and nothing else."""
    if not isinstance(reply, Answer):
        return reply
    return Approved(reply) if reply.verdict is Verdict.APPROVED else Declined(reply)
