"""Bookings: the posting, its record and its SMS line, written together; and their reversal."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.hw_sim.bank import ledger
from tests.hw_sim.bank.arrival import CREDIT, DEBIT, Arrival
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.state import Bank

BOOKED = "booked"
REVERSED = "reversed"
OTHER_SIDE = {DEBIT: CREDIT, CREDIT: DEBIT}
VOIDED = "voided"  # undone by a booking of its own, so that DE48 still counts it


@dataclass(frozen=True)
class Holder:
    """Who is told: a phone number and the words before the amount."""

    phone: str
    what: str


def book(
    bank: Bank,
    arrival: Arrival,
    moves: Sequence[Move],
    holder: Holder,
    fee_fen: int = 0,
    voided: sqlite3.Row | None = None,
) -> int:
    """Posts and records one booking; its number. One SMS line goes out (rule 9).

    `voided` is the booking that a void undoes; the void counts on the other side of DE48.
    """
    assert arrival.service is not None
    cursor = bank.db.execute(
        "INSERT INTO booking (terminal, batch, trace, date, service, amount_fen, fee_fen, pan, "
        "queued, phone, side, voids, state, rrn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            arrival.terminal,
            arrival.message.batch,
            arrival.trace,
            arrival.day.isoformat(),
            arrival.service.name,
            arrival.amount_fen,
            fee_fen,
            arrival.pan,
            int("QD" in arrival.elements),
            holder.phone,
            OTHER_SIDE[voided["side"]] if voided else arrival.service.side,
            voided["id"] if voided else None,
            BOOKED,
            arrival.rrn,
        ),
    )
    number = int(cursor.lastrowid or 0)
    ledger.post(bank.db, moves, what=arrival.service.name, at_s=arrival.at_s, booking=number)
    fee = f"，手续费{yuan(fee_fen)}元" if fee_fen else ""
    tell(bank, arrival, holder.phone, f"{holder.what}{yuan(arrival.amount_fen)}元{fee}")
    return number


def void(bank: Bank, arrival: Arrival, booking: sqlite3.Row) -> int:
    """Undoes a booking by one of its own, which can be reversed in turn; its number."""
    holder = Holder(booking["phone"], "撤销退回")
    number = book(bank, arrival, _moves_back(bank, booking), holder, voided=booking)
    _mark(bank, booking["id"], VOIDED)
    return number


def reverse(bank: Bank, arrival: Arrival, booking: sqlite3.Row) -> None:
    """Undoes amount and fee together, and frees a contribution's year (rules 4 and 7)."""
    back = _moves_back(bank, booking)
    ledger.post(bank.db, back, what="reversal", at_s=arrival.at_s, booking=None)
    _mark(bank, booking["id"], REVERSED)
    if booking["voids"] is not None:
        _mark(bank, booking["voids"], BOOKED)
    tell(bank, arrival, booking["phone"], f"冲正退回{yuan(booking['amount_fen'])}元")


def _moves_back(bank: Bank, booking: sqlite3.Row) -> list[Move]:
    return [Move(m.target, m.source, m.fen) for m in ledger.moves_of(bank.db, booking["id"])]


def _mark(bank: Bank, booking: int, state: str) -> None:
    """A contribution follows its booking, but knows two states only."""
    bank.db.execute("UPDATE booking SET state = ? WHERE id = ?", (state, booking))
    paid = BOOKED if state == BOOKED else REVERSED
    bank.db.execute("UPDATE contribution SET state = ? WHERE booking = ?", (paid, booking))


def find(bank: Bank, terminal: str, batch: str, trace: str) -> sqlite3.Row | None:
    """The latest booking of a trace: over a long batch a trace can return on a later day."""
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM booking WHERE terminal = ? AND batch = ? AND trace = ? "
        "ORDER BY id DESC LIMIT 1",
        (terminal, batch, trace),
    ).fetchone()
    return row


def drawn_today(bank: Bank, pan: str, day: date) -> tuple[int, int]:
    """Amount in fen and number of a card's withdrawals standing on an accounting day."""
    row = bank.db.execute(
        "SELECT COALESCE(SUM(amount_fen), 0) AS fen, COUNT(*) AS n FROM booking "
        "WHERE pan = ? AND date = ? AND service = 'withdrawal' AND state = ?",
        (pan, day.isoformat(), BOOKED),
    ).fetchone()
    return int(row["fen"]), int(row["n"])


def tell(bank: Bank, arrival: Arrival, phone: str, text: str) -> None:
    line = f"【{bank.county.issuer_name}】{arrival.at:%m月%d日%H:%M} {text}。"
    bank.db.execute(
        "INSERT INTO sms (at_s, phone, text) VALUES (?, ?, ?)", (arrival.at_s, phone, line)
    )


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
