"""A frame as the `Answer` to an `Ask`. Pure.

A frame that does not belong to the request, or is not proved by its MAC, is a `Misfit`: unknown
(I8).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import NamedTuple

from protocol.bank import answers, elements, messages, presence
from protocol.bank.codec import Message
from protocol.bank.frame import LEN_BYTES, TPDU_BYTES, open_frame
from protocol.bank.messages import Row
from protocol.errors import PeerMistake
from terminal.bank import told
from terminal.bank.asking import custom, request
from terminal.bank.profile import BankProfile
from terminal.core.exchange import SETTLES, Answer, Ask, Doubt, Service, Verdict

__all__ = ["Heard", "Misfit", "answer", "request"]

Mac = Callable[[bytes], bytes]
APPROVED = "00"


class Heard(NamedTuple):
    """A verified answer, and the tags of DE62 elements that the sheet does not have."""

    answer: Answer
    unknown_elements: tuple[str, ...]


class Misfit(Exception):
    """A reply that cannot count as the answer; doubt is the reversal's reason."""

    def __init__(self, doubt: Doubt, why: str) -> None:
        super().__init__(why)
        self.doubt = doubt


def answer(frame: bytes, ask: Ask, profile: BankProfile, mac: Mac) -> Heard:
    """The verified answer to `ask`. Raises Misfit."""
    row = profile.row_of(ask.service.value)
    try:
        message, body = open_frame(
            frame, max_frame=profile.link.max_frame, dialect=profile.field_table
        )
        _from_there(frame, profile)
        _proved(message, body, row, profile, mac)  # before anything in it is believed
        _fits(message, ask, row, profile)
        said = elements.unpack(message.raw(62)) if row.financial or row.told else {}
        unknown = tuple(tag for tag in said if tag not in elements.FORMS)
        return Heard(_answer(message, said, ask, row, profile), unknown)
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
    if row.financial or ask.service in SETTLES:
        expected[60] = custom(ask, row, profile)
    else:  # 60.2 is the bank's to say: its open batch
        expected[60] = f"{row.kind}{message.text(60)[2:8]}{row.network}"
    if row.de3 and 3 in message.fields:
        expected[3] = row.de3
    if row.amount and row.financial:
        expected[4] = f"{ask.amount_fen or 0:012d}"
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


def _answer(
    message: Message, said: Mapping[str, str], ask: Ask, row: Row, profile: BankProfile
) -> Answer:
    """What is read of a decline is its code and its day; of an approval, what the service tells."""
    counted = ask.service is Service.SETTLEMENT
    code = profile.meaning_of(message.text(39) or (APPROVED if counted else ""))
    approved = code.meaning is answers.Meaning.APPROVED
    batch = int(message.text(60)[2:8] or 0)
    if approved and ask.service is Service.SIGN_IN and batch == 0:
        raise Misfit(Doubt.NO_ANSWER, "the reply to the sign-in names no batch")
    totals, balance = told.flagged(message) if approved and counted else (None, None)
    fee = str(ask.fee_fen or 0)
    if approved and "FE" in row.elements and said.get("FE", fee) != fee:
        raise Misfit(Doubt.NO_ANSWER, "the answered fee is not the asked one")
    asked_whom = approved and ask.service is Service.CONTRIBUTION_QUERY
    if asked_whom and not told.is_of(said, ask):
        raise Misfit(Doubt.NO_ANSWER, "the reply tells of another person")
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
        balance_fen=told.available(message.text(54)) if approved else None,
        fee_fen=told.fen(said, "FE"),
        receipt_number=said.get("RN", ""),
        subsidy_fen=told.fen(said, "SB"),
        paid_already=said.get("PA", ""),
        participant=told.participant(said) if asked_whom else None,
        keys=told.keys_of(message, profile)
        if approved and ask.service is Service.SIGN_IN
        else None,
        totals=totals,
        balance=balance,
        told=told.particulars(message, said, ask, row),
    )
