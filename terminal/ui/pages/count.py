"""The drawer counted by denomination: one question a denomination, then the sum (`station-day.md`).

What should be there is nowhere on these pages before the last count is keyed.
"""

from __future__ import annotations

from dataclasses import replace

from terminal.i18n import Translate
from terminal.ui import phrases
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Become,
    Big,
    Block,
    Input,
    Key,
    Lines,
    Move,
    Pairs,
    Question,
    Sheet,
    Takes,
)
from terminal.ui.state import NOTHING, Keyed, UiState

DENOMINATIONS_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100, 10)  # shift.DENOMINATIONS_FEN
JIAO_FEN = 10  # below one yuan the jiao are added up, not sorted
COUNT_DIGITS = 5
AMOUNT_COLUMNS = 15
SUM_COLUMNS = COUNT_DIGITS + 1 + AMOUNT_COLUMNS


def is_over(state: UiState) -> bool:
    """Every denomination has been counted."""
    return len(state.counts) == len(DENOMINATIONS_FEN)


def counted_fen(state: UiState) -> int:
    return sum(fen * count for fen, count in zip(DENOMINATIONS_FEN, state.counts, strict=False))


def counted_value(state: UiState) -> str:
    """As a command holds it: `10000x80,50x3`; what there is none of is left out."""
    rows = zip(DENOMINATIONS_FEN, state.counts, strict=True)
    return ",".join(f"{fen}x{count}" for fen, count in rows if count) or "0"


def counting(state: UiState, title: str, back: Key, _: Translate) -> Sheet:
    """The question for the next denomination; `back` is Esc before the first one."""
    fen = DENOMINATIONS_FEN[len(state.counts)]
    count = int(state.typed.reveal() or "0")
    go_on = replace(state, counts=(*state.counts, count), typed=NOTHING)
    return Sheet(
        title=title,
        blocks=(Question(_question(fen, _)), Big(str(count)), *told(state, _)),
        keys=(
            Key(ENTER, _("下一种"), Become(go_on)),
            Key(ESCAPE, _("上一种"), again(state)) if state.counts else back,
        ),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, COUNT_DIGITS),
    )


def again(state: UiState) -> Move:
    """Back to the last denomination, with what was keyed there."""
    *before, last = state.counts
    return Become(replace(state, counts=tuple(before), typed=Keyed(str(last or ""))))


def told(state: UiState, _: Translate) -> tuple[Block, ...]:
    """What has been counted so far, without what there is none of, and its sum; at first how."""
    if not state.counts:
        how = _("当面点清钱箱里的现金，分 {kinds} 种输入；没有的直接按回车。")
        return (Lines((how.format(kinds=len(DENOMINATIONS_FEN)),)),)
    rows = [
        (_name(fen, _), _each(fen, count, _))
        for fen, count in zip(DENOMINATIONS_FEN, state.counts, strict=False)
        if count
    ]
    total = (_("已点"), f"={phrases.amount(counted_fen(state)):>{SUM_COLUMNS}}")
    return (Pairs((*rows, total)),)


def _question(fen: int, _: Translate) -> str:
    if fen == JIAO_FEN:
        return _("零散的角票和硬币，一共几角？")
    return _("{note} 元的有几张？").format(note=phrases.whole_yuan(fen))


def _name(fen: int, _: Translate) -> str:
    return _("角") if fen == JIAO_FEN else _("{note} 元").format(note=phrases.whole_yuan(fen))


def _each(fen: int, count: int, _: Translate) -> str:
    return f"×{count:>{COUNT_DIGITS + 1}}{phrases.amount(fen * count):>{AMOUNT_COLUMNS}}"
