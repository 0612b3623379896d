"""开班, 交班, 关班: the drawer between two counts. What should be there is derived, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.core import facts
from terminal.feed.views import Act, Command

if TYPE_CHECKING:
    from terminal.engine import Engine

DRAWER_FEN_MAX = 100_000_000  # a million yuan in a shop's drawer is a typing mistake
WHY_CHARACTERS_MAX = 60


def opened(engine: Engine, value: str) -> None:
    """The opening cash, counted and keyed."""
    fen = _fen(value)
    if fen is not None:
        engine.fact(facts.ShiftOpened(fen))
    engine.state.turn += 1


def ended(engine: Engine, command: Command) -> None:
    """Count, variance and its reason; the next operator goes on with what was counted, or nobody.

    A variance without a reason is refused. Cash of an unconfirmed withdrawal, or a queued
    contribution, stays what the facts say; neither keeps an operator from going home.
    """
    state = engine.state
    value, to = command.value, ""
    state.turn += 1
    if command.act is Act.HAND_OVER:
        to, _, value = value.partition(" ")
    counted, _, why = value.partition(" ")
    fen, expected_fen = _fen(counted), state.ledger.drawer_fen
    if fen is None or (fen != expected_fen and not why.strip()):
        state.note = "count"
        return
    others = set(engine.frame.names) - {state.ledger.operator}
    if command.act is Act.HAND_OVER and to not in others:
        state.note = "to"
        return
    why, state.note = why.strip()[:WHY_CHARACTERS_MAX], ""
    if to:
        engine.fact(facts.ShiftHandedOver(to, expected_fen, fen, why))
    else:
        engine.fact(facts.ShiftClosed(expected_fen, fen, why))
    engine.fact(facts.OperatorSignedOut(state.ledger.operator))


def _fen(value: str) -> int | None:
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(DRAWER_FEN_MAX))):
        return None
    return int(value) if int(value) <= DRAWER_FEN_MAX else None
