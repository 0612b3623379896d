"""结果未知: the slip for the villager who goes home without knowing (I8).

It promises nothing that the facts do not hold, and gives what the consult phone asks for.
"""

from __future__ import annotations

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service
from terminal.i18n import N_
from terminal.receipts.content import Content
from terminal.receipts.contribution import participation
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop

ALARM: dict[Outcome, str] = {
    Outcome.UNKNOWN: N_("结果未知"),
    Outcome.CANCELLING: N_("正在取消"),
    Outcome.EXCEPTION: N_("结果未知"),
}
CASH: dict[Service, str] = {
    Service.WITHDRAWAL: N_("请勿付现金"),
    Service.CONTRIBUTION_CARD: N_("请勿再缴一次"),
    Service.CONTRIBUTION_CASH: N_("请退还现金"),
}
STANDS: dict[Outcome, str] = {
    Outcome.UNKNOWN: N_("银行没有可靠的答复，系统正在要求银行取消这笔交易。"),
    Outcome.CANCELLING: N_("现金没有付给客户，系统正在要求银行取消这笔交易。"),
    Outcome.EXCEPTION: N_("这笔交易要等银行对账查明。"),
}
assert set(ALARM) == set(STANDS)


def unknown(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    wanted = deal.requested
    return Content(
        title=_("农村金融服务站通知单"),
        subtitle=_(NAMES[wanted.service]),
        amount_label=_("金额"),
        amount_fen=wanted.amount_fen,
        alarm=(_(ALARM[deal.outcome]), _(CASH[wanted.service])),
        rows=tuple(participation(deal, shop)),
        says=(_(STANDS[deal.outcome]), _ask_here(deal, shop)),
        check_code=True,
    )


def _ask_here(deal: Deal, shop: Shop) -> str:
    """The words for the villager (`screens.md`); no refund is promised while the bank must look."""
    _ = shop.texts
    by_card = deal.requested.service is not Service.CONTRIBUTION_CASH
    if by_card and deal.outcome is not Outcome.EXCEPTION:
        text = _("卡里若少了钱，会自动退回；凭这张小票可拨打 {phone} 查询。")
    else:
        text = _("凭这张小票可拨打 {phone} 查询。")
    return text.format(phone=shop.phone)
