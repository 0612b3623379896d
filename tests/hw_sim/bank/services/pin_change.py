"""修改密码: the old PIN in DE52, the new one in NP, both under the PIK (county-wire.md)."""

from __future__ import annotations

from tests.hw_sim.bank import pin
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import known_card
from tests.hw_sim.bank.state import Bank

BAD_BLOCK = Answer("99")


def pin_change(bank: Bank, arrival: Arrival) -> Answer:
    """The old PIN has been judged before; whether the new one holds, the next balance says."""
    card = known_card(bank, arrival)
    block, pik = bytes.fromhex(arrival.elements["NP"]), bank.sessions[arrival.terminal].pik
    try:
        kept = pin.digest_of(block, pik, card["pan"])
    except pin.BadPinBlock:
        return BAD_BLOCK
    bank.db.execute("UPDATE card SET pin_digest = ? WHERE pan = ?", (kept, card["pan"]))
    return Answer(APPROVED)
