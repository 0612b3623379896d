"""What the bank of a recorded run answers, in the values that the link gives to the engine."""

from __future__ import annotations

import hashlib
from enum import Enum

from protocol.values import IdNumber, PersonName
from terminal.core.effects import SendPost, SendRequest
from terminal.core.exchange import (
    Answer,
    Ask,
    Balance,
    Booking,
    HeadSeen,
    Participant,
    Service,
    Totals,
    Verdict,
    WorkingKeys,
)
from terminal.core.facts import DayHead
from terminal.journal.store import Journal
from tests.crash.bank import APPROVED, SIGN_IN, Bank
from tests.crash.marks import Asked

ID_NUMBER, NAME = "11010519491231002X", "李秀英"  # the number is the example of GB 11643
KEYS = WorkingKeys(bytes(16), bytes(4), bytes(16), bytes(4))
VILLAGER = Participant(
    IdNumber(ID_NUMBER),
    PersonName(NAME),
    "A",
    "101",
    years_open=(2025, 2026),
    tiers_fen=(10_000, 20_000),
)
VERDICTS = {APPROVED: Verdict.APPROVED, SIGN_IN: Verdict.SIGN_IN_AGAIN}


class Fate(Enum):
    """What becomes of a request on the line."""

    ANSWERED = "answered"
    REPLY_LOST = "reply_lost"  # the bank has acted, nobody hears it
    REQUEST_LOST = "request_lost"  # it left and never arrived
    NOT_SENT = "not_sent"  # no byte left


def seen_by_bank(sent: SendRequest | SendPost) -> Asked:
    """A request or a POST as the bank sees it."""
    if isinstance(sent, SendPost):
        return Asked(sent.kind.value, 0, 0, sent.terminal_seq)
    ask = sent.ask
    pan = ask.card.pan.reveal() if ask.card is not None else ""
    return Asked(
        ask.service.value,
        ask.batch,
        ask.trace,
        ask.terminal_seq,
        ask.amount_fen or 0,
        ask.fee_fen or 0,
        ask.reversal_reason is not None,
        ask.queued_at is not None,
        hashlib.sha256(pan.encode()).hexdigest() if pan else "",
        tuple(ask.totals or ()),
        tuple((detail.trace, detail.amount_fen) for detail in ask.details),
        ask.details_sent,
    )


def answer(bank: Bank, ask: Ask, code: str) -> Answer:
    """The verified answer with this code."""
    signs_in = ask.service is Service.SIGN_IN
    compared = ask.service is Service.SETTLEMENT and code == APPROVED
    return Answer(
        VERDICTS.get(code, Verdict.DECLINED),
        code,
        "",
        rrn=f"{ask.trace:012d}",
        bank_day=bank.day,
        batch=bank.batch if signs_in else 0,
        keys=KEYS if signs_in else None,
        participant=VILLAGER if ask.service is Service.CONTRIBUTION_QUERY else None,
        totals=Totals(*bank.told) if compared else None,
        balance=Balance(bank.flag) if compared else None,
    )


def head_seen(bank: Bank, journal: Journal) -> HeadSeen:
    """The bank looks at the newest head of the journal, as the station presents it."""
    head = journal.last_head()
    assert head is not None
    assert isinstance(head.fact, DayHead)
    accepted = bank.witness(
        head.fact.size, head.fact.root, lambda size: journal.frontier_at(size).root().hex()
    )
    size, root = bank.head
    return HeadSeen(accepted, size, bytes.fromhex(root))


def statement(bank: Bank, batch: int) -> tuple[Booking, ...]:
    """The bookings of a batch."""
    return tuple(
        Booking(
            row.trace,
            row.batch,
            f"2026-{row.day[:2]}-{row.day[2:]}",
            row.service,
            row.amount_fen,
            row.fee_fen,
            row.state == "reversed",
            f"{row.trace:012d}",
        )
        for row in bank.bookings.values()
        if row.batch == batch
    )
