"""余额: told on paper when asked for, written nowhere."""

from __future__ import annotations

from terminal.core.deal import Deal, Outcome
from terminal.receipts.content import Content
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop


def balance(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    assert deal.outcome is Outcome.APPROVED
    assert extras.balance_fen is not None, "a balance cannot be printed again later"
    return Content(
        title=_("农村金融服务站凭条"),
        subtitle=_(NAMES[deal.requested.service]),
        amount_label=_("余额"),
        amount_fen=extras.balance_fen,
    )
