"""The bank said no: why, and that no money moved."""

from __future__ import annotations

from collections.abc import Iterator

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service
from terminal.receipts.content import Content
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop


def declined(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    assert deal.outcome is Outcome.DECLINED
    in_cash = deal.requested.service is Service.CONTRIBUTION_CASH
    return Content(
        title=_("农村金融服务站通知单"),
        subtitle=_(NAMES[deal.requested.service]),
        amount_label=_("金额"),
        amount_fen=deal.requested.amount_fen or None,
        alarm=(_("交易未成功"),),
        rows=tuple(_reason(deal, shop)),
        says=(_("没有记账，请当面收回现金。") if in_cash else _("没有扣款，钱是安全的。"),),
    )


def _reason(deal: Deal, shop: Shop) -> Iterator[tuple[str, str]]:
    _ = shop.texts
    assert deal.answered is not None
    why = _(deal.answered.text)
    yield _("原因"), f"{deal.answered.code} {why}"
    if deal.answered.paid_already:
        yield _("已缴于"), deal.answered.paid_already
