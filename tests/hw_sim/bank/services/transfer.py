"""转账汇款 by card: card to payee, the fee to fee income (county-wire.md, DE62 and postings)."""

from __future__ import annotations

from tests.hw_sim.bank import bookings, ledger
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.bookings import Holder
from tests.hw_sim.bank.cards import available_fen, known_card
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.payees import NO_SUCH_PAYEE, payee_asked
from tests.hw_sim.bank.state import Bank

NO_AMOUNT = Answer("13")
CARD_SHORT = Answer("51")


def transfer(bank: Bank, arrival: Arrival) -> Answer:
    """Refuses a payee who is the payer: such a posting would move nothing."""
    found = payee_asked(bank, arrival, "transfer")
    if isinstance(found, Answer):
        return found
    payee, fee_fen = found
    card = known_card(bank, arrival)
    if card["account"] == payee.account:
        return NO_SUCH_PAYEE
    if not arrival.amount_fen:
        return NO_AMOUNT
    if available_fen(bank, card) < arrival.amount_fen + fee_fen:
        return CARD_SHORT

    moves = (
        Move(card["account"], payee.account, arrival.amount_fen),
        Move(card["account"], ledger.FEE_INCOME, fee_fen),
    )
    holder = Holder(card["phone"], f"尾号{arrival.pan[-4:]}的卡转账")
    booking = bookings.book(bank, arrival, moves, holder, fee_fen)
    return Answer(APPROVED, elements=(("FE", arrival.elements["FE"]),), booking=booking)
