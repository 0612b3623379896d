"""How much: the amount to draw, the part of a tier that is paid now.

What is keyed is whole yuan. The rules here only spare a way to the engine, which judges again.
"""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, DealView, View
from terminal.i18n import Translate, texts
from terminal.ui import phrases, sentences
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
    Problem,
    Question,
    Send,
    Sheet,
    Takes,
)
from terminal.ui.state import NOTHING, UiState, Where

YUAN_DIGITS_MAX = 6


def amount(view: View, state: UiState) -> Sheet:
    """取多少？"""
    _ = texts(state.language)
    assert view.deal is not None
    fen = _typed_fen(state)
    wrong = amount_problem(view, view.deal, fen)
    enter: Move = Send(Act.AMOUNT, str(fen)) if not wrong else _refused(state, wrong)
    return Sheet(
        title=phrases.service(view.deal, _),
        blocks=(
            Question(_("取多少？")),
            _big(state),
            *_problem(view, state, _),
            Lines(_rules(view, view.deal, fen, _)),
        ),
        keys=(Key(ENTER, _("下一步"), enter), Key(ESCAPE, _("取消"), Send(Act.CANCEL))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, YUAN_DIGITS_MAX),
    )


def part(view: View, state: UiState) -> Sheet:
    """How much of the chosen tier: Enter alone pays all that is left."""
    _ = texts(state.language)
    assert view.deal is not None
    tier = view.deal.tiers[state.chosen]
    fen = _typed_fen(state) if len(state.typed) else tier.left_fen
    enter: Move
    if not fen:
        enter = _refused(state, "part_zero")
    elif fen > tier.left_fen:
        enter = _refused(state, "part_max")
    elif fen == tier.left_fen:
        enter = Send(Act.TIER, str(tier.tier_fen))
    else:
        enter = Send(Act.TIER, f"{tier.tier_fen} {fen}")
    back = replace(state, where=Where.PAGE, typed=NOTHING, problem="")
    left = _("{tier} 元档，还要缴 {left}。").format(
        tier=phrases.whole_yuan(tier.tier_fen), left=phrases.amount(tier.left_fen)
    )
    return Sheet(
        title=phrases.service(view.deal, _),
        blocks=(
            Question(_("现在缴多少？")),
            Big(phrases.amount(fen), phrases.capitals(fen)),
            *_problem(view, state, _),
            Lines((left, _("直接按回车缴清；只缴一部分，请输入金额。"))),
        ),
        keys=(Key(ENTER, _("下一步"), enter), Key(ESCAPE, _("返回"), Become(back))),
        hint=_("0–9 输入   退格 删除"),
        input=Input(Takes.DIGITS, YUAN_DIGITS_MAX),
    )


def amount_problem(view: View, deal: DealView, fen: int) -> str:
    """The rule of sentences.INPUT that `fen` breaks; empty when it breaks none."""
    if not fen:
        return "empty"
    if deal.step_fen and fen % deal.step_fen:
        return "amount_step"
    if fen < deal.min_fen:
        return "amount_min"
    if deal.max_fen and fen > deal.max_fen:
        return "amount_max"
    return "amount_cash" if fen > view.drawer_fen else ""


def _rules(view: View, deal: DealView, fen: int, _: Translate) -> tuple[str, ...]:
    rule = _("{step} 的整数倍，最高 {max}").format(
        step=phrases.whole_yuan(deal.step_fen), max=phrases.amount(deal.max_fen)
    )
    if not fen or amount_problem(view, deal, fen):
        return (rule, _("柜员现金 {cash}").format(cash=phrases.amount(view.drawer_fen)))
    return (rule, _("本站现金够付：{notes}").format(notes=phrases.notes(phrases.notes_for(fen), _)))


def _problem(view: View, state: UiState, _: Translate) -> tuple[Block, ...]:
    """Why the last Enter was refused, here or by the engine."""
    deal = view.deal
    if state.problem:
        tier = deal.tiers[state.chosen] if deal and deal.tiers else None
        top_fen = (
            tier.left_fen if tier and state.where is Where.PART else deal.max_fen if deal else 0
        )
        text = _(sentences.INPUT[state.problem]).format(
            step=phrases.whole_yuan(deal.step_fen) if deal else "",
            min=phrases.amount(deal.min_fen if deal else 0),
            max=phrases.amount(top_fen),
            cash=phrases.amount(view.drawer_fen),
        )
        return (Problem(text),)
    if deal and deal.reason:
        return (Problem(phrases.told(sentences.REASONS, deal.reason, view, _)[0]),)
    return ()


def _refused(state: UiState, problem: str) -> Become:
    return Become(replace(state, problem=problem))


def _big(state: UiState) -> Big:
    fen = _typed_fen(state)
    return Big(phrases.amount(fen), phrases.capitals(fen) if fen else "")


def _typed_fen(state: UiState) -> int:
    return int(state.typed.reveal() or "0") * 100
