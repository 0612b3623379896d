"""交班结账: hand the drawer over, close it, and write down what the bank brings or gets."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, View
from terminal.i18n import N_, texts
from terminal.ui import kinds, phrases, sentences
from terminal.ui.pages.amount import YUAN_DIGITS_MAX
from terminal.ui.pages.count import (
    again,
    counted_fen,
    counted_value,
    counting,
    is_over,
    told,
)
from terminal.ui.pages.locked import NUMBER_DIGITS, problem
from terminal.ui.pages.notes import noted
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Become,
    Big,
    Choices,
    Input,
    Key,
    Lines,
    Move,
    Pairs,
    Question,
    Send,
    Sheet,
    Takes,
)
from terminal.ui.state import NOTHING, UiState, Where

WHY_KEYS = {
    "1": "wrong_payment",
    "2": "wrong_opening",
    "3": "counterfeit",
    "4": "own_money",
    "9": "unknown",
}
assert set(WHY_KEYS.values()) == set(sentences.WHY_VARIANCE)

CASH: dict[str, tuple[str, str, str]] = {  # title, question, what becomes of the drawer
    kinds.DELIVERED: (
        N_("银行送来现金"),
        N_("银行送来多少现金？"),
        N_("当面点清，放进钱箱，再输入总数，单位是元。"),
    ),
    kinds.BANKED: (
        N_("现金送存银行"),
        N_("送存多少现金？"),
        N_("从钱箱取出，当面点清，再输入总数，单位是元。"),
    ),
}


def shift(view: View, state: UiState) -> Sheet:
    """What can be done with the drawer."""
    _ = texts(state.language)
    menu = (
        Key("1", _("交班给另一位操作员"), _to(state, Where.SHIFT_TO, Act.HAND_OVER.value)),
        Key("2", _("关班"), _to(state, Where.SHIFT_COUNT, Act.CLOSE_SHIFT.value)),
        Key("3", _(CASH[kinds.DELIVERED][0]), _to(state, Where.CASH_MOVED, kinds.DELIVERED)),
        Key("4", _(CASH[kinds.BANKED][0]), _to(state, Where.CASH_MOVED, kinds.BANKED)),
        Key("5", _("与银行批结算"), Send(Act.SETTLEMENT)),
    )
    return Sheet(
        title=_("交班结账"),
        blocks=(
            Choices(menu),
            Lines((_("交班和关班都要先点钱箱；点完才显示应有多少。"),)),
        ),
        keys=(Key(ESCAPE, _("返回"), Become(replace(state, where=Where.PAGE))),),
        hint=_("按数字选择"),
    )


def shift_to(view: View, state: UiState) -> Sheet:
    """Who goes on: one of those who serve here."""
    _ = texts(state.language)
    number = state.typed.reveal()
    back = Key(ESCAPE, _("返回"), _to(state, Where.SHIFT, ""))
    if not view.others:
        nobody = Lines((_("本站没有别的操作员，不能交班；请关班。"),))
        return Sheet(_("交班"), (nobody,), (back,))
    go_on = replace(state, problem="nobody", typed=NOTHING)
    if number in dict(view.others):
        go_on = replace(state, where=Where.SHIFT_COUNT, operator=number, typed=NOTHING, problem="")
    return Sheet(
        title=_("交班"),
        blocks=(
            Question(_("交给哪个操作员？")),
            Big(number.ljust(NUMBER_DIGITS, "_")),
            *problem(state, _),
            Lines((_("，").join(f"{each} {name}" for each, name in view.others),)),
        ),
        keys=(Key(ENTER, _("下一步"), Become(go_on)), back),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, NUMBER_DIGITS),
    )


def shift_count(view: View, state: UiState) -> Sheet:
    """The drawer is counted; then, and only then, it says what should be there."""
    _ = texts(state.language)
    title, done = _("关班"), _("关班")
    if state.errand == Act.HAND_OVER.value:
        who = f"{state.operator} {dict(view.others).get(state.operator, '')}".rstrip()
        title, done = _("交班给 {who}").format(who=who), _("交班")
    if not is_over(state):
        back = Key(ESCAPE, _("返回"), _to(state, Where.SHIFT, ""))
        return counting(state, title, back, _)
    over_fen = counted_fen(state) - view.drawer_fen
    recount = Key(ESCAPE, _("重新点"), _to(state, Where.SHIFT_COUNT, state.errand))
    sums = Pairs(
        (
            (_("应有"), phrases.amount(view.drawer_fen)),
            (_("实点"), phrases.amount(counted_fen(state))),
        )
    )
    if not over_fen:
        fits = (Question(_("钱箱一分不差。")), Big(phrases.amount(counted_fen(state))), sums)
        return Sheet(title, fits, (Key(ENTER, done, _end(state, "")), recount))
    asked = _("多了 {amount}，是什么原因？") if over_fen > 0 else _("少了 {amount}，是什么原因？")
    reasons = tuple(
        Key(digit, _(sentences.WHY_VARIANCE[why]), _end(state, why))
        for digit, why in WHY_KEYS.items()
    )
    return Sheet(
        title=title,
        blocks=(
            Question(asked.format(amount=phrases.amount(abs(over_fen)))),
            sums,
            Choices(reasons),
            Lines((_("先重新点一遍；还是不对，选了原因就{done}。").format(done=done),)),
        ),
        keys=(recount,),
        hint=_("按数字选择"),
    )


def open_shift(view: View, state: UiState) -> Sheet:
    """开班: the same count, and nothing to compare it with."""
    _ = texts(state.language)
    title = _("开班")
    if not is_over(state):
        asked = counting(state, title, Key(ESCAPE, _("锁屏"), Send(Act.LOCK)), _)
        refused = noted(view, _) if not state.counts else ()
        return replace(asked, blocks=(*refused, *asked.blocks))
    fen = counted_fen(state)
    return Sheet(
        title=title,
        blocks=(
            Question(_("钱箱里的现金")),
            Big(phrases.amount(fen), phrases.capitals(fen)),
            *told(state, _),
        ),
        keys=(
            Key(ENTER, _("开班"), Send(Act.OPEN_SHIFT, counted_value(state))),
            Key(ESCAPE, _("上一种"), again(state)),
        ),
    )


def cash_moved(view: View, state: UiState) -> Sheet:
    """Cash that is no villager's goes in or out, in whole yuan."""
    _ = texts(state.language)
    title, question, how = CASH[state.errand]
    fen = int(state.typed.reveal() or "0") * 100
    enter: Move = Send(Act.CASH_MOVED, f"{fen} {state.errand}")
    wrong = "empty" if not fen else ""
    if state.errand == kinds.BANKED and fen > view.drawer_fen:
        wrong = "amount_drawer"
    if wrong:
        enter = Become(replace(state, problem=wrong))
    return Sheet(
        title=_(title),
        blocks=(
            Question(_(question)),
            Big(phrases.amount(fen), phrases.capitals(fen) if fen else ""),
            *problem(state, _),
            Lines((_(how),)),
        ),
        keys=(
            Key(ENTER, _("记下"), enter),
            Key(ESCAPE, _("返回"), _to(state, Where.SHIFT, "")),
        ),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, YUAN_DIGITS_MAX),
    )


def _to(state: UiState, where: Where, errand: str) -> Become:
    """To another page of this menu, with nothing keyed yet."""
    return Become(replace(state, where=where, errand=errand, counts=(), typed=NOTHING, problem=""))


def _end(state: UiState, why: str) -> Send:
    value = f"{counted_value(state)} {why}".rstrip()
    if state.errand == Act.HAND_OVER.value:
        return Send(Act.HAND_OVER, f"{state.operator} {value}")
    return Send(Act.CLOSE_SHIFT, value)
