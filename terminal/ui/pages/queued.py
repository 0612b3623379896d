"""待上传: the cash is taken, the bank will be told when the link is back; not a receipt yet."""

from __future__ import annotations

from terminal.feed.views import Act, View
from terminal.i18n import texts
from terminal.ui import phrases
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import ENTER, Frame, Key, Lines, Send, Sheet, Tone
from terminal.ui.state import UiState


def queued(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    slip = phrases.slip_line(view, deal, _)
    amount = phrases.amount(deal.amount_fen)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.NOTICE, (_("已收现金 {amount}，待上传。").format(amount=amount),)),
            Lines(
                (
                    _("银行还不知道这笔缴费；网络通后系统自动上传，不用再办一次。"),
                    _("请把临时小票交给客户；银行受理后再来换正式凭证。"),
                    _("银行如果不受理，首页会提醒，请把现金退还客户。"),
                )
            ),
            *((Lines((slip,)),) if slip else ()),
        ),
        keys=(
            Key("1", _("重打小票"), Send(Act.PRINT_AGAIN)),
            Key(ENTER, _("完成"), Send(Act.DONE)),
        ),
    )
