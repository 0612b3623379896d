"""批上送 0320: details by stripe and by chip, and the end of a batch (bank-wire.md 4.1, 7, 10)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hw_sim.bank import batches
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival, Service, Shape
from tests.hw_sim.bank.batches import Detail
from tests.hw_sim.bank.state import Bank

RECORDS_MAX = 8
RECORD_DIGITS = 40
NOT_BEING_SETTLED = Answer("12")
BAD_RECORDS = Answer("30")

RECORD = r"0[01]\d{6}\d{20}\d{12}"  # scheme, trace, PAN right-justified, amount
STRIPE_DETAILS = Shape(
    frozenset({11, 41, 42, 48, 60}),
    forms={48: rf"0[1-{RECORDS_MAX}]({RECORD}){{1,{RECORDS_MAX}}}", 60: r"\d{11}"},
)
CHIP_DETAIL = Shape(
    frozenset({2, 4, 11, 22, 41, 42, 55, 60, 62}),
    frozenset({23}),
    {
        22: "05[12]",
        60: r"\d{11}6[02]",
        62: r"61\d\d00\d{12}156|71\d\d(05|11)\d{12}156(22|10)",
    },
)
END = Shape(frozenset({11, 41, 42, 48, 60}), forms={48: r"\d{4}", 60: r"\d{11}"})


def stripe_details(bank: Bank, arrival: Arrival) -> Answer:
    """Up to eight records in DE48; all are taken in, whatever the books say of them."""
    digits = arrival.message.get(48)
    if len(digits) != 2 + int(digits[:2]) * RECORD_DIGITS:
        return BAD_RECORDS
    for detail in _records(digits[2:]):
        batches.take_detail(bank, arrival.terminal, arrival.message.batch, detail)
    return Answer(APPROVED)


def chip_detail(bank: Bank, arrival: Arrival) -> Answer:
    """One transaction with its DE55, under its original's trace."""
    success = bytes.fromhex(arrival.message.get(62)).startswith(b"61")
    if success:
        detail = Detail(arrival.trace, arrival.pan, arrival.amount_fen)
        batches.take_detail(bank, arrival.terminal, arrival.message.batch, detail)
    return Answer(APPROVED)


def end_uneven(bank: Bank, arrival: Arrival) -> Answer:
    """202: the next batch opens, whatever differs; the bank's people follow the differences up."""
    terminal, batch = arrival.terminal, arrival.message.batch
    if batches.settlement_of(bank, terminal, batch) is None:
        return NOT_BEING_SETTLED
    batches.close(bank, terminal, batch, int(arrival.message.get(48)))
    return Answer(APPROVED)


def end_even(bank: Bank, arrival: Arrival) -> Answer:
    """207: the batch is closed since its 0510; only the chip details were still to come."""
    settled = batches.settlement_of(bank, arrival.terminal, arrival.message.batch)
    closed = settled is not None and settled["state"] == batches.CLOSED
    return Answer(APPROVED) if closed else NOT_BEING_SETTLED


def _records(digits: str) -> Iterator[Detail]:
    for at in range(0, len(digits), RECORD_DIGITS):
        trace, pan, amount = digits[at + 2 : at + 8], digits[at + 8 : at + 28], digits[at + 28 :]
        yield Detail(trace, pan.lstrip("0"), int(amount[:12]))


ROWS = (
    Service("stripe_details", "0320", "", "00", "201", stripe_details, shape=STRIPE_DETAILS),
    *(
        Service(f"chip_detail_{kind}", "0320", "", "00", kind, chip_detail, shape=CHIP_DETAIL)
        for kind in ("203", "204", "205", "206")
    ),
    Service("batch_end_uneven", "0320", "", "00", "202", end_uneven, shape=END),
    Service("batch_end_even", "0320", "", "00", "207", end_even, shape=END),
)
