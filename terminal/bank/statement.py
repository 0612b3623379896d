"""The bank's statement (`county-wire.md`, "Beside ISO 8583"): the question and its bookings. Pure.

A trace that the bank does not list is not booked (`money-safety.md`, "Reversals"): so a list that
does not answer the question, or lists one trace twice, must not pass for one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from protocol.values import TRACE_MAX
from terminal.bank.strict_json import UnreadableAnswer, read
from terminal.core.exchange import Booking

FEN_MAX = 999_999_999_999  # DE4 has 12 digits
Number = Annotated[str, Meta(pattern=r"^(?!000000)[0-9]{6}\Z")]
Fen = Annotated[int, Meta(ge=0, le=FEN_MAX)]


@dataclass(frozen=True, slots=True)
class OfBatch:
    """The bookings of one batch."""

    batch: int


@dataclass(frozen=True, slots=True)
class OfDay:
    """The bookings of one accounting day."""

    day: date


Question = OfBatch | OfDay


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    trace: Number
    batch: Number
    date: date
    service: Literal[
        "withdrawal", "contribution_card", "contribution_cash", "transfer", "remittance"
    ]
    amount_fen: Annotated[int, Meta(ge=1, le=FEN_MAX)]
    fee_fen: Fen
    state: Literal["booked", "reversed"]
    rrn: Annotated[str, Meta(pattern=r"^[0-9]{12}\Z")]


def asked(question: Question) -> bytes:
    """The body of the POST."""
    if isinstance(question, OfDay):
        return json.dumps({"date": question.day.isoformat()}).encode("ascii")
    assert 1 <= question.batch <= TRACE_MAX
    return json.dumps({"batch": f"{question.batch:06d}"}).encode("ascii")


def bookings(body: bytes, question: Question) -> tuple[Booking, ...]:
    """The bank's list, oldest first. Raises UnreadableAnswer."""
    rows = tuple(_booking(row) for row in read(body, tuple[_Row, ...]))
    if not all(_answers(row, question) for row in rows):
        raise UnreadableAnswer("a booking of another batch or day")
    if len({(row.trace, row.batch, row.date) for row in rows}) != len(rows):
        raise UnreadableAnswer("one trace twice")
    return rows


def _booking(row: _Row) -> Booking:
    return Booking(
        trace=int(row.trace),
        batch=int(row.batch),
        date=row.date.isoformat(),
        service=row.service,
        amount_fen=row.amount_fen,
        fee_fen=row.fee_fen,
        reversed=row.state == "reversed",
        rrn=row.rrn,
    )


def _answers(row: Booking, question: Question) -> bool:
    if isinstance(question, OfDay):
        return row.date == question.day.isoformat()
    return row.batch == question.batch
