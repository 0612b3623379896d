"""Nobody is signed in: the operator's number, then the PIN, which becomes a proof right here."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import View
from terminal.i18n import Translate, texts
from terminal.ui import phrases, sentences
from terminal.ui.pages.language import other_language
from terminal.ui.pages.notes import DONE_NOTES, noted
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Ask,
    Become,
    Big,
    Block,
    Input,
    Key,
    Lines,
    Move,
    Problem,
    Question,
    Sheet,
    Takes,
)
from terminal.ui.state import NOTHING, UiState, Where

NUMBER_DIGITS = 2
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 6, 12  # `security.md` section 8
CHALLENGE = "challenge"


def locked(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    number = state.typed.reveal()
    if len(number) == NUMBER_DIGITS:
        go_on = replace(state, where=Where.OPERATOR_PIN, operator=number, typed=NOTHING, problem="")
    else:
        go_on = replace(state, problem="operator", typed=NOTHING)
    return Sheet(
        title=_("登录"),
        blocks=(
            Question(_("操作员号？")),
            Big(number.ljust(NUMBER_DIGITS, "_")),
            *_refusal(view, state, _),
            Lines((_("两位数字，然后按回车。"),)),
        ),
        keys=(Key(ENTER, _("下一步"), Become(go_on)), other_language(state, ESCAPE)),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, NUMBER_DIGITS),
    )


def operator_pin(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    back = replace(state, where=Where.PAGE, typed=NOTHING, problem="", operator="")
    go_on: Move
    if len(state.typed) >= PIN_DIGITS_MIN:
        go_on = Ask(CHALLENGE, state.operator, replace(state, problem=""))
    else:
        go_on = Become(replace(state, problem="pin_length", typed=NOTHING))
    return Sheet(
        title=_("登录"),
        blocks=(
            Question(_("操作员 {number} 的密码？").format(number=state.operator)),
            Big("● " * len(state.typed) or "_"),
            *problem(state, _),
            Lines((_("密码只留在这台电脑里，不会发出去。"),)),
        ),
        keys=(Key(ENTER, _("登录"), go_on), Key(ESCAPE, _("返回"), Become(back))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, PIN_DIGITS_MAX, secret=True),
    )


def problem(state: UiState, _: Translate) -> tuple[Block, ...]:
    return (Problem(_(sentences.INPUT[state.problem])),) if state.problem else ()


def _refusal(view: View, state: UiState, _: Translate) -> tuple[Block, ...]:
    """What became of the last sign-on. The note is a kind, then how many tries or until when."""
    if state.problem or not view.note:
        return problem(state, _)
    kind, _blank, detail = view.note.partition(" ")
    if kind in DONE_NOTES:
        return noted(view, _)
    what, safe, do = phrases.told(sentences.SIGN_ON_NOTES, kind, view, _)
    return (Problem(what), Lines((safe, phrases.joined(do, phrases.when_again(kind, detail, _)))))
