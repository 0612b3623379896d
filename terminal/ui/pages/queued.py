"""待上传: the cash is taken, the bank will be told when the link is back; not a receipt yet."""

from __future__ import annotations

from terminal.feed.views import Act, DealView, View
from terminal.i18n import N_, texts
from terminal.ui import phrases
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import ENTER, Frame, Key, Lines, Send, Sheet, Tone
from terminal.ui.state import UiState

APPROVED = "00"  # DE39


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
            Frame(Tone.NOTICE, (_(_framed(deal)).format(amount=amount),)),
            Lines(tuple(_(line) for line in _lines(deal))),
            *((Lines((slip,)),) if slip else ()),
        ),
        keys=(
            Key("1", _("重打小票"), Send(Act.PRINT_AGAIN)),
            Key(ENTER, _("完成"), Send(Act.DONE)),
        ),
    )


def _framed(deal: DealView) -> str:
    if not deal.code:
        return N_("已收现金 {amount}，待上传。")
    if deal.code == APPROVED:
        return N_("现金 {amount} 已收，银行已受理。")
    return N_("现金 {amount} 在钱箱里，银行没有受理。")


def _lines(deal: DealView) -> tuple[str, ...]:
    """The bank may answer while this page stands: the page says so."""
    if not deal.code:
        return (
            N_("银行还不知道这笔缴费；网络通后系统自动上传，不用再办一次。"),
            N_("请把临时小票交给客户；银行受理后再来换正式凭证。"),
            N_("银行如果不受理，首页会提醒，请把现金退还客户。"),
        )
    if deal.code == APPROVED:
        return (N_("请把缴费凭证交给客户，收回临时小票。"),)
    return (
        N_("请先不要退现金：回首页按 6 查看这笔，再按 3 退还。"),
        N_("这样账上才记得现金已退，不会退两次。"),
    )
