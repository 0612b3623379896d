"""The words of the tables: each builds one fact or one effect of a turn. Pure."""

from __future__ import annotations

import hashlib

from protocol.values import PinBlock
from terminal.core import facts
from terminal.core.deal import Deal, Outcome
from terminal.core.effects import (
    AskPin,
    Effect,
    OweForward,
    OweReversal,
    PrintSlip,
    SendRequest,
)
from terminal.core.events import (
    Approved,
    CashRefused,
    Declined,
    Found,
    Moment,
    NoAnswer,
    NotPayable,
    PinEntered,
    Unsent,
    UnsentButKept,
)
from terminal.core.exchange import Answer, Ask, Card, Doubt, Entry, Service
from terminal.core.facts import Fact, SlipKind
from terminal.core.flow import Turn, Word
from terminal.core.local_time import local_time

IK_BYTES = 8  # `county-wire.md`, DE62 element IK
PAYS_IN = frozenset({Service.CONTRIBUTION_CARD, Service.CONTRIBUTION_CASH})


def ask_pin(turn: Turn) -> Effect:
    """The pad shows what the card will be charged with: amount and fee."""
    draft = turn.flow.draft
    assert draft.card is not None
    return AskPin(draft.card.pan, draft.amount_fen + draft.fee_fen or None)


def requested(turn: Turn) -> Fact:
    """`Requested` of the flow's service, from the draft."""
    draft, service, moment = turn.flow.draft, turn.flow.service, turn.moment
    participant = draft.participant
    card = draft.card if service is not Service.CONTRIBUTION_CASH else None
    return facts.Requested(
        service=service,
        trace=moment.trace,
        batch=moment.batch,
        terminal_seq=moment.terminal_seq,
        entry=Entry.STRIPE if card else Entry.NONE,
        amount_fen=draft.amount_fen,
        fee_fen=draft.fee_fen,
        pan=card.pan if card else None,
        expiry=card.expiry if card else "",
        person=draft.number,
        name=participant.name if participant else None,
        township=participant.township if participant else "",
        year=draft.year,
        tier_fen=draft.tier_fen,
        payer=draft.payer if service in PAYS_IN else None,
        idempotency_key=idempotency_key(moment) if service in PAYS_IN else "",
        bank_day=moment.bank_day,
    )


def send(turn: Turn) -> Effect:
    """The request of the deal just begun, with the card and the PIN block that no fact holds."""
    block = turn.event.block if isinstance(turn.event, PinEntered) else None
    card = turn.flow.draft.card if block is not None else None
    return SendRequest(turn.deal.tx, ask_of(turn.deal, card=card, pin=block))


def answered(turn: Turn) -> Fact:
    assert isinstance(turn.event, Approved | Declined | Found | NotPayable)
    return answered_fact(turn.event.answer)


def not_sent(turn: Turn) -> Fact:
    assert isinstance(turn.event, Unsent | UnsentButKept)
    return facts.NotSent(turn.event.why)


def in_doubt(turn: Turn) -> Fact:
    """A missing answer, or a power cut in the middle of waiting for it."""
    if isinstance(turn.event, NoAnswer):
        return facts.InDoubt(turn.event.doubt, turn.event.why)
    return facts.InDoubt(Doubt.NO_ANSWER, "power cut while waiting")


def owe_reversal(turn: Turn) -> Effect:
    return OweReversal(turn.deal.tx)


def queued(turn: Turn) -> Fact:
    """`Queued` from the draft: durable, numbered, and owed to the bank from here on."""
    draft, moment = turn.flow.draft, turn.moment
    assert draft.number is not None
    return facts.Queued(
        trace=moment.trace,
        amount_fen=draft.amount_fen,
        person=draft.number,
        year=draft.year,
        tier_fen=draft.tier_fen,
        payer=draft.payer,
        idempotency_key=idempotency_key(moment),
    )


def owe_forward(turn: Turn) -> Effect:
    return OweForward(turn.deal.tx)


def cash_handed(turn: Turn) -> Fact:
    return facts.CashHanded(turn.deal.requested.amount_fen)


def cash_not_handed(turn: Turn) -> Fact:
    assert isinstance(turn.event, CashRefused)
    return facts.CashNotHanded(turn.event.why)


def cash_taken(turn: Turn) -> Fact | None:
    """Counted before the request, in the drawer with the approval; nothing when paid by card."""
    if turn.deal.requested.service is not Service.CONTRIBUTION_CASH:
        return None
    return facts.CashTaken(turn.deal.requested.amount_fen)


def slip(kind: SlipKind) -> Word:
    def print_it(turn: Turn) -> Effect:
        return PrintSlip(turn.deal.tx, _as_it_stands(kind, turn.deal), turn.flow.draft.balance_fen)

    return print_it


def _as_it_stands(kind: SlipKind, deal: Deal) -> SlipKind:
    """What was unknown and has been undone since is told as undone, a copy of that slip (I6)."""
    if kind is SlipKind.PROVISIONAL and deal.answered is not None:
        approved = deal.outcome is Outcome.APPROVED
        return SlipKind.VOUCHER if approved else SlipKind.EXCEPTION
    was_open = kind in (SlipKind.UNKNOWN, SlipKind.EXCEPTION)
    return SlipKind.REVERSAL if was_open and deal.outcome is Outcome.REVERSED else kind


def answered_fact(answer: Answer) -> facts.Answered:
    """What of an answer is written: no balance, no person."""
    return facts.Answered(
        code=answer.code,
        verdict=answer.verdict,
        text=answer.text,
        rrn=answer.rrn,
        authorisation=answer.authorisation,
        bank_day=answer.bank_day,
        bank_date=answer.bank_date,
        bank_time=answer.bank_time,
        receipt_number=answer.receipt_number,
        subsidy_fen=answer.subsidy_fen or 0,
        paid_already=answer.paid_already,
    )


def idempotency_key(moment: Moment) -> str:
    """IK: first 8 bytes of SHA-256(terminal id | decimal journal sequence), lower-case hex."""
    digest = hashlib.sha256(f"{moment.terminal}|{moment.seq}".encode("ascii")).digest()
    return digest[:IK_BYTES].hex()


def ask_of(deal: Deal, *, card: Card | None = None, pin: PinBlock | None = None) -> Ask:
    """The request of `deal`; card and PIN come from the counter, facts hold neither."""
    wanted = deal.requested
    return Ask(
        service=wanted.service,
        trace=wanted.trace,
        batch=wanted.batch,
        terminal_seq=wanted.terminal_seq,
        operator=deal.operator,
        entry=wanted.entry,
        amount_fen=wanted.amount_fen or None,
        fee_fen=wanted.fee_fen,
        card=card,
        pin=pin,
        person=wanted.person,
        year=wanted.year or None,
        tier_fen=wanted.tier_fen or None,
        payer=wanted.payer,
        idempotency_key=wanted.idempotency_key or None,
        queued_at=_local(deal.at_ms) if deal.queued else None,
    )


def _local(at_ms: int) -> str:
    """YYYYMMDDhhmmss in the county's time (DE62 element QD)."""
    return f"{local_time(at_ms):%Y%m%d%H%M%S}"
