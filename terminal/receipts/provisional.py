"""待上传: the slip for cash that was taken while the bank could not be asked. No voucher (I6)."""

from __future__ import annotations

from terminal.core.deal import Deal
from terminal.i18n import N_
from terminal.receipts.content import Content
from terminal.receipts.contribution import participation
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop

ALARM = (N_("待上传"), N_("不是缴费凭证"))
SAYS = (
    N_("现金已收，银行还没有记账。网络通后由系统上传。"),
    N_("银行受理后，凭这张小票换正式凭证；不受理则退还现金。"),
)


def provisional(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    wanted = deal.requested
    return Content(
        title=_("农村金融服务站收款单"),
        subtitle=_(NAMES[wanted.service]),
        amount_label=_("金额"),
        amount_fen=wanted.amount_fen,
        alarm=tuple(_(line) for line in ALARM),
        rows=tuple(participation(deal, shop)),
        says=(*(_(line) for line in SAYS), _("查询请拨打 {phone}。").format(phone=shop.phone)),
        check_code=True,
    )
