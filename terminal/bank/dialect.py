"""An `Ask` as a frame of the dialect, and a frame as the `Answer` to it. Pure.

A frame that does not belong to the request, or is not proved by its MAC, is a `Misfit`: unknown
(I8).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from protocol.bank import answers, elements, keys, messages, presence, settlement
from protocol.bank.codec import Message, Value, pack
from protocol.bank.frame import LEN_BYTES, TPDU_BYTES, open_frame, wrap
from protocol.bank.mac import MAC_BYTES
from protocol.bank.messages import Row
from protocol.bank.presence import When
from protocol.errors import PeerMistake
from protocol.values import IdNumber, PersonName
from terminal.bank.profile import BankProfile
from terminal.core.exchange import (
    SETTLES,
    Answer,
    Ask,
    Balance,
    Doubt,
    Entry,
    Participant,
    Service,
    Totals,
    Verdict,
    WorkingKeys,
)

Mac = Callable[[bytes], bytes]
WITH_PIN, WITHOUT_PIN = "2600000000000000", "0600000000000000"  # DE53
PIN_DIGITS_MAX = "12"  # DE26
CURRENCY = "156"
APPROVED = "00"
ENTRY = {Entry.STRIPE: "02", Entry.NONE: "01"}  # DE22, digits 1 and 2
READS = "6"  # 60.4: contact and contactless, as the county's sheet has it
NO_FALLBACK = "0"  # 60.5
BLOCK_CHARACTERS = 20  # DE54: account type, amount type, currency, sign, fen
AVAILABLE = re.compile(f"..02{CURRENCY}([CD])([0-9]{{12}})")
STATUSES = frozenset("APRDN")  # ST of a participant; V, W and F are the identity check's


class Heard(NamedTuple):
    """A verified answer, and the tags of DE62 elements that the sheet does not have."""

    answer: Answer
    unknown_elements: tuple[str, ...]


class Misfit(Exception):
    """A reply that cannot count as the answer; doubt is the reversal's reason."""

    def __init__(self, doubt: Doubt, why: str) -> None:
        super().__init__(why)
        self.doubt = doubt


def request(ask: Ask, profile: BankProfile, scheme: str, mac: Mac) -> bytes:
    """The whole frame, MAC included. Raises OurMistake."""
    row = profile.row_of(ask.service.value)
    fields = _management(ask, row, profile) if not row.financial else _financial(ask, row, profile)
    if row.elements:
        tags = row.elements if ask.queued_at is None else row.elements + row.queued
        fields[62] = elements.pack([(tag, _element(tag, ask, scheme)) for tag in tags])
    mti, listed = row.mti, row.asked
    if ask.reversal_reason is not None:
        mti, listed = messages.REVERSAL_MTI, messages.reversal_of(row)
        fields = {de: v for de, v in fields.items() if de not in messages.NOT_IN_REVERSAL}
        fields[39] = ask.reversal_reason
        if ask.card is not None:
            fields[2] = ask.card.pan.reveal()
    if row.financial:
        fields[64] = bytes(MAC_BYTES)
    messages.check(row.name, listed, fields, _holds(ask))
    body = pack(mti, fields)
    if row.financial:
        body = body[:-MAC_BYTES] + mac(body[:-MAC_BYTES])
    return wrap(
        body, tpdu=bytes.fromhex(profile.frame.tpdu), header=bytes.fromhex(profile.frame.header)
    )


def _holds(ask: Ask) -> set[When]:
    """The conditions of the message table that this request meets."""
    conditions = {When.CARD: ask.entry is not Entry.NONE, When.PIN: ask.pin is not None}
    return {when for when, met in conditions.items() if met}


def _management(ask: Ask, row: Row, profile: BankProfile) -> dict[int, Value]:
    fields = _always(ask, profile)
    fields[60] = f"{row.kind}{ask.batch:06d}{row.network}"
    if row.asked.get(63) is When.ALWAYS:
        fields[63] = profile.terminal.operator.encode("ascii")
    match ask.service:
        case Service.SETTLEMENT:
            assert ask.totals is not None
            fields |= {48: settlement.totals(settlement.Sums(*ask.totals)), 49: CURRENCY}
        case Service.BATCH_UPLOAD:
            fields[48] = settlement.records(
                [(d.trace, d.pan.reveal() if d.pan else "", d.amount_fen) for d in ask.details]
            )
        case Service.BATCH_END:
            fields[48] = settlement.end(ask.details_sent)
    return fields


def _financial(ask: Ask, row: Row, profile: BankProfile) -> dict[int, Value]:
    """DE22's third digit says whether a PIN was asked: every stripe request of ours had one."""
    by_card = ask.entry is not Entry.NONE
    fields = _always(ask, profile)
    fields |= {
        3: row.de3,
        22: ENTRY[ask.entry] + ("1" if by_card else "2"),
        25: profile.condition_of(row.name),
        49: CURRENCY,
        60: f"{row.kind}{ask.batch:06d}{row.network}{READS}{NO_FALLBACK}",
    }
    if row.amount:
        fields[4] = f"{ask.amount_fen or 0:012d}"
    if ask.card is not None and ask.card.track2 is not None:
        fields[35] = ask.card.track2.reveal().replace("=", "D")
        if ask.card.track3 is not None:
            fields[36] = ask.card.track3.reveal().replace("=", "D")
    if ask.pin is not None:
        fields |= {26: PIN_DIGITS_MAX, 52: bytes.fromhex(ask.pin.reveal()), 53: WITH_PIN}
    return fields


def _always(ask: Ask, profile: BankProfile) -> dict[int, Value]:
    return {11: f"{ask.trace:06d}", 41: profile.terminal.tid, 42: profile.terminal.mid}


def _element(tag: str, ask: Ask, scheme: str) -> str:
    """One DE62 element of a request."""
    match tag:
        case "FE":
            return str(ask.fee_fen or 0)
        case "ID":
            assert ask.person is not None
            return ask.person.reveal()
        case "SC":
            return scheme
        case "YR":
            return f"{ask.year:04d}"
        case "TR":
            return str(ask.tier_fen)
        case "PR":
            assert ask.payer is not None
            return ask.payer.value
        case "IK":
            assert ask.idempotency_key is not None
            return ask.idempotency_key
        case "QD":
            assert ask.queued_at is not None
            return ask.queued_at
    raise AssertionError(tag)


def answer(frame: bytes, ask: Ask, profile: BankProfile, mac: Mac) -> Heard:
    """The verified answer to `ask`. Raises Misfit."""
    row = profile.row_of(ask.service.value)
    try:
        message, body = open_frame(frame, max_frame=profile.link.max_frame)
        _from_there(frame, profile)
        _proved(message, body, row, profile, mac)  # before anything in it is believed
        _fits(message, ask, row, profile)
        told = elements.unpack(message.raw(62)) if row.financial else {}
        unknown = tuple(tag for tag in told if tag not in elements.FORMS)
        return Heard(_told(message, told, ask, profile), unknown)
    except PeerMistake as why:
        raise Misfit(Doubt.NO_ANSWER, f"unreadable reply: {why}") from None


def _from_there(frame: bytes, profile: BankProfile) -> None:
    """TPDU, where the profile judges it."""
    came = frame[LEN_BYTES : LEN_BYTES + TPDU_BYTES]
    if profile.frame.tpdu_check == "swap" and came != profile.frame.swapped_tpdu:
        raise Misfit(Doubt.NO_ANSWER, "the TPDU of the reply is not ours with places exchanged")


def _fits(message: Message, ask: Ask, row: Row, profile: BankProfile) -> None:
    """It answers this request of this terminal, amount and batch included."""
    mti = messages.REVERSAL_MTI if ask.reversal_reason is not None else row.mti
    if message.mti != messages.answer_mti(mti):
        raise Misfit(Doubt.NO_ANSWER, f"a reply of type {message.mti}")
    expected = {
        11: f"{ask.trace:06d}",
        41: profile.terminal.tid,
        42: profile.terminal.mid,
    }
    if ask.service in SETTLES:
        expected[60] = f"{row.kind}{ask.batch:06d}{row.network}"
    elif not row.financial:  # 60.2 is the bank's to say: its open batch
        expected[60] = f"{row.kind}{message.text(60)[2:8]}{row.network}"
    else:
        expected[60] = f"{row.kind}{ask.batch:06d}{row.network}{READS}{NO_FALLBACK}"
        expected[3] = row.de3 if 3 in message.fields else ""
        expected[4] = f"{ask.amount_fen or 0:012d}" if row.amount else message.text(4)
    for de, value in expected.items():
        if message.text(de) != value:
            raise Misfit(Doubt.NO_ANSWER, f"field {de} of the reply is another one")
    lacking = presence.missing(row.answered, message.fields, ())
    if lacking is not None:
        raise Misfit(Doubt.NO_ANSWER, f"the reply has no field {lacking}")


def _proved(message: Message, body: bytes, row: Row, profile: BankProfile, mac: Mac) -> None:
    """Field 64, or one of the declines that come without it."""
    if not row.financial:
        return
    given = message.raw(64)
    if given:
        if not hmac.compare_digest(mac(body[:-8]), given):
            raise Misfit(Doubt.WRONG_MAC, "wrong MAC")
        return
    code = message.text(39)
    approved = profile.meaning_of(code).meaning is answers.Meaning.APPROVED
    free = code in answers.WITHOUT_MAC or not profile.keys.mac_required_on_decline
    if approved or not free:
        raise Misfit(Doubt.WRONG_MAC, "no MAC")


def _told(message: Message, told: Mapping[str, str], ask: Ask, profile: BankProfile) -> Answer:
    counted = ask.service is Service.SETTLEMENT
    code = profile.meaning_of(message.text(39) or (APPROVED if counted else ""))
    approved = code.meaning is answers.Meaning.APPROVED
    batch = int(message.text(60)[2:8] or 0)
    if approved and ask.service is Service.SIGN_IN and batch == 0:
        raise Misfit(Doubt.NO_ANSWER, "the reply to the sign-in names no batch")
    totals, balance = _flagged(message) if approved and counted else (None, None)
    fee = str(ask.fee_fen or 0)
    if approved and told.get("FE", fee) != fee:
        raise Misfit(Doubt.NO_ANSWER, "the answered fee is not the asked one")
    return Answer(
        verdict=Verdict(code.meaning.value),
        code=code.code,
        text=code.text,
        rrn=message.text(37).strip(),
        authorisation=message.text(38).strip(),
        bank_day=message.text(15),
        bank_date=message.text(13),
        bank_time=message.text(12),
        batch=batch,
        balance_fen=_balance(message.text(54)) if approved else None,
        fee_fen=_fen(told, "FE"),
        receipt_number=told.get("RN", ""),
        subsidy_fen=_fen(told, "SB"),
        paid_already=told.get("PA", ""),
        participant=_participant(told, ask)
        if approved and ask.service is Service.CONTRIBUTION_QUERY
        else None,
        keys=_keys(message, profile) if approved and ask.service is Service.SIGN_IN else None,
        totals=totals,
        balance=balance,
    )


def _flagged(message: Message) -> tuple[Totals, Balance]:
    """DE48 of the 0510: the bank's totals, and the worse of its two flags."""
    domestic, foreign = settlement.flagged(message.text(48))
    told = {domestic.flag, foreign.flag}
    known = Balance(max(told)) if told <= {one.value for one in Balance} else Balance.ERROR
    return Totals(*domestic[:4]), known


def _balance(blocks: str) -> int | None:
    """DE54: the available balance; D is an overdraft."""
    for at in range(0, len(blocks), BLOCK_CHARACTERS):
        if block := AVAILABLE.fullmatch(blocks[at : at + BLOCK_CHARACTERS]):
            return int(block[2]) if block[1] == "C" else -int(block[2])
    return None


def _keys(message: Message, profile: BankProfile) -> WorkingKeys:
    layout = [(key.name, key.key_bytes, key.kcv_bytes, key.fill) for key in profile.keys.layout]
    came = {key.name: key for key in keys.split(message.raw(62), layout)}
    pik, mak = came["pik"], came["mak"]
    return WorkingKeys(pik.cipher, pik.kcv, mak.cipher, mak.kcv)


def _participant(told: Mapping[str, str], ask: Ask) -> Participant | None:
    """The bank's echo of the person asked for; anything odd makes the reply unreadable.

    Numbers are digits and of bounded length: `elements` has seen to that.
    """
    status = told.get("ST")
    if status not in STATUSES:
        raise PeerMistake("bad_char", 62, 0, "status of the participant")
    if status == "N":
        return None
    if ask.person is None or told.get("ID") != ask.person.reveal():
        raise Misfit(Doubt.NO_ANSWER, "the reply tells of another person")
    try:
        return Participant(
            id_number=IdNumber(told["ID"]),
            name=PersonName(told["NM"]),
            status=status,
            township=told["TW"],
            paid=_pairs(told.get("PD", "")),
            years_open=_numbers(told.get("YS", "")),
            account_fen=_fen(told, "BL") or 0,
            tiers_fen=_numbers(told.get("TL", "")),
            subsidy_fen=_fen(told, "SB") or 0,
            household=tuple(_member(one) for one in told.get("HN", "").split(";") if one),
        )
    except KeyError:
        raise PeerMistake("missing_field", 62, 0, "participant") from None


def _member(text: str) -> tuple[IdNumber, PersonName, str]:
    number, name, status = text.split(",")
    return IdNumber(number), PersonName(name), status


def _pairs(text: str) -> tuple[tuple[int, int], ...]:
    rows = (row.split(":") for row in text.split(";") if row)
    return tuple((int(year), int(fen)) for year, fen in rows)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


def _fen(told: Mapping[str, str], tag: str) -> int | None:
    return int(told[tag]) if tag in told else None
