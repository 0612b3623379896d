"""The tables of the read model, and a row of each from the facts. Pure.

Every column follows from the facts alone, with masks and the county's tag where a secret is sealed;
no column is ever typed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from terminal.core.deal import Deal
from terminal.core.facts import (
    CashHanded,
    CashMoved,
    CashTaken,
    Fact,
    Recorded,
    ShiftClosed,
    ShiftHandedOver,
    ShiftOpened,
    SlipPrinted,
    Trouble,
)
from terminal.core.local_time import local_date

Row = dict[str, Any]

TRANSACTIONS = {
    "tx": int,
    "day": str,  # of the county, YYYY-MM-DD
    "at_ms": int,
    "operator": str,
    "service": str,
    "trace": int,
    "batch": int,
    "amount_fen": int,
    "fee_fen": int,
    "entry": str,
    "card": str,  # masked
    "person": str,  # masked
    "person_tag": str,  # HMAC-SHA-256 under the county's person key
    "name": str,  # masked
    "township": str,
    "year": int,
    "tier_fen": int,
    "payer": str,
    "outcome": str,
    "verdict": str,
    "code": str,
    "answered_at_ms": int,
    "rrn": str,
    "authorisation": str,
    "bank_day": str,
    "receipt_number": str,
    "doubt": str,
    "cash": str,
    "reversals_sent": int,
    "reversal_code": str,
    "trouble": str,
    "trouble_closed": str,
    "queued": int,
    "forwards": int,
}
LINES = {"seq": int, "tx": int}  # which facts tell a transaction
CASH = {
    "seq": int,
    "tx": int,
    "at_ms": int,
    "operator": str,
    "kind": str,  # the fact's name
    "fen": int,  # into the drawer; of a shift what was counted
    "expected_fen": int,
    "why": str,
}
SLIPS = {
    "seq": int,
    "tx": int,
    "at_ms": int,
    "operator": str,
    "slip": str,
    "copy": int,
    "whole": int,
}
EXCEPTIONS = {
    "opened_seq": int,
    "tx": int,
    "opened_at_ms": int,
    "trouble": str,
    "closed_seq": int,  # 0 while it is open
    "closed_at_ms": int,
    "closed_by": str,
}
FACTS_SEEN = {"id": int, "facts": int, "chain": str}  # one row: up to where the tables tell

TABLES: Mapping[str, tuple[str, Mapping[str, type]]] = {
    # name: (primary key, columns)
    "transactions": ("tx", TRANSACTIONS),
    "lines": ("seq", LINES),
    "cash_movements": ("seq", CASH),
    "slips": ("seq", SLIPS),
    "exceptions": ("opened_seq", EXCEPTIONS),
    "facts_seen": ("id", FACTS_SEEN),
}


def transaction(deal: Deal, sealed: Mapping[str, Any]) -> Row:
    """A transaction as it stands; `sealed` are the values of the fact that opened it."""
    asked, answer = deal.requested, deal.answered
    person = sealed.get("person", {})
    return {
        "tx": deal.tx,
        "day": local_date(deal.at_ms).isoformat(),
        "at_ms": deal.at_ms,
        "operator": deal.operator,
        "service": asked.service.value,
        "trace": asked.trace,
        "batch": asked.batch,
        "amount_fen": asked.amount_fen,
        "fee_fen": asked.fee_fen,
        "entry": asked.entry.value,
        "card": sealed.get("pan", {}).get("mask", ""),
        "person": person.get("mask", ""),
        "person_tag": person.get("tag", ""),
        "name": sealed.get("name", {}).get("mask", ""),
        "township": asked.township,
        "year": asked.year,
        "tier_fen": asked.tier_fen,
        "payer": _plain(asked.payer),
        "outcome": deal.outcome.value,
        "verdict": _plain(answer.verdict if answer else None),
        "code": answer.code if answer else "",
        "answered_at_ms": deal.answered_at_ms,
        "rrn": answer.rrn if answer else "",
        "authorisation": answer.authorisation if answer else "",
        "bank_day": answer.bank_day if answer else "",
        "receipt_number": answer.receipt_number if answer else "",
        "doubt": _plain(deal.reversal_reason),
        "cash": deal.cash.value,
        "reversals_sent": deal.reversals_sent,
        "reversal_code": deal.reversal_code,
        "trouble": _plain(deal.trouble),
        "trouble_closed": deal.trouble_closed,
        "queued": int(deal.queued),
        "forwards": deal.forwards,
    }


def cash_movement(told: Recorded) -> Row | None:
    """None for a fact that moves no cash."""
    moved = _moved(told.fact)
    if moved is None:
        return None
    fen, expected_fen, why = moved
    return {
        "seq": told.seq,
        "tx": told.tx,
        "at_ms": told.at_ms,
        "operator": told.operator,
        "kind": type(told.fact).__name__,
        "fen": fen,
        "expected_fen": expected_fen,
        "why": why,
    }


def _moved(fact: Fact) -> tuple[int, int, str] | None:
    match fact:
        case ShiftOpened(float_fen=fen):
            return fen, 0, ""
        case ShiftHandedOver() | ShiftClosed():
            return fact.counted_fen, fact.expected_fen, fact.why
        case CashHanded(amount_fen=fen):
            return -fen, 0, ""
        case CashTaken(amount_fen=fen):
            return fen, 0, ""
        case CashMoved(amount_fen=fen, why=why):
            return fen, 0, why.value
    return None


def slip(told: Recorded, printed: SlipPrinted) -> Row:
    return {
        "seq": told.seq,
        "tx": told.tx,
        "at_ms": told.at_ms,
        "operator": told.operator,
        "slip": printed.slip.value,
        "copy": printed.copy,
        "whole": int(printed.whole),
    }


def exception(told: Recorded, trouble: Trouble) -> Row:
    """An exception as it is opened."""
    return {
        "opened_seq": told.seq,
        "tx": told.tx,
        "opened_at_ms": told.at_ms,
        "trouble": trouble.value,
        "closed_seq": 0,
        "closed_at_ms": 0,
        "closed_by": "",
    }


def _plain(value: Enum | None) -> Any:
    return "" if value is None else value.value
