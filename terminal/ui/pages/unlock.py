"""The account manager has signed on: which number may come in again. Nothing else is theirs."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, View
from terminal.i18n import Translate, texts
from terminal.ui import sentences
from terminal.ui.pages.locked import NUMBER_DIGITS, problem
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Become,
    Big,
    Block,
    Input,
    Key,
    Lines,
    Question,
    Send,
    Sheet,
    Takes,
)
from terminal.ui.state import NOTHING, UiState


def unlock(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    number = state.typed.reveal()
    if not number:
        enter = Key(ENTER, _("结束"), Send(Act.DONE))
    elif len(number) == NUMBER_DIGITS:
        enter = Key(ENTER, _("解锁"), Send(Act.UNLOCK, number))
    else:
        again = replace(state, problem="operator", typed=NOTHING)
        enter = Key(ENTER, _("解锁"), Become(again))
    return Sheet(
        title=_("客户经理解锁"),
        blocks=(
            Question(_("给哪个操作员号解锁？")),
            Big(number.ljust(NUMBER_DIGITS, "_")),
            *_told(view, state, _),
            Lines((_("两位数字，然后按回车。不再解锁就直接按回车。"),)),
        ),
        keys=(enter, Key(ESCAPE, _("结束"), Send(Act.DONE))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, NUMBER_DIGITS),
    )


def _told(view: View, state: UiState, _: Translate) -> tuple[Block, ...]:
    """What became of the last number; the note is a kind and the number."""
    if state.problem:
        return problem(state, _)
    kind, _blank, number = view.note.partition(" ")
    text = sentences.UNLOCK_NOTES.get(kind)
    return (Lines((_(text).format(number=number),)),) if text else ()
