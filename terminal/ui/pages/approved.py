"""Approved: hand over the cash, and say so with a key of its own. It stays until a decision."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import AFTER_RESTART, Act, DealView, View
from terminal.i18n import CHINESE, Translate, texts
from terminal.ui import phrases, sentences
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import (
    ESCAPE,
    Become,
    Big,
    Choices,
    Frame,
    Key,
    Lines,
    Question,
    Send,
    Sheet,
    Tone,
)
from terminal.ui.state import UiState, Where

REASON_KEYS = {"1": "left", "2": "no_notes", "3": "changed_mind", "9": "other"}  # facts.WhyNoCash
assert set(REASON_KEYS.values()) == set(sentences.WHY_NOT_HANDED)


def approved(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    amount = phrases.amount(deal.amount_fen)
    framed = _("银行已同意。请付现金   {amount}").format(amount=amount)
    if state.language == CHINESE:
        framed += "   " + phrases.capitals(deal.amount_fen)
    counted = phrases.notes(deal.notes or phrases.notes_for(deal.amount_fen), _)
    slip = phrases.slip_line(view, deal, _)
    if deal.reason == AFTER_RESTART:
        return _asks_first(deal, amount, state, _)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.GO, (framed,)),
            Big(amount, large_only=True),
            Lines(
                (
                    _("1. 请客户在存根上签名或按手印"),
                    _("2. 当面点清：{notes}").format(notes=counted),
                    _("3. 付完后按 1"),
                )
            ),
            *((Lines((slip,)),) if slip else ()),
        ),
        keys=_keys(state, _),
    )


def _asks_first(deal: DealView, amount: str, state: UiState, _: Translate) -> Sheet:
    """After a restart nobody knows whether the cash has gone over the counter: never pay twice."""
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(
                Tone.NOTICE,
                (_("停电前银行已同意 {amount}。先问清现金付过没有。").format(amount=amount),),
            ),
            Big(amount, large_only=True),
            Lines(
                (
                    _("1. 已经付过：不要再付，直接按 1"),
                    _("2. 还没有付，客户在：当面点清付给客户，再按 1"),
                    _("3. 没有付，客户不在：按 3，系统把钱退回卡里"),
                )
            ),
        ),
        keys=_keys(state, _),
    )


def _keys(state: UiState, _: Translate) -> tuple[Key, ...]:
    return (
        Key("1", _("现金已付"), Send(Act.CASH_HANDED)),
        Key("2", _("重打小票"), Send(Act.PRINT_AGAIN)),
        Key("3", _("没有付现金 …"), Become(replace(state, where=Where.WHY_NOT_HANDED))),
    )


def why_not_handed(view: View, state: UiState) -> Sheet:
    """The reason; choosing one undoes the debit, so Esc goes back to the cash."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    reasons = tuple(
        Key(digit, _(sentences.WHY_NOT_HANDED[why]), Send(Act.CASH_NOT_HANDED, why))
        for digit, why in REASON_KEYS.items()
    )
    back = replace(state, where=Where.PAGE)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Question(_("为什么没有付现金？")),
            Choices(reasons),
            Lines((_("选了原因，系统就取消这笔取款，把钱退回卡里。"), _("选了以后请勿付现金。"))),
        ),
        keys=(Key(ESCAPE, _("返回，现金还要付"), Become(back)),),
    )
