"""联网核查: whether name and identity number belong together (county-wire.md, ST)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.persons import find_person
from tests.hw_sim.bank.state import Bank

VERIFIED, WAITING, FAILED = "V", "W", "F"


def identity_check(bank: Bank, arrival: Arrival) -> Answer:
    """W for who opened an account with the household register, until the bank has verified them."""
    person = find_person(bank, arrival.elements["ID"])
    if person is None or person["name"] != arrival.elements["NM"]:
        status = FAILED
    else:
        status = VERIFIED if person["verified"] else WAITING
    return Answer(APPROVED, elements=(("ST", status),))
