"""现金汇款: station settlement account to payee, and the fee with it (county-wire.md)."""

from __future__ import annotations

from tests.hw_sim.bank import bookings, ledger
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.bookings import Holder
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.payees import payee_asked
from tests.hw_sim.bank.state import Bank

NO_AMOUNT = Answer("13")
STATION_SHORT = Answer("P7")


def remittance(bank: Bank, arrival: Arrival) -> Answer:
    """The sender handed over amount and fee in cash, so the station pays both."""
    found = payee_asked(bank, arrival, "remittance")
    if isinstance(found, Answer):
        return found
    payee, fee_fen = found
    source = ledger.station(arrival.terminal)
    if not arrival.amount_fen:
        return NO_AMOUNT
    if ledger.balance_fen(bank.db, source) < arrival.amount_fen + fee_fen:
        return STATION_SHORT

    moves = (
        Move(source, payee.account, arrival.amount_fen),
        Move(source, ledger.FEE_INCOME, fee_fen),
    )
    holder = Holder(payee.phone, f"尾号{arrival.elements['AC'][-4:]}的卡收到现金汇款")
    booking = bookings.book(bank, arrival, moves, holder, fee_fen)
    return Answer(APPROVED, elements=(("FE", arrival.elements["FE"]),), booking=booking)
