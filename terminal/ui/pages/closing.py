"""Closing what the station cannot: cash given back, or the bank's letter with the technician there.

The bank's reference is keyed by the operator; the technician proves who they are right after it
(`security.md` section 8: both accounts, one fact).
"""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, TodayItem, View
from terminal.i18n import Translate, texts
from terminal.ui import phrases
from terminal.ui.pages.locked import (
    CHALLENGE,
    NUMBER_DIGITS,
    PIN_DIGITS_MAX,
    PIN_DIGITS_MIN,
    problem,
)
from terminal.ui.pages.today import listed
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Ask,
    Become,
    Big,
    Frame,
    Input,
    Key,
    Lines,
    Move,
    Pairs,
    Question,
    Send,
    Sheet,
    Takes,
    Tone,
)
from terminal.ui.state import NOTHING, UiState, Where

REFERENCE_DIGITS_MIN, REFERENCE_DIGITS_MAX = 4, 20


def cash_back(view: View, state: UiState) -> Sheet:
    """One question before the drawer goes down: has the villager got the cash?"""
    _ = texts(state.language)
    item = _item(state)
    amount = phrases.amount(item.amount_fen)
    return Sheet(
        title=_("退还现金"),
        aside=_aside(item, _),
        blocks=(
            Frame(
                Tone.NOTICE,
                (_("银行没有受理这笔缴费。现金 {amount} 退还客户了吗？").format(amount=amount),),
            ),
            Big(amount, phrases.capitals(item.amount_fen)),
            Lines(
                (
                    _("当面点清退还，收回临时小票，再按 1。"),
                    _("按了 1 就记账，不能取消。"),
                )
            ),
        ),
        keys=(
            Key(ESCAPE, _("返回，还没有退"), _back(state)),
            Key("1", _("已退给客户"), Send(Act.CASH_RETURNED, str(item.tx))),
        ),
    )


def reference(view: View, state: UiState) -> Sheet:
    """The number of the bank's letter."""
    _ = texts(state.language)
    item = _item(state)
    typed = state.typed.reveal()
    go_on = replace(state, problem="reference")
    if len(typed) >= REFERENCE_DIGITS_MIN:
        go_on = replace(
            state,
            where=Where.TECHNICIAN,
            tx=item.tx,
            reference=typed,
            typed=NOTHING,
            problem="",
        )
    return Sheet(
        title=_("按银行来函销账"),
        aside=_aside(item, _),
        blocks=(
            Question(_("银行来函的编号？")),
            Big(typed or "_"),
            *problem(state, _),
            Lines(
                (
                    _("只输入数字。没有银行的来函或电话答复，不能销账。"),
                    _("销账要操作员和技术员两人在场。"),
                )
            ),
        ),
        keys=(Key(ENTER, _("下一步"), Become(go_on)), Key(ESCAPE, _("返回"), _back(state))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, REFERENCE_DIGITS_MAX),
    )


def technician(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    number = state.typed.reveal()
    go_on = replace(state, problem="operator", typed=NOTHING)
    if len(number) == NUMBER_DIGITS:
        go_on = replace(
            state, where=Where.TECHNICIAN_PIN, operator=number, typed=NOTHING, problem=""
        )
    return Sheet(
        title=_("按银行来函销账"),
        aside=_aside(_item(state), _),
        blocks=(
            Question(_("技术员号？")),
            Big(number.ljust(NUMBER_DIGITS, "_")),
            *problem(state, _),
            Pairs(((_("来函编号"), state.reference),)),
        ),
        keys=(Key(ENTER, _("下一步"), Become(go_on)), Key(ESCAPE, _("返回"), _back(state))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, NUMBER_DIGITS),
    )


def technician_pin(view: View, state: UiState) -> Sheet:
    """The technician's own PIN; with it the exception is closed."""
    _ = texts(state.language)
    go_on: Move
    if len(state.typed) >= PIN_DIGITS_MIN:
        go_on = Ask(CHALLENGE, state.operator, replace(state, problem=""))
    else:
        go_on = Become(replace(state, problem="pin_length", typed=NOTHING))
    return Sheet(
        title=_("按银行来函销账"),
        aside=_aside(_item(state), _),
        blocks=(
            Question(_("技术员 {number} 的密码？").format(number=state.operator)),
            Big("● " * len(state.typed) or "_"),
            *problem(state, _),
            Pairs(((_("来函编号"), state.reference),)),
            Lines((_("请技术员自己输入；登录后这笔疑难交易就了结。"),)),
        ),
        keys=(Key(ENTER, _("销账"), go_on), Key(ESCAPE, _("返回"), _back(state))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, PIN_DIGITS_MAX, secret=True),
    )


def _back(state: UiState) -> Become:
    """To the transaction; nothing keyed is kept."""
    return Become(
        replace(state, where=Where.TODAY_ONE, typed=NOTHING, problem="", operator="", reference="")
    )


def _aside(item: TodayItem, _: Translate) -> str:
    return _("流水 {trace}").format(trace=f"{item.trace:06d}")


def _item(state: UiState) -> TodayItem:
    return listed(state)[state.chosen]
