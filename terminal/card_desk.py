"""What came from the readers: the engine's side of a card, by chip or by stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal import judge
from terminal.core.exchange import Entry
from terminal.core.flow import Flow, Stage
from terminal.core.local_time import local_date
from terminal.inputs import NOT_SENT_TX, CardCame, ChipCame, PinCame

if TYPE_CHECKING:
    from terminal.engine import Engine


def card_came(engine: Engine, item: CardCame) -> None:
    """A swipe, or the end of waiting for a card."""
    flow = engine.state.counter
    if flow is None:
        return
    today = local_date(engine.station_ms())
    county = engine.frame.county
    engine.move_counter(judge.card(item.result, flow.draft, flow.service, county, today))


def chip_came(engine: Engine, item: ChipCame) -> None:
    """Before the request the card's question; behind the bank's answer its last word.

    A card that the bank's approval does not wait for is heard only for the issuer's scripts.
    """
    flow = engine.state.counter
    if item.tx == NOT_SENT_TX:
        if flow is not None:
            county = engine.frame.county
            engine.move_counter(judge.chip(item.result, flow.draft, flow.service, county))
        return
    event = judge.chip_end(item.result)
    if flow is not None and flow.stage is Stage.AGREEING and _is_of(flow, item.tx):
        engine.move_counter(event)
    elif event.ended.scripts:
        engine.try_fact(event.ended, item.tx)


def _is_of(flow: Flow, tx: int) -> bool:
    """One card's yes to an old transaction is none to the next."""
    return flow.deal is not None and flow.deal.tx == tx


def pin_came(engine: Engine, item: PinCame) -> None:
    card = engine.state.counter.draft.card if engine.state.counter else None
    by_chip = card is not None and card.entry is Entry.CHIP
    engine.move_counter(judge.pin(item.result, by_chip=by_chip))
