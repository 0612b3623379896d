"""余额: the available amount in DE54; nothing moves."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import available_fen, known_card
from tests.hw_sim.bank.state import Bank

AVAILABLE_CNY = "1002156"  # account type 10, available 02, currency 156 (county-wire.md)


def balance(bank: Bank, arrival: Arrival) -> Answer:
    fen = available_fen(bank, known_card(bank, arrival))
    return Answer(APPROVED, {54: f"{AVAILABLE_CNY}{'D' if fen < 0 else 'C'}{abs(fen):012d}"})
