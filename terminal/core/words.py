"""The words of the tables: each builds one fact or one effect of a turn. Pure."""

from __future__ import annotations

import hashlib

from protocol.values import PinBlock
from terminal.core import facts
from terminal.core.deal import Deal, Outcome
from terminal.core.effects import (
    AskPin,
    Effect,
    EndChip,
    GoOnWithChip,
    LetCardGo,
    OweForward,
    OweReversal,
    PrintSlip,
    ReadCard,
    SendRequest,
)
from terminal.core.events import (
    AppChosen,
    Approved,
    ApprovedForChip,
    CashRefused,
    ChipAgreed,
    ChipRefused,
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
from terminal.core.flow import Flow, Turn, Word
from terminal.core.local_time import local_time
from terminal.core.particulars import NO_PARTICULARS, Chip, Particulars

IK_BYTES = 8  # `county-wire.md`, DE62 element IK
PAYS_IN = frozenset({Service.CONTRIBUTION_CARD, Service.CONTRIBUTION_CASH})


def ask_pin(turn: Turn) -> Effect:
    """The pad shows what the card will be charged with: amount and fee."""
    draft = turn.flow.draft
    assert draft.card is not None
    return AskPin(draft.card.pan, draft.amount_fen + draft.fee_fen or None)


def read_card(turn: Turn) -> Effect:
    return reading(turn.flow, turn.moment)


def reading(flow: Flow, moment: Moment) -> Effect:
    """Chip or stripe; a chip is told what it will be asked to sign."""
    return ReadCard(flow.service, flow.draft.amount_fen, moment.trace, moment.at_ms)


def choose_app(turn: Turn) -> Effect:
    assert isinstance(turn.event, AppChosen)
    return GoOnWithChip(turn.event.index)


def let_card_go(turn: Turn) -> Effect | None:
    """A stripe has long left the reader."""
    card = turn.flow.draft.card
    return LetCardGo() if card is not None and card.entry is Entry.CHIP else None


def end_chip(turn: Turn) -> Effect | None:
    """The card hears what the bank said, or that it said nothing; a stripe hears nothing."""
    deal = turn.deal
    if deal.requested.entry is not Entry.CHIP:
        return None
    if not isinstance(turn.event, Approved | ApprovedForChip | Declined):
        return EndChip(deal.tx)
    return EndChip(deal.tx, turn.event.answer.code, turn.event.answer.told.chip)


def chip_ended(turn: Turn) -> Fact:
    assert isinstance(turn.event, ChipAgreed | ChipRefused)
    return turn.event.ended


def requested(turn: Turn) -> Fact:
    """`Requested` of the flow's service, from the draft."""
    draft, service, moment = turn.flow.draft, turn.flow.service, turn.moment
    participant = draft.participant
    card = draft.card if service is not Service.CONTRIBUTION_CASH else None
    arqc = card.arqc if card else None
    return facts.Requested(
        service=service,
        trace=moment.trace,
        batch=moment.batch,
        terminal_seq=moment.terminal_seq,
        entry=card.entry if card else Entry.NONE,
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
        psn=card.psn if card else "",
        aid=arqc.aid.hex() if arqc else "",
        label=arqc.label if arqc else "",
        chip=arqc.de55.hex() if arqc else "",
        chip_undo=arqc.undo.hex() if arqc else "",
    )


def send(turn: Turn) -> Effect:
    """The request of the deal just begun, with the card and the PIN block that no fact holds."""
    block = turn.event.block if isinstance(turn.event, PinEntered) else turn.flow.draft.pin
    card = turn.flow.draft.card if block is not None else None
    return SendRequest(turn.deal.tx, ask_of(turn.deal, card=card, pin=block))


def answered(turn: Turn) -> Fact:
    """An approval that waited for the chip is written with the chip's word."""
    if isinstance(turn.event, ChipAgreed | ChipRefused):
        assert turn.flow.draft.approval is not None
        return answered_fact(turn.flow.draft.approval)
    assert isinstance(turn.event, Approved | Declined | Found | NotPayable)
    return answered_fact(turn.event.answer)


def not_sent(turn: Turn) -> Fact:
    assert isinstance(turn.event, Unsent | UnsentButKept)
    return facts.NotSent(turn.event.why)


def in_doubt(turn: Turn) -> Fact:
    """A missing answer, an approval that the card refused, or a power cut in the middle of it."""
    if isinstance(turn.event, NoAnswer):
        return facts.InDoubt(turn.event.doubt, turn.event.why)
    if isinstance(turn.event, ChipRefused):
        return facts.InDoubt(turn.event.doubt, turn.event.ended.why)
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
        particulars=chip_of(deal, bytes.fromhex(wanted.chip)),
    )


def chip_of(deal: Deal, de55: bytes) -> Particulars:
    """DE23 and DE55; nothing of a stripe."""
    wanted = deal.requested
    if wanted.entry is not Entry.CHIP:
        return NO_PARTICULARS
    return Particulars(chip=Chip(wanted.psn.zfill(3) if wanted.psn else "", de55))


def _local(at_ms: int) -> str:
    """YYYYMMDDhhmmss in the county's time (DE62 element QD)."""
    return f"{local_time(at_ms):%Y%m%d%H%M%S}"
