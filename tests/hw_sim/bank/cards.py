"""Cards: the PIN and the state of the card (rule 2, the steps PIN and card)."""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank import ledger, pin
from tests.hw_sim.bank.arrival import Answer, Arrival
from tests.hw_sim.bank.state import Bank

WRONG_PINS_MAX = 3  # rule 2: the third wrong PIN is 75 and the card is locked
ACTIVE = "active"
LOST = "lost"
ISSUED = "issued"  # waits at the station for its holder
UNVERIFIED = "unverified"  # opened with a household register, identity not yet checked


def card_of(bank: Bank, pan: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = bank.db.execute("SELECT * FROM card WHERE pan = ?", (pan,)).fetchone()
    return row


def card_of_key(bank: Bank, key: str) -> sqlite3.Row:
    """The card of a person; the sandbox gives everybody one. Raises KeyError."""
    row: sqlite3.Row | None = bank.db.execute("SELECT * FROM card WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise KeyError(key)
    return row


def known_card(bank: Bank, arrival: Arrival) -> sqlite3.Row:
    """The card of a request that has passed `card_usable`."""
    card = card_of(bank, arrival.pan)
    assert card is not None
    return card


def available_fen(bank: Bank, card: sqlite3.Row) -> int:
    return ledger.balance_fen(bank.db, card["account"])


def pin_right(bank: Bank, arrival: Arrival) -> Answer | None:
    """99 when the block does not parse, 55 when wrong, 75 at the third and ever after."""
    if not arrival.with_pin:
        return None
    card = card_of(bank, arrival.pan)
    if card is None:
        return None
    block = bytes.fromhex(arrival.message.get(52))
    try:
        right = pin.matches(
            block, bank.sessions[arrival.terminal].pik, card["pan"], card["pin_digest"]
        )
    except pin.BadPinBlock:
        return Answer("99")
    if card["wrong_pins"] >= WRONG_PINS_MAX:
        return Answer("75")
    wrong_pins = 0 if right else card["wrong_pins"] + 1
    bank.db.execute("UPDATE card SET wrong_pins = ? WHERE pan = ?", (wrong_pins, card["pan"]))
    if right:
        return None
    return Answer("75" if wrong_pins >= WRONG_PINS_MAX else "55")


def card_usable(bank: Bank, arrival: Arrival) -> Answer | None:
    """14 unknown, 41 lost, 21 not collected, P8 not verified, 54 expired with its month."""
    if not arrival.by_card:
        return None
    card = card_of(bank, arrival.pan)
    if card is None:
        return Answer("14")
    if card["state"] == LOST:
        return Answer("41")
    assert arrival.service is not None
    if card["state"] == ISSUED and arrival.service.name != "card_collection":
        return Answer("21")
    if card["state"] == UNVERIFIED and arrival.service.side:
        return Answer("P8")
    if card["expiry"] < f"{arrival.day:%y%m}":
        return Answer("54")
    return None
