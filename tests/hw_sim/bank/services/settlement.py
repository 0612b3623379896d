"""批结算 0500: the terminal's totals against the bank's (bank-wire.md section 10)."""

from __future__ import annotations

from tests.hw_sim.bank import batches
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Shape
from tests.hw_sim.bank.state import Bank

BALANCED = "1"
NOT_BALANCED = "2"
FOREIGN = batches.Totals(0, 0, 0, 0).digits()  # 外卡: the county has none
SIDE_DIGITS = 30

# each side: debit amount and count, credit amount and count, a flag that is 0 when asked
SHAPE = Shape(
    frozenset({11, 41, 42, 48, 49, 60, 63}),
    forms={48: r"(\d{30}0){2}", 49: "156", 60: r"\d{11}", 63: r".{3}"},
)


def settlement(bank: Bank, arrival: Arrival) -> Answer:
    """Answers the bank's own totals, a flag behind each side; two 1 open the next batch."""
    terminal, batch = arrival.terminal, arrival.message.batch
    if arrival.miscount:
        batches.leave_one_out(bank, terminal, batch)
    asked = arrival.message.get(48)
    ours = batches.totals(bank, terminal, batch).digits()
    domestic = _flag(asked[:SIDE_DIGITS], ours)
    foreign = _flag(asked[SIDE_DIGITS + 1 : -1], FOREIGN)
    told = f"{ours}{domestic}{FOREIGN}{foreign}"
    batches.note_settlement(bank, terminal, batch, asked, told)
    if domestic == foreign == BALANCED:
        batches.close(bank, terminal, batch)
    return Answer(APPROVED, {48: told})


def _flag(asked: str, ours: str) -> str:
    return BALANCED if asked == ours else NOT_BALANCED
