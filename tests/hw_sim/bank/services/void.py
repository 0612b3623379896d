"""撤销: undoes a booking of the open batch, found by DE61 and DE37 (bank-wire.md 4.1 and 11)."""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank import bookings
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Shape
from tests.hw_sim.bank.state import Bank

NO_ORIGINAL = Answer("25")
NOT_VOIDABLE = Answer("12")
AMOUNT_DIFFERS = Answer("64")

SHAPE = Shape(
    frozenset({3, 4, 11, 22, 25, 37, 41, 42, 49, 60, 61, 64}),
    frozenset({2, 14, 23, 26, 35, 36, 38, 52, 53, 55}),
    {
        22: r"0[25][12]|012",
        25: "00",
        26: "12",
        49: "156",
        53: "[20]600000000000000",
        60: r"\d{11}6[02]",
        61: r"\d{12}",
    },
)


def void(bank: Bank, arrival: Arrival) -> Answer:
    """Amount and fee go back; DE48 counts original and void, each on its own side."""
    named = arrival.message.get(61)
    original = bookings.find(bank, arrival.terminal, named[:6], named[6:])
    if original is None or original["rrn"] != arrival.message.get(37):
        return NO_ORIGINAL
    refused = _refusal(bank, arrival, original)
    if refused:
        return refused
    return Answer(APPROVED, booking=bookings.void(bank, arrival, original))


def _refusal(bank: Bank, arrival: Arrival, original: sqlite3.Row) -> Answer | None:
    open_batch = bank.open_batch(arrival.terminal)
    undone = original["state"] != bookings.BOOKED or original["voids"] is not None
    if undone or original["queued"] or original["batch"] != open_batch:
        return NOT_VOIDABLE
    if arrival.pan and arrival.pan != original["pan"]:
        return NO_ORIGINAL
    return AMOUNT_DIFFERS if arrival.amount_fen != original["amount_fen"] else None
