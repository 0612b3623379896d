"""开班, 交班, 关班: the drawer between two counts, and cash that the bank brings or gets.

What should be there is derived from the facts, never typed. What is keyed and does not fit changes
nothing; the note says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import beside
from terminal.core import facts
from terminal.core.effects import PrintReport
from terminal.core.facts import SlipKind, WhyCashMoved
from terminal.feed.views import Act, Command

if TYPE_CHECKING:
    from terminal.engine import Engine

DRAWER_FEN_MAX = 100_000_000  # a million yuan in a shop's drawer is a typing mistake
WHY_CHARACTERS_MAX = 60
DENOMINATIONS_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100, 10)  # notes, coins, and loose jiao
BY_DENOMINATION = re.compile(r"\d{2,5}x\d{1,6}(?:,\d{2,5}x\d{1,6}){0,6}", re.ASCII)
SIGNS: Mapping[str, int] = {WhyCashMoved.DELIVERED.value: 1, WhyCashMoved.BANKED.value: -1}


@dataclass(frozen=True, slots=True)
class Count:
    """What lies in the drawer; notes as a fact keeps it, "" where only the sum was keyed."""

    fen: int
    notes: str = ""


def opened(engine: Engine, value: str) -> None:
    """The opening cash, counted and keyed."""
    count = counted(value)
    engine.state.turn += 1
    if count is None:
        engine.state.note = "count"
    else:
        engine.fact(facts.ShiftOpened(count.fen, count.notes))


def ended(engine: Engine, command: Command) -> None:
    """Count, variance and its reason; the next operator goes on with what was counted, or nobody.

    A variance without a reason is refused. Cash of an unconfirmed withdrawal, or a queued
    contribution, stays what the facts say; neither keeps an operator from going home. The day's
    head goes to the bank behind a close (`security.md` section 7).
    """
    state = engine.state
    value, to = command.value, ""
    state.turn += 1
    if command.act is Act.HAND_OVER:
        to, _, value = value.partition(" ")
    keyed, _, why = value.partition(" ")
    count, expected_fen = counted(keyed), state.ledger.drawer_fen
    if count is None or (count.fen != expected_fen and not why.strip()):
        state.note = "count"
        return
    others = set(engine.frame.names) - {state.ledger.operator}
    if command.act is Act.HAND_OVER and to not in others:
        state.note = "to"
        return
    why = why.strip()[:WHY_CHARACTERS_MAX]
    told: facts.Fact = facts.ShiftClosed(expected_fen, count.fen, why, count.notes)
    if to:
        told = facts.ShiftHandedOver(to, expected_fen, count.fen, why, count.notes)
    ended_by = engine.fact(told)
    engine.do(PrintReport(SlipKind.SHIFT, ended_by.seq))
    engine.fact(facts.OperatorSignedOut(state.ledger.operator))
    state.note = f"handed_over {to}" if to else "shift_closed"
    if not to:
        beside.sign_in_due(engine)


def cash_moved(engine: Engine, value: str) -> None:
    """[fen, why]: cash that the bank has brought, or that is carried to it."""
    state = engine.state
    keyed, _, why = value.partition(" ")
    fen = _fen(keyed)
    state.turn += 1
    if not fen or why not in SIGNS:
        state.note = "count"
        return
    moved_fen = SIGNS[why] * fen
    if not 0 <= state.ledger.drawer_fen + moved_fen <= DRAWER_FEN_MAX:
        state.note = "drawer"
        return
    engine.fact(facts.CashMoved(moved_fen, WhyCashMoved(why)))
    state.note = f"{why} {fen}"


def counted(value: str) -> Count | None:
    """A count as it is keyed: `770000` fen, or by denomination, `10000x77,50x3`."""
    if not BY_DENOMINATION.fullmatch(value):
        fen = _fen(value)
        return None if fen is None else Count(fen)
    rows = [tuple(map(int, row.split("x"))) for row in value.split(",")]
    fen = sum(note * count for note, count in rows)
    notes = [note for note, _ in rows]
    known = len(set(notes)) == len(notes) and set(notes) <= set(DENOMINATIONS_FEN)
    return Count(fen, value) if known and fen <= DRAWER_FEN_MAX else None


def _fen(value: str) -> int | None:
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(DRAWER_FEN_MAX))):
        return None
    return int(value) if int(value) <= DRAWER_FEN_MAX else None
