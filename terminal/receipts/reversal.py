"""冲正: the bank has confirmed that nothing of this transaction is booked any more."""

from __future__ import annotations

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service
from terminal.i18n import N_
from terminal.receipts.content import Content
from terminal.receipts.contribution import participation
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop

CASH: dict[Service, str] = {
    Service.WITHDRAWAL: N_("请勿付现金"),
    Service.CONTRIBUTION_CARD: N_("缴费没有办成"),
    Service.CONTRIBUTION_CASH: N_("请退还现金"),
}
MONEY: dict[Service, str] = {
    Service.WITHDRAWAL: N_("卡里没有少钱，少了的也已退回。"),
    Service.CONTRIBUTION_CARD: N_("卡里没有少钱，少了的也已退回。"),
    Service.CONTRIBUTION_CASH: N_("这笔缴费没有记账。"),
}


def reversal(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    service = deal.requested.service
    assert deal.outcome is Outcome.REVERSED
    return Content(
        title=_("农村金融服务站冲正单"),
        subtitle=_(NAMES[service]),
        amount_label=_("原金额"),
        amount_fen=deal.requested.amount_fen,
        alarm=(_("交易已取消"), _(CASH[service])),
        rows=tuple(participation(deal, shop)),
        says=(_("银行已确认取消这笔交易。"), _(MONEY[service])),
        check_code=True,
    )
