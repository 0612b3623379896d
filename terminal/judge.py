"""Turns what was keyed, read or answered into the event it amounts to, by the county's rules. Pure.

A judgement never throws for a person's mistake: it is an `InputRefused` or `DeviceEnded` whose
reason names the sentence on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from drivers.api import BadSwipe, Cancelled, CardFailure, DeviceFault, Stripe, TimedOut
from protocol.emv import events as emv
from protocol.emv.outcome import Outcome, OutcomeKind
from protocol.values import IdNumber, Pan, PinBlock, expiry_passed
from terminal.core import sign_on
from terminal.core.events import (
    AmountChosen,
    AppChosen,
    Approved,
    ApprovedForChip,
    AppsFound,
    ByCard,
    CardRead,
    ChipAgreed,
    ChipReady,
    ChipRefused,
    Declined,
    DeviceEnded,
    Event,
    Found,
    InCash,
    InputRefused,
    NoAnswer,
    NoStatement,
    NotBooked,
    NotPayable,
    NotWitnessed,
    PayerChosen,
    PersonKeyed,
    PinEntered,
    PinForChip,
    StillBooked,
    SwipeFailed,
    TierChosen,
    Unsent,
    UnsentButKept,
    YearChosen,
)
from terminal.core.exchange import (
    MOVES_MONEY,
    Answer,
    Arqc,
    Ask,
    Booking,
    Card,
    Doubt,
    Entry,
    HeadSeen,
    NotSent,
    Paid,
    Participant,
    Payer,
    PostReply,
    Reply,
    Service,
    Verdict,
)
from terminal.core.facts import ChipEnded
from terminal.core.flow import Draft
from terminal.core.local_time import local_time
from terminal.county import County, fee, is_own_bank

TRIES_MAX = 3  # `magstripe.md` section 5, `emv.md` section 2.2
ChipResult = emv.Event | CardFailure | Cancelled | TimedOut | DeviceFault
CHIP_ENDS: Mapping[OutcomeKind, str] = {
    OutcomeKind.CARD_BLOCKED: "chip_blocked",
    OutcomeKind.NOT_ACCEPTED: "chip_not_accepted",
    OutcomeKind.CARD_ERROR: "chip_error",
    OutcomeKind.CANCELLED: "cancelled_by_operator",
    OutcomeKind.DECLINED_OFFLINE: "chip_declined",
}
"""How a chip ends a transaction before anything was sent."""
PAYABLE_STATUS = frozenset({"A", "P"})  # contributing, paused


def amount(value: str, county: County, drawer_fen: int) -> Event:
    """A keyed amount in fen, against the profile's rule and the cash in the drawer."""
    rule = county.withdrawal
    fen = _number(value)
    if fen is None or not rule.min_fen <= fen <= rule.max_fen or fen % rule.step_fen:
        return InputRefused("amount_rule")
    return AmountChosen(fen) if fen <= drawer_fen else InputRefused("no_cash")


def card(
    result: Stripe | BadSwipe | Cancelled | TimedOut | DeviceFault,
    draft: Draft,
    service: Service,
    county: County,
    today: date,
) -> Event:
    """A swipe: usable, worth another try, or the end of it. The fee is known with the card."""
    match result:
        case Stripe():
            return _stripe(result, draft, service, county, today)
        case BadSwipe():
            tries_left = draft.tries + 1 < TRIES_MAX
            return SwipeFailed(result.value) if tries_left else DeviceEnded("bad_swipe")
        case Cancelled() | TimedOut() | DeviceFault():
            return _no_card(result, "reader")


def _stripe(stripe: Stripe, draft: Draft, service: Service, county: County, today: date) -> Event:
    if stripe.has_chip:
        return DeviceEnded("chip")
    try:
        if stripe.expiry and expiry_passed(stripe.expiry, today):
            return DeviceEnded("expired")
    except ValueError:
        return SwipeFailed(BadSwipe.CORRUPT.value)
    card = Card(stripe.pan, stripe.expiry, stripe.track2, stripe.track3)
    return CardRead(card, _fee(service, stripe.pan, draft, county))


def chip(result: ChipResult, draft: Draft, service: Service, county: County) -> Event:
    """What a card in the slot asks, or why it is of no use, before the request has left."""
    match result:
        case CardFailure():
            return _once_more(f"chip_{result.value}", draft)
        case emv.ChooseApp(candidates=several):
            return AppsFound(tuple(one.shown for one in several))
        case emv.ConfirmApp(candidate=one):
            return AppsFound((one.shown,))
        case emv.NeedOnlinePin(pan=pan, psn=psn):
            fee_fen = _fee(service, pan, draft, county)
            return CardRead(Card(pan, entry=Entry.CHIP, psn=psn), fee_fen)
        case emv.GoOnline():
            return ChipReady(_chip_card(result))
        case Outcome(kind=OutcomeKind.CARD_MUTE):
            return _once_more("chip_mute", draft)
        case Outcome(kind=kind):
            return DeviceEnded(CHIP_ENDS[kind])
        case Cancelled() | TimedOut() | DeviceFault():
            return _no_card(result, "chip")
    raise AssertionError(result)


def application(value: str, draft: Draft) -> Event:
    """Which of the chip's applications, counted from 1 as the keys are."""
    chosen = _number(value)
    if chosen is None or not 1 <= chosen <= len(draft.apps):
        return InputRefused("")
    return AppChosen(chosen - 1)


def chip_end(result: ChipResult) -> ChipAgreed | ChipRefused:
    """The card's last word on the bank's answer; whatever is no agreement is none."""
    if not isinstance(result, Outcome):
        return ChipRefused(ChipEnded(agreed=False, why=type(result).__name__), Doubt.OUR_FAULT)
    kept = result.data
    ended = ChipEnded(
        agreed=result.kind is OutcomeKind.APPROVED,
        why="" if result.kind is OutcomeKind.APPROVED else result.kind.value,
        tvr=kept.tvr.wire.hex(),
        tsi=kept.tsi.wire.hex(),
        cryptogram=kept.cryptogram.hex(),
        undo=result.reversal_de55.hex(),
        scripts=result.script_upload.hex(),
    )
    if ended.agreed:
        return ChipAgreed(ended)
    return ChipRefused(ended, Doubt(result.reversal.value) if result.reversal else Doubt.OTHER)


def _chip_card(asked: emv.GoOnline) -> Card:
    kept = asked.record
    return Card(
        asked.pan,
        asked.expiry,
        asked.track2,
        entry=Entry.CHIP,
        psn=asked.psn,
        arqc=Arqc(asked.de55, asked.reversal_de55, kept.aid, kept.label),
    )


def _once_more(reason: str, draft: Draft) -> Event:
    """Another try, or the end of them (`emv.md` section 2.2)."""
    return SwipeFailed(reason) if draft.tries + 1 < TRIES_MAX else DeviceEnded("bad_chip")


def _no_card(result: Cancelled | TimedOut | DeviceFault, place: str) -> DeviceEnded:
    match result:
        case Cancelled():
            return DeviceEnded("cancelled_by_operator")
        case TimedOut():
            return DeviceEnded("no_swipe")
        case DeviceFault(fault=fault):
            return DeviceEnded(f"{place}_{fault.value}")


def _fee(service: Service, pan: Pan, draft: Draft, county: County) -> int:
    """Fen; known with the card, told before the PIN."""
    if service is not Service.WITHDRAWAL:
        return 0
    own = is_own_bank(county, pan)
    return fee(county, "withdrawal", own_bank=own, amount_fen=draft.amount_fen)


def pin(result: PinBlock | Cancelled | TimedOut | DeviceFault, *, by_chip: bool) -> Event:
    """A chip signs before the request can leave."""
    match result:
        case PinBlock():
            return PinForChip(result) if by_chip else PinEntered(result)
        case Cancelled():
            return DeviceEnded("cancelled_by_villager")
        case TimedOut():
            return DeviceEnded("no_pin")
        case DeviceFault(fault=fault):
            return DeviceEnded(f"pad_{fault.value}")


def person(value: str) -> Event:
    """An identity number as keyed (身份证号, GB 11643-1999); the check digit may be x."""
    from stdnum.cn import ric  # late: only a contribution needs it

    number = value.strip().upper()
    known = number.isascii() and ric.is_valid(number)  # full-width digits pass stdnum
    return PersonKeyed(IdNumber(number)) if known else InputRefused("id_rule")


def year(value: str, participant: Participant) -> Event:
    chosen = _number(value)
    if chosen is None or chosen not in participant.years_open:
        return InputRefused("year_rule")
    return YearChosen(chosen)


def left_to_pay(draft: Draft, tier_fen: int) -> int:
    """Fen still open for the chosen year at this tier, by what the bank says is paid."""
    assert draft.participant is not None
    return tier_fen - dict(draft.participant.paid).get(draft.year, 0)


def tiers(draft: Draft) -> tuple[tuple[int, int], ...]:
    """(tier, left to pay) of the chosen year; a tier with nothing left is not offered."""
    assert draft.participant is not None
    rows = ((fen, left_to_pay(draft, fen)) for fen in draft.participant.tiers_fen)
    return tuple((fen, left) for fen, left in rows if left > 0)


def tier(value: str, draft: Draft, county: County, paid: Paid | None) -> Event:
    """A tier, and what is paid now: all that is left, or less where the county allows it. paid is
    what this station has collected for the year before.
    """
    assert draft.participant is not None
    assert draft.number is not None
    first, _, second = value.partition(" ")
    tier_fen = _number(first)
    left = dict(tiers(draft)).get(tier_fen or 0)
    if tier_fen is None or left is None:
        return InputRefused("tier_rule")
    pays = left if not second else _number(second)
    part = county.scheme.part_payment
    if pays is None or not 0 < pays <= left or (pays != left and not part):
        return InputRefused("tier_rule")
    if paid is not None and paid.fen + pays > tier_fen:
        where = f"{local_time(paid.at_ms):%Y-%m-%d %H:%M} {paid.terminal}"
        return InputRefused("already_paid", where)
    return TierChosen(tier_fen, pays)


def payer(value: str) -> Event:
    return PayerChosen(Payer(value)) if value in {p.value for p in Payer} else InputRefused("")


def means(value: str, draft: Draft) -> Event:
    """What cannot be asked now cannot be paid by card: only cash is queued."""
    if value == "cash":
        return InCash()
    return InputRefused("link_down") if draft.kept else ByCard()


def bank(reply: Reply, ask: Ask, kept: Participant | None) -> Event:
    """What the bank's reply to a request at the counter means. kept: the county lets this
    contribution be queued when the bank cannot be asked.
    """
    service = ask.service
    match reply:
        case NotSent(why=why):
            asked = service is Service.CONTRIBUTION_QUERY
            return UnsentButKept(why, kept) if asked and kept is not None else Unsent(why)
        case Answer():
            if reply.verdict is not Verdict.APPROVED:
                return Declined(reply)
            if service is Service.CONTRIBUTION_QUERY:
                return _query(reply)
            by_chip = ask.entry is Entry.CHIP and service in MOVES_MONEY
            return ApprovedForChip(reply) if by_chip else Approved(reply)
    return NoAnswer(reply.doubt, reply.why)


def _query(answer: Answer) -> Event:
    """A contribution query answered 00: payable, or why not."""
    found = answer.participant
    if found is None:
        return NotPayable(answer, "not_found")
    if found.status not in PAYABLE_STATUS:
        return NotPayable(answer, "status_not_payable")
    if not found.years_open:
        return NotPayable(answer, "no_years")
    return Found(answer, found)


def witness(reply: PostReply, ours: int, root_at: Callable[[int], bytes], *, tried: bool) -> Event:
    """What the bank's answer to our checkpoint means; ours is how many facts there are here."""
    if not isinstance(reply, HeadSeen):
        return NotWitnessed()
    return sign_on.hear_witness(reply, ours, root_at, tried=tried)


def statement(reply: PostReply, trace: int) -> Event:
    """What the bank's list of a batch says of one transaction: absent or undone is not booked."""
    if not isinstance(reply, tuple):
        return NoStatement()
    return StillBooked() if any(_stands(row, trace) for row in reply) else NotBooked()


def _stands(row: Booking, trace: int) -> bool:
    return row.trace == trace and not row.reversed


def _number(value: str) -> int | None:
    """Decimal digits only; what a keypad gives."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None


def banknotes(fen: int) -> tuple[tuple[int, int], ...]:
    """The fewest notes of 100, 50, 20 and 10 yuan that make up `fen`: (fen of a note, count)."""
    notes = []
    for note in (10_000, 5_000, 2_000, 1_000):
        count, fen = divmod(fen, note)
        if count:
            notes.append((note, count))
    return tuple(notes)


def masked(pan: Pan | None, person_number: IdNumber | None) -> str:
    """What a list shows of whose transaction it is."""
    secret = pan or person_number
    return secret.masked if secret is not None else ""
