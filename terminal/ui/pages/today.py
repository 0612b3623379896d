"""Today's transactions, and one of them with its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from terminal.feed.views import TodayItem, View
from terminal.i18n import Translate, texts
from terminal.ui import kinds, phrases, sentences
from terminal.ui.pages.comes_back import BY_REFERENCE, to_tell
from terminal.ui.sheet import (
    DOWN,
    ENTER,
    ESCAPE,
    PAGE_DOWN,
    PAGE_UP,
    UP,
    Become,
    Choices,
    Key,
    Lines,
    Pairs,
    PrintAgain,
    Question,
    Sheet,
)
from terminal.ui.state import NOTHING, UiState, Where
from terminal.ui.width import pad, pad_left

ROWS = 7  # digits 1 to 7; 8 leaves the settled ones out, 9 and 0 turn the page
FACTS_SHOWN, FACTS_BESIDE_WORDS = 10, 5
SLIP_OUTCOMES = (
    kinds.APPROVED,
    kinds.DECLINED,
    kinds.UNKNOWN,
    kinds.CANCELLING,
    kinds.REVERSED,
    kinds.EXCEPTION,
    kinds.QUEUED,
)
PRINTABLE = {(service, outcome) for service in kinds.MOVES_MONEY for outcome in SLIP_OUTCOMES} | {
    (kinds.BALANCE, kinds.DECLINED)  # a balance is told, never kept
}


def today(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    title = _("今日交易：未了结的") if state.only_open else _("今日交易")
    home = Key(ESCAPE, _("返回"), Become(replace(state, where=Where.PAGE, today=None, chosen=0)))
    if state.today is None:
        return Sheet(title, (Lines((_("正在取今日交易…"),)),), (home,))
    items = listed(state)
    if not items:
        none = _("没有未了结的交易。") if state.only_open else _("今天还没有交易。")
        return Sheet(title, (Lines((none,)),), (*_filter(state, _), home))
    first = state.chosen // ROWS * ROWS
    shown = items[first : first + ROWS]
    rows = tuple(
        Key(str(row + 1), _row(item, view.at_ms, _), Become(_open(state, first + row)))
        for row, item in enumerate(shown)
    )
    place = _("第 {first}–{last} 笔，共 {all} 笔").format(
        first=first + 1, last=first + len(shown), all=len(items)
    )
    return Sheet(
        title=title,
        aside=place,
        blocks=(Choices(rows, chosen=state.chosen - first),),
        keys=(
            Key(ENTER, _("看这一笔"), Become(_open(state, state.chosen))),
            *_filter(state, _),
            *_turns(state, first, len(items), _),
            home,
        ),
        hint=_("按数字选择"),
    )


def today_one(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    item = listed(state)[state.chosen]
    words = to_tell(item, view, _)
    rows = [
        (_("时间"), phrases.day_and_second(item.at_ms)),
        (_("业务"), phrases.word(sentences.SERVICES, item.service, _)),
        (_("金额"), phrases.amount(item.amount_fen)),
        (_("卡号或证件"), item.card),
        (_("流水"), f"{item.trace:06d}"),
        (_("操作员"), item.operator),
        (_("结果"), _result(item, _)),
    ]
    return Sheet(
        title=_("今日交易"),
        aside=_("第 {number} 笔").format(number=state.chosen + 1),
        blocks=(
            Pairs(tuple((name, value) for name, value in rows if value)),
            *((Lines((phrases.joined(*words),)),) if words else ()),
            Question(_("经过")),
            Lines(_newest(item.facts, FACTS_BESIDE_WORDS if words else FACTS_SHOWN, _)),
        ),
        keys=(
            *_what_can_be_done(item, state, _),
            Key(ESCAPE, _("返回"), Become(replace(state, where=Where.TODAY))),
        ),
    )


def _newest(facts: tuple[str, ...], room: int, _: Translate) -> tuple[str, ...]:
    """The last facts that there is room for; what is left out is said."""
    if not facts:
        return (_("没有记录。"),)
    if len(facts) <= room:
        return facts
    left_out = len(facts) - room + 1
    return (_("（更早的 {count} 条没有列出）").format(count=left_out), *facts[left_out:])


def listed(state: UiState) -> tuple[TodayItem, ...]:
    """The list as it is shown: all of it, or what is not settled yet."""
    assert state.today is not None
    return tuple(item for item in state.today if item.open or not state.only_open)


def _what_can_be_done(item: TodayItem, state: UiState, _: Translate) -> Iterator[Key]:
    if (item.service, item.outcome) in PRINTABLE:
        yield Key("2", _("重打小票"), PrintAgain(item.tx))
    if item.trouble == kinds.QUEUED_REFUSED:
        yield Key("3", _("现金已退还 …"), Become(replace(state, where=Where.CASH_BACK)))
    if item.trouble:
        asked = replace(state, where=Where.REFERENCE, typed=NOTHING, problem="")
        yield Key("4", _("银行来函销账 …"), Become(asked))


def _filter(state: UiState, _: Translate) -> tuple[Key, ...]:
    other = replace(state, only_open=not state.only_open, chosen=0)
    label = _("看全部") if state.only_open else _("只看未了结的")
    return (Key("8", label, Become(other)),)


def _open(state: UiState, chosen: int) -> UiState:
    return replace(state, where=Where.TODAY_ONE, chosen=chosen)


def _turns(state: UiState, first: int, count: int, _: Translate) -> tuple[Key, ...]:
    """Up and down a row, back and forth a page; 9 and 0 do it on a POS keypad."""

    def to(row: int) -> Become:
        return Become(replace(state, chosen=max(0, min(row, count - 1))))

    keys = [
        Key(UP, "", to(state.chosen - 1)),
        Key(DOWN, "", to(state.chosen + 1)),
        Key(PAGE_UP, "", to(first - ROWS)),
        Key(PAGE_DOWN, "", to(first + ROWS)),
    ]
    if first + ROWS < count:
        keys.append(Key("9", _("下一页"), to(first + ROWS)))
    if first:
        keys.append(Key("0", _("上一页"), to(first - ROWS)))
    return tuple(keys)


def _row(item: TodayItem, now_ms: int, _: Translate) -> str:
    cells = (
        pad(phrases.hour_or_day(item.at_ms, now_ms), 6),
        pad(phrases.word(sentences.SERVICES, item.service, _), 13),
        pad_left(phrases.amount(item.amount_fen) if item.amount_fen else "", 11),
        "  " + pad(item.card, 20),
        _short_result(item, _),
    )
    return "".join(cells).rstrip()


def _short_result(item: TodayItem, _: Translate) -> str:
    """One word for the list: once approved, what became of the cash is the news."""
    if item.cash and item.outcome == kinds.APPROVED:
        return phrases.word(sentences.CASH, item.cash, _)
    return _outcome(item, _)


def _result(item: TodayItem, _: Translate) -> str:
    cash = phrases.word(sentences.CASH, item.cash, _)
    if item.cash == "handed" and item.service == kinds.CONTRIBUTION_CASH:
        cash = _("现金已退还")
    return f"{_outcome(item, _)} {cash}".strip()


def _outcome(item: TodayItem, _: Translate) -> str:
    said = phrases.word(sentences.OUTCOMES, item.outcome, _)
    if item.closed == BY_REFERENCE:
        return _("已销账")
    return f"{said} {item.code}" if item.outcome == kinds.DECLINED else said
