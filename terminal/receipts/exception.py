"""异常: what the bank must clear up: a debit past its day, or queued cash that it refused (I5)."""

from __future__ import annotations

from terminal.core.deal import Deal
from terminal.i18n import N_
from terminal.receipts.content import Content
from terminal.receipts.contribution import participation
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop

TOO_LATE = (N_("待银行查明"), N_("请勿付现金"))
REFUSED = (N_("银行没有受理"), N_("请退还现金"))


def exception(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    wanted, answer = deal.requested, deal.answered
    refused = deal.queued and answer is not None
    says = (
        _("银行答复：{code} {text}").format(code=answer.code, text=answer.text)
        if refused and answer is not None
        else _("银行的日期已过，这笔交易不能再冲正，要由银行对账查明。")
    )
    return Content(
        title=_("农村金融服务站异常单"),
        subtitle=_(NAMES[wanted.service]),
        amount_label=_("金额"),
        amount_fen=wanted.amount_fen,
        alarm=tuple(_(line) for line in (REFUSED if refused else TOO_LATE)),
        rows=tuple(participation(deal, shop)),
        says=(says, _("凭这张小票可拨打 {phone} 查询。").format(phone=shop.phone)),
        check_code=True,
    )
