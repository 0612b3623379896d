"""Management: sign-in 0800/003, sign-out and echo (bank-wire.md 4.1, county-wire.md sign-in)."""

from __future__ import annotations

from tests.hw_sim.bank import working_keys
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Shape
from tests.hw_sim.bank.state import Bank

MANAGEMENT = {60: r"\d{11}"}
SIGN_IN = Shape(frozenset({11, 41, 42, 60}), frozenset({46, 53, 62, 63}), MANAGEMENT)
SIGN_OUT = Shape(frozenset({11, 41, 42, 60}), frozenset({63}), MANAGEMENT)
ECHO = Shape(frozenset({41, 42, 60}), frozenset({11}), MANAGEMENT)


def sign_in(bank: Bank, arrival: Arrival) -> Answer:
    """Fresh keys; the bank's open batch is answered and none is opened."""
    terminal = bank.terminals[arrival.terminal]
    keys = working_keys.draw(bank.chance)
    bank.sessions[terminal.id] = keys
    batch = bank.open_batch(terminal.id)
    payload = working_keys.de62(keys, terminal.tmk_p, terminal.tmk_m)
    return Answer(APPROVED, {60: f"00{batch}003", 62: payload.hex().upper()})


def sign_out(bank: Bank, arrival: Arrival) -> Answer:
    bank.sessions.pop(arrival.terminal, None)
    return Answer(APPROVED)


def echo(bank: Bank, arrival: Arrival) -> Answer:
    return Answer(APPROVED)
