"""Outcomes in which no money moved: declined, not sent, stopped on the way, not begun."""

from __future__ import annotations

from terminal.feed.views import Act, DealView, View
from terminal.i18n import N_, Translate, texts
from terminal.ui import kinds, phrases, sentences
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import ENTER, ESCAPE, Frame, Key, Lines, Send, Sheet, Tone
from terminal.ui.state import UiState
from terminal.ui.unsent import GENERAL, UNSENT

CASH_ON_COUNTER = N_("柜台上的现金请退还客户。")


def declined(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    why = phrases.code_words(deal, state, _)
    again = (Key("1", _("打印小票"), Send(Act.PRINT_AGAIN)),)
    slip = phrases.slip_line(view, deal, _)
    already = _("已缴：{when}").format(when=deal.paid_already) if deal.paid_already else ""
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.STOP, (_framed(deal, _),)),
            Lines(
                tuple(
                    line
                    for line in (
                        _("银行说：{why}（{code}）。").format(why=why, code=deal.code),
                        already,
                        phrases.joined(_("没有扣款，钱是安全的。"), _cash_back(deal, _)),
                        phrases.code_advice(deal, view, _),
                        slip,
                    )
                    if line
                )
            ),
        ),
        keys=again + _home(_),
    )


def not_sent(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    what, safe, do = phrases.said(UNSENT.get(deal.reason, GENERAL), view, _)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.STOP, (_unsent(deal, _),)),
            Lines((what, phrases.joined(safe, _cash_back(deal, _)), do)),
        ),
        keys=_home(_),
    )


def stopped(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    what, safe, do = phrases.told(sentences.REASONS, deal.reason, view, _)
    already = _("已缴：{when}").format(when=deal.paid_already) if deal.paid_already else ""
    return Sheet(
        title=heading(deal, _),
        blocks=(
            Frame(Tone.NOTICE, (what,)),
            Lines(
                tuple(
                    line
                    for line in (already, phrases.joined(safe, _cash_back(deal, _)), do)
                    if line
                )
            ),
        ),
        keys=_home(_),
    )


def blocked(view: View, state: UiState) -> Sheet:
    """What preflight misses, each with its remedy."""
    _ = texts(state.language)
    said = []
    for lack in view.lacks:
        what, do = sentences.LACKS.get(lack.kind, sentences.UNKNOWN_LACK)
        told = phrases.joined(_(what).format(kind=lack.kind), _(do).format(phone=view.phone))
        said.append(f"- {told}")
    try_now = Key("2", _("现在再试"), Send(Act.TRY_NOW))
    owed = any(lack.kind == "reversal_open" for lack in view.lacks)
    no_right = any(lack.kind == "role" for lack in view.lacks)
    framed = N_("您不能办理这项业务") if no_right else N_("现在还不能办理")
    return Sheet(
        title=phrases.service(view.deal, _) if view.deal else "",
        blocks=(
            Frame(Tone.NOTICE, (_(framed),)),
            Lines((*said, _("还没有开始，钱没有动。"))),
        ),
        keys=((try_now,) if owed else ()) + _home(_),
    )


def _framed(deal: DealView, _: Translate) -> str:
    if deal.service == kinds.WITHDRAWAL:
        return _("银行没有同意。请勿付现金。")
    return _("银行没有同意。")


def _unsent(deal: DealView, _: Translate) -> str:
    if deal.service == kinds.WITHDRAWAL:
        return _("没有办成。请勿付现金。")
    return _("没有办成。")


def _cash_back(deal: DealView, _: Translate) -> str:
    """Cash for a contribution is counted before the request: it goes back."""
    counted = deal.service == kinds.CONTRIBUTION_CASH or deal.in_cash
    return _(CASH_ON_COUNTER) if counted else ""


def _home(_: Translate) -> tuple[Key, ...]:
    return (
        Key(ENTER, _("知道了"), Send(Act.DONE)),
        Key(ESCAPE, _("回首页"), Send(Act.DONE)),
    )
