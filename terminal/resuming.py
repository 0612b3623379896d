"""What a start brings back: what was open when the power went, and the outcome nobody has read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal import beside
from terminal.core import settlement
from terminal.core.events import PowerRestored
from terminal.core.flow import AFTER_RESTART, Draft, Stage
from terminal.core.ledger import unanswered_money
from terminal.core.resume import resume as flow_of

if TYPE_CHECKING:
    from terminal.engine import Engine


def resume(engine: Engine) -> None:
    """In doubt, owed, cash not confirmed, or a batch that is being settled."""
    state, ledger = engine.state, engine.state.ledger
    state.maybe_printed = frozenset(ledger.book)
    beside.resume(engine)
    state.settling = settlement.resume(ledger.settlement)
    unanswered = [deal for deal in ledger.book.values() if unanswered_money(deal)]
    for deal in (*unanswered, *ledger.unconfirmed()):
        state.counter = flow_of(deal)
        engine.move_counter(PowerRestored())
    if state.counter is None:
        _show_again(engine)


def _show_again(engine: Engine) -> None:
    """The outcome that may not have been read when the power went: once more (I5)."""
    ledger = engine.state.ledger
    deal = ledger.book.get(ledger.unread)
    if deal is None or (deal.queued and deal.answered is not None):
        return  # the latter's cash has long been in the drawer; an alert tells of a refusal
    flow = flow_of(deal)
    if flow.stage is not Stage.ENDED:
        engine.state.counter = replace(flow, draft=Draft(reason=AFTER_RESTART))
