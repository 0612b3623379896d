"""短信签约: from now on the card's SMS lines go to PH (county-wire.md, rule 9)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import known_card
from tests.hw_sim.bank.state import Bank


def sms_notice(bank: Bank, arrival: Arrival) -> Answer:
    card = known_card(bank, arrival)
    bank.db.execute(
        "UPDATE card SET phone = ? WHERE pan = ?", (arrival.elements["PH"], card["pan"])
    )
    return Answer(APPROVED)
