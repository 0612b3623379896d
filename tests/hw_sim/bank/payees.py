"""Payees: an account number, the name behind it, and the fee of sending money there."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hw_sim.bank.arrival import Answer, Arrival
from tests.hw_sim.bank.cards import card_of
from tests.hw_sim.bank.persons import person_of_key
from tests.hw_sim.bank.state import Bank

OTHER_BANK_NAME = "他行"
NO_SUCH_PAYEE = Answer("A3")  # bank-wire.md section 12: payee account wrong
OTHER_NAME = Answer("P9")
OTHER_FEE = Answer("23")


@dataclass(frozen=True)
class Payee:
    account: str
    name: str
    bank_name: str
    scope: str  # own or other, of the fee table
    phone: str


def find_payee(bank: Bank, number: str) -> Payee | None:
    card = card_of(bank, number)
    if card is None:
        return None
    scope = bank.county.scope(number)
    bank_name = bank.county.issuer_name if scope == "own" else OTHER_BANK_NAME
    name = person_of_key(bank, card["key"])["name"]
    return Payee(card["account"], name, bank_name, scope, card["phone"])


def payee_asked(bank: Bank, arrival: Arrival, fee_of: str) -> tuple[Payee, int] | Answer:
    """Payee and fee of a transfer or remittance, or why it is refused: A3, P9, 23."""
    payee = find_payee(bank, arrival.elements["AC"])
    if payee is None:
        return NO_SUCH_PAYEE
    if payee.name != arrival.elements["NM"]:
        return OTHER_NAME
    fee_fen = bank.county.fee_fen(fee_of, payee.scope, arrival.amount_fen)
    return (payee, fee_fen) if int(arrival.elements["FE"]) == fee_fen else OTHER_FEE
