"""脚本通知 0620/951: what the card made of an issuer script (bank-wire.md 4.1, emv.md 16)."""

from __future__ import annotations

from tests.hw_sim.bank import tlv
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Shape
from tests.hw_sim.bank.state import Bank

NO_ORIGINAL = Answer("25")
NO_RESULT = Answer("30")
RESULT_TAG = "DF31"

SHAPE = Shape(
    frozenset({3, 11, 22, 41, 42, 49, 55, 60, 61, 64}),
    frozenset({2, 4, 23, 25, 32, 37, 38}),
    {22: r"05[12]", 49: "156", 60: r"\d{11}6[02]", 61: r"\d{16}"},
)


def script_result(bank: Bank, arrival: Arrival) -> Answer:
    """Keeps DF31 with the original that DE61 names; any batch will do (rule 5)."""
    named = arrival.message.get(61)
    place = (arrival.terminal, named[:6], named[6:12])
    original = bank.db.execute(
        "SELECT 1 FROM request WHERE terminal = ? AND batch = ? AND trace = ? AND mti = '0200'",
        place,
    ).fetchone()
    if original is None:
        return NO_ORIGINAL
    try:
        result = tlv.read(bytes.fromhex(arrival.message.get(55))).get(RESULT_TAG)
    except tlv.BadTlv:
        return NO_RESULT
    if result is None:
        return NO_RESULT
    bank.db.execute(
        "INSERT OR REPLACE INTO script_result VALUES (?, ?, ?, ?)", (*place, result.hex().upper())
    )
    return Answer(APPROVED)
