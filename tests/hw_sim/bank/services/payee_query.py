"""收款人查询: whose account this is, and what sending DE4 there costs (county-wire.md)."""

from __future__ import annotations

from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.payees import NO_SUCH_PAYEE, find_payee
from tests.hw_sim.bank.state import Bank

# The query does not say which of the two services follows; county.json shows the remittance's.
FEE_SHOWN = "remittance"


def payee_query(bank: Bank, arrival: Arrival) -> Answer:
    payee = find_payee(bank, arrival.elements["AC"])
    if payee is None:
        return NO_SUCH_PAYEE
    fee_fen = bank.county.fee_fen(FEE_SHOWN, payee.scope, arrival.amount_fen)
    elements = (("NM", payee.name), ("BN", payee.bank_name), ("FE", str(fee_fen)))
    return Answer(APPROVED, elements=elements)
