"""口头挂失: blocks the card of a person; asked again, the same receipt (county-wire.md)."""

from __future__ import annotations

from tests.hw_sim.bank import registers
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import LOST, card_of_key
from tests.hw_sim.bank.persons import find_person
from tests.hw_sim.bank.state import Bank

NO_SUCH_PERSON = Answer("P1")
SHOWN_FIRST, SHOWN_LAST = 6, 4


def loss_report(bank: Bank, arrival: Arrival) -> Answer:
    """From now on the card is 41; PH is where the caller can be reached."""
    person = find_person(bank, arrival.elements["ID"])
    if person is None:
        return NO_SUCH_PERSON
    card = card_of_key(bank, person["key"])
    bank.db.execute("UPDATE card SET state = ? WHERE pan = ?", (LOST, card["pan"]))
    receipt = registers.enter(bank, "loss", card["key"], arrival.elements["PH"], "GS")
    return Answer(APPROVED, elements=(("CR", _masked(card["pan"])), ("RN", receipt)))


def _masked(pan: str) -> str:
    """First six and last four (county.json, loss-report)."""
    hidden = len(pan) - SHOWN_FIRST - SHOWN_LAST
    return pan[:SHOWN_FIRST] + "*" * hidden + pan[-SHOWN_LAST:]
