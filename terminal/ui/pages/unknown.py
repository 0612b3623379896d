"""The page that must never be misread (unknown), and its sister: approved, cash not handed over."""

from __future__ import annotations

from terminal.feed.views import Act, DealView, View
from terminal.i18n import N_, Translate, texts
from terminal.ui import kinds, phrases
from terminal.ui.pages.deal_line import aside, heading
from terminal.ui.sheet import ENTER, ESCAPE, Frame, Key, Lines, Send, Sheet, Tone
from terminal.ui.state import UiState

FRAMED: dict[str, str] = {
    kinds.WITHDRAWAL: N_("结果未知。请勿付现金。"),
    kinds.CONTRIBUTION_CARD: N_("结果未知。请勿收现金，请勿再缴一次。"),
    kinds.CONTRIBUTION_CASH: N_("结果未知。请把现金退还客户，请勿再缴一次。"),
}
UNDONE: dict[str, str] = {
    kinds.WITHDRAWAL: N_("这笔交易已取消。请勿付现金。"),
    kinds.CONTRIBUTION_CARD: N_("这笔缴费已取消，没有缴成。"),
    kinds.CONTRIBUTION_CASH: N_("这笔缴费已取消。请把现金退还客户。"),
}
TELL: dict[str, str] = {
    kinds.CONTRIBUTION_CASH: N_(
        "请告诉客户：这次还没有缴成，现金退还；凭这张小票可拨打 {phone} 查询。"
    ),
}
TELL_OTHER = N_("请告诉客户：卡里若少了钱，会自动退回；凭这张小票可拨打 {phone} 查询。")
FRAMED_OTHER = N_("结果未知。请勿付现金。")
UNDONE_OTHER = N_("这笔交易已取消。请勿付现金。")


def unknown(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    if deal.reversed:
        return _reversed(view, deal, _)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.STOP, (_(FRAMED.get(deal.service, FRAMED_OTHER)),)),
            Lines(
                (
                    _no_answer(deal, _),
                    _("钱是安全的：系统正在要求银行取消这笔交易，取消前本站不再办理新的存取。"),
                    _(TELL.get(deal.service, TELL_OTHER)).format(phone=view.phone),
                    *_progress(deal, _),
                )
            ),
            *_slip(view, deal, _),
        ),
        keys=_keys(_("打印“结果未知”小票"), _),
    )


def cancelled(view: View, state: UiState) -> Sheet:
    """The bank had agreed, the cash stayed here: the debit is being undone."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    if deal.reversed:
        return _reversed(view, deal, _)
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.STOP, (_("取款正在取消。请勿付现金。"),)),
            Lines(
                (
                    _("现金没有付给客户，系统正在要求银行把钱退回卡里。"),
                    _("钱是安全的：取消前本站不再办理新的存取。"),
                    _("请告诉客户：钱会退回卡里；有疑问可拨打 {phone}。").format(phone=view.phone),
                    *_progress(deal, _),
                )
            ),
            *_slip(view, deal, _),
        ),
        keys=_keys(_("打印小票"), _),
    )


def _reversed(view: View, deal: DealView, _: Translate) -> Sheet:
    return Sheet(
        title=heading(deal, _),
        aside=aside(deal, _),
        blocks=(
            Frame(Tone.STOP, (_(UNDONE.get(deal.service, UNDONE_OTHER)),)),
            Lines(
                (
                    _("银行已确认取消这笔交易。"),
                    _("钱是安全的：卡里没有少钱，少了的也已退回。"),
                    _("要办理请重新开始；有疑问请拨打 {phone}。").format(phone=view.phone),
                )
            ),
            *_slip(view, deal, _),
        ),
        keys=(
            Key("1", _("打印小票"), Send(Act.PRINT_AGAIN)),
            Key(ENTER, _("完成"), Send(Act.DONE)),
            Key(ESCAPE, _("回首页"), Send(Act.DONE)),
        ),
    )


def _keys(slip: str, _: Translate) -> tuple[Key, ...]:
    return (
        Key("1", slip, Send(Act.PRINT_AGAIN)),
        Key("2", _("现在再试"), Send(Act.TRY_NOW)),
        Key(ESCAPE, _("回首页"), Send(Act.DONE)),
    )


def _no_answer(deal: DealView, _: Translate) -> str:
    """A reply may also have been cut off at once, or not be the bank's."""
    if not deal.waited_s:
        return _("没有收到银行的有效答复。")
    return _("银行没有答复（等了 {limit} 秒）。").format(limit=deal.waited_s)


def _progress(deal: DealView, _: Translate) -> tuple[str, ...]:
    """How the reversal stands, and what the bank last said to it."""
    said = ""
    if deal.reversal_code:
        answer = phrases.code_meaning(deal.reversal_code, _)
        said = _("银行上次答复：{answer}").format(answer=answer)
    if deal.reversal_next_ms:
        progress = _("取消进度：第 {count} 次，{time} 再试").format(
            count=deal.reversal_tries, time=phrases.second(deal.reversal_next_ms)
        )
    else:
        progress = _("取消进度：正在试第 {count} 次").format(count=max(1, deal.reversal_tries))
    return (progress, said) if said else (progress,)


def _slip(view: View, deal: DealView, _: Translate) -> tuple[Lines, ...]:
    line = phrases.slip_line(view, deal, _)
    return (Lines((line,)),) if line else ()
