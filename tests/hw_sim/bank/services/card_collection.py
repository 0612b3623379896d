"""领卡登记: a new card handed to its holder becomes usable (county-wire.md, scheme.md)."""

from __future__ import annotations

from tests.hw_sim.bank import registers
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import ACTIVE, ISSUED, UNVERIFIED, known_card
from tests.hw_sim.bank.persons import find_person, person_of_key
from tests.hw_sim.bank.state import Bank

NO_SUCH_PERSON = Answer("P1")
NOT_THE_HOLDER = Answer("05")
COLLECTED_ALREADY = Answer("12")


def card_collection(bank: Bank, arrival: Arrival) -> Answer:
    """CN is the line in the paper register; the same line again gets the same receipt."""
    card = known_card(bank, arrival)
    person = find_person(bank, arrival.elements["ID"])
    if person is None:
        return NO_SUCH_PERSON
    if person["key"] != card["key"]:
        return NOT_THE_HOLDER
    number = arrival.elements["CN"]
    before = registers.entry(bank, "collection", card["key"])
    if before is not None and before["detail"] != number:
        return COLLECTED_ALREADY
    if card["state"] == ISSUED:
        _make_usable(bank, card["key"])
    receipt = registers.enter(bank, "collection", card["key"], number, "LK")
    return Answer(APPROVED, elements=(("RN", receipt),))


def _make_usable(bank: Bank, key: str) -> None:
    verified = person_of_key(bank, key)["verified"]
    state = ACTIVE if verified else UNVERIFIED
    bank.db.execute("UPDATE card SET state = ? WHERE key = ?", (state, key))
