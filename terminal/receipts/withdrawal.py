"""签购单: the two copies of an approved withdrawal; only the store's is signed."""

from __future__ import annotations

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service
from terminal.receipts import chip_block
from terminal.receipts.content import Content
from terminal.receipts.shop import Extras, Shop


def store_copy(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    assert _is_approved_withdrawal(deal)
    return Content(
        title=_("农村金融服务站签购单"),
        subtitle=_("助农取款（商户存根）"),
        amount_label=_("金额"),
        amount_fen=deal.requested.amount_fen,
        rows=chip_block.rows(deal),
        says=(_("本人确认以上交易，同意将其记入本卡账户"),),
        signature=True,
        note=_("存根保存 {months} 个月").format(months=shop.store_copy_months),
    )


def customer_copy(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    assert _is_approved_withdrawal(deal)
    return Content(
        title=_("农村金融服务站签购单"),
        subtitle=_("助农取款（持卡人联）"),
        amount_label=_("金额"),
        amount_fen=deal.requested.amount_fen,
    )


def _is_approved_withdrawal(deal: Deal) -> bool:
    """No paper of a withdrawal exists before the approval, nor after it was undone (I2, I6)."""
    return deal.outcome is Outcome.APPROVED and deal.requested.service is Service.WITHDRAWAL
