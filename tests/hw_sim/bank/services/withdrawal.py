"""助农取款: card to station settlement account, the fee to fee income (county-wire.md)."""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank import bookings, ledger
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.bookings import Holder
from tests.hw_sim.bank.cards import available_fen, known_card
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.state import Bank


def withdrawal(bank: Bank, arrival: Arrival) -> Answer:
    card = known_card(bank, arrival)
    fee_fen = bank.county.fee_fen("withdrawal", bank.county.scope(arrival.pan), arrival.amount_fen)
    refused = _limits(bank, arrival) or _funds(bank, arrival, card, fee_fen)
    if refused:
        return Answer(refused)

    booking = bookings.book(
        bank,
        arrival,
        (
            Move(card["account"], ledger.station(arrival.terminal), arrival.amount_fen),
            Move(card["account"], ledger.FEE_INCOME, fee_fen),
        ),
        Holder(card["phone"], f"尾号{arrival.pan[-4:]}的卡取款"),
        fee_fen,
    )
    authorisation = f"{bank.chance.randrange(16**6):06X}"
    return Answer(
        APPROVED,
        {38: authorisation},
        (("FE", arrival.elements["FE"]),),
        booking=booking,
    )


def _limits(bank: Bank, arrival: Arrival) -> str | None:
    """13 below the smallest amount or between its steps; 61 and 65 by rule 7."""
    limits = bank.county.withdrawal
    if arrival.amount_fen < limits.min_fen or arrival.amount_fen % limits.step_fen:
        return "13"
    drawn_fen, count = bookings.drawn_today(bank, arrival.pan, arrival.day)
    if arrival.amount_fen > limits.max_fen or drawn_fen + arrival.amount_fen > limits.card_day_fen:
        return "61"
    return "65" if count >= limits.count_card_day else None


def _funds(bank: Bank, arrival: Arrival, card: sqlite3.Row, fee_fen: int) -> str | None:
    if int(arrival.elements["FE"]) != fee_fen:
        return "23"
    return "51" if available_fen(bank, card) < arrival.amount_fen + fee_fen else None
