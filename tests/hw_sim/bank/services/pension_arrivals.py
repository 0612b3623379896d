"""养老金到账: the latest pensions paid to the card, newest first (county-wire.md, AL)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.cards import known_card
from tests.hw_sim.bank.state import Bank

LISTED_MAX = 12


def pension_arrivals(bank: Bank, arrival: Arrival) -> Answer:
    rows = bank.db.execute(
        "SELECT date, fen FROM pension_arrival WHERE key = ? ORDER BY date DESC, id DESC LIMIT ?",
        (known_card(bank, arrival)["key"], LISTED_MAX),
    )
    listed = ";".join(f"{row['date'].replace('-', '')}:{row['fen']}" for row in rows)
    return Answer(APPROVED, elements=(("AL", listed),))
