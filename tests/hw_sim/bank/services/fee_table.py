"""费率下载 0800/901: the county's fee table and its version (county-wire.md, FV and FT)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Shape
from tests.hw_sim.bank.state import Bank

SHAPE = Shape(frozenset({11, 41, 42, 60, 62}), forms={60: r"\d{11}"})  # no DE25, 49, 64
STAMPED = (12, 13)  # county.json, fee-table-download


def fee_table(bank: Bank, arrival: Arrival) -> Answer:
    """The whole table, whatever version the terminal has."""
    rows = ";".join(
        f"{fee.service},{fee.scope},{fee.per_ten_thousand},{fee.min_fen},{fee.max_fen}"
        for fee in bank.county.fees
    )
    return Answer(APPROVED, elements=(("FV", str(bank.county.fee_version)), ("FT", rows)))
