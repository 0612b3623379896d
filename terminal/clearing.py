"""How people close what the station cannot: cash given back, or the bank's own reference.

An exception that the bank's statement has not closed stays open until the bank's reference is keyed
by operator and technician together (`security.md` section 8): one fact names both. A queued
contribution that the bank has refused is over when its cash lies in the villager's hand again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from terminal import beside
from terminal.core import facts
from terminal.core.deal import Cash, Deal
from terminal.core.facts import Trouble

if TYPE_CHECKING:
    from terminal.engine import Engine

REFERENCE = re.compile(r"[0-9A-Za-z-]{4,32}")  # what the bank's letter or telephone says
TECHNICIAN = "technician"
NO_PROOF = frozenset({"wrong", "locked", "blocked"})
BY_REFERENCE, BY_CASH = "reference", "cash returned"  # what closed it, in the fact


def cash_returned(engine: Engine, value: str) -> None:
    """[tx]: the refused contribution's cash has been given back."""
    state = engine.state
    state.turn += 1
    deal = state.ledger.book.get(_number(value))
    if deal is None or not deal.excepted or deal.trouble is not Trouble.QUEUED_REFUSED:
        state.note = "not_open"
        return
    if deal.cash is Cash.TAKEN:
        engine.fact(facts.CashHanded(deal.requested.amount_fen), deal.tx)
    engine.fact(facts.ExceptionClosed(BY_CASH), deal.tx)
    state.note = "closed"


def by_reference(engine: Engine, value: str) -> None:
    """[tx, reference, technician's NN, nonce, proof; blanks between]: closed by both together."""
    state = engine.state
    state.turn += 1
    tx, reference, number, nonce, proof = (value.split(" ") + [""] * 5)[:5]
    deal = state.ledger.book.get(_number(tx))
    if deal is None or not (deal.excepted or _refused_for_ever(deal)):
        state.note = "not_open"
        return
    if not REFERENCE.fullmatch(reference):
        state.note = "reference"
        return
    answer = engine.people.check(number, nonce, proof, engine.station_ms())
    if answer != TECHNICIAN:
        engine.fact(facts.Refused("close_exception", number), deal.tx)
        state.note = answer if answer.partition(" ")[0] in NO_PROOF else "role"
        return
    engine.fact(facts.ExceptionClosed(BY_REFERENCE, reference, number), deal.tx)
    state.beside.pop(deal.tx, None)
    state.awaited.pop(deal.tx, None)  # an answer that still comes is a late one
    engine.forget_timer(deal.tx)
    beside.occasion(engine)
    state.note = "closed"


def _refused_for_ever(deal: Deal) -> bool:
    """A reversal that the bank has not ended after whole occasions: people may (I5)."""
    return deal.owes_reversal and deal.trouble is Trouble.REVERSAL_UNANSWERED


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
