"""冲正 0400: rule 4 of county-wire.md, case by case."""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank import bookings
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.state import Bank

NO_ORIGINAL = "25"
AMOUNT_DIFFERS = "64"
NOT_REVERSIBLE = "40"  # keeps the terminal's reversal open; 12 would end it


def reversal(bank: Bank, arrival: Arrival) -> Answer:
    original = bookings.find(bank, arrival.terminal, arrival.message.batch, arrival.trace)
    if original is None:
        return _remember(bank, arrival)
    code = _code(arrival, original)
    if code == APPROVED:
        bookings.reverse(bank, arrival, original)
    return Answer(code, rrn=original["rrn"])


def _code(arrival: Arrival, original: sqlite3.Row) -> str:
    assert arrival.service is not None
    asked = (arrival.amount_fen, arrival.service.name, arrival.pan)
    if asked != (original["amount_fen"], original["service"], original["pan"]):
        return AMOUNT_DIFFERS
    if original["queued"]:
        return NOT_REVERSIBLE
    if original["state"] != bookings.BOOKED or original["date"] != arrival.day.isoformat():
        return NO_ORIGINAL
    return APPROVED


def _remember(bank: Bank, arrival: Arrival) -> Answer:
    """Declined or never seen: nothing to undo, and the original may no longer come (rule 3)."""
    place = (arrival.terminal, arrival.message.batch, arrival.trace)
    bank.db.execute("INSERT OR IGNORE INTO reversed_unseen VALUES (?, ?, ?)", place)
    row = bank.db.execute(
        "SELECT rrn FROM request WHERE terminal = ? AND batch = ? AND trace = ? AND mti = '0200' "
        "AND rrn IS NOT NULL ORDER BY id DESC LIMIT 1",
        place,
    ).fetchone()
    return Answer(APPROVED, rrn=row["rrn"] if row else None)
