"""缴费凭证: who is insured and who paid, for which year. The name in full, the number masked."""

from __future__ import annotations

from collections.abc import Iterator

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Payer
from terminal.i18n import N_
from terminal.receipts.amounts import rmb
from terminal.receipts.content import Content
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Extras, Shop

PAYERS: dict[Payer, str] = {
    Payer.SELF: N_("本人"),
    Payer.SPOUSE: N_("配偶"),
    Payer.CHILD: N_("子女"),
    Payer.PARENT: N_("父母"),
    Payer.OTHER: N_("其他人"),
}
assert set(PAYERS) == set(Payer)


def voucher(deal: Deal, shop: Shop, extras: Extras) -> Content:
    _ = shop.texts
    assert deal.outcome is Outcome.APPROVED
    return Content(
        title=_("农村金融服务站缴费凭证"),
        subtitle=_(NAMES[deal.requested.service]),
        amount_label=_("金额"),
        amount_fen=deal.requested.amount_fen,
        rows=tuple(participation(deal, shop)),
        says=(_("请妥善保存此凭证"),),
    )


def participation(deal: Deal, shop: Shop) -> Iterator[tuple[str, str]]:
    """Whose contribution, for which year and tier; what has been erased is left out."""
    _ = shop.texts
    wanted, answer = deal.requested, deal.answered
    if wanted.name is not None:
        yield _("参保人"), wanted.name.reveal()
    if wanted.person is not None:
        yield _("身份证"), wanted.person.masked
    if wanted.payer is not None:
        yield _("缴费人"), _(PAYERS[wanted.payer])
    if wanted.township:
        yield _("乡镇"), shop.townships.get(wanted.township, wanted.township)
    if wanted.year:
        yield _("年度"), str(wanted.year)
    if wanted.tier_fen:
        yield _("档次"), f"RMB {rmb(wanted.tier_fen)}"
    if answer is not None and answer.receipt_number:
        yield _("收据号"), answer.receipt_number
