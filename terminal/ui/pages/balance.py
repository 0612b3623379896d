"""The balance, for the villager's eyes."""

from __future__ import annotations

from terminal.feed.views import Act, View
from terminal.i18n import texts
from terminal.ui import phrases
from terminal.ui.pages.deal_line import aside
from terminal.ui.sheet import ENTER, ESCAPE, Big, Key, Lines, Pairs, Question, Send, Sheet
from terminal.ui.state import UiState


def balance(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    fen = deal.balance_fen
    shown = Big(phrases.amount(fen)) if fen is not None else Big("--")
    slip = phrases.slip_line(view, deal, _)
    return Sheet(
        title=phrases.service(deal, _),
        aside=aside(deal, _),
        blocks=(
            Question(_("可用余额")),
            shown,
            Pairs(((_("卡号"), deal.card),)),
            Lines((_("请客户自己看；看完按回车。"), *((slip,) if slip else ()))),
        ),
        keys=(
            Key("1", _("打印小票"), Send(Act.PRINT_AGAIN)),
            Key(ENTER, _("完成"), Send(Act.DONE)),
            Key(ESCAPE, _("回首页"), Send(Act.DONE)),
        ),
    )
