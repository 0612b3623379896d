"""交班单: what came in and went out, what should be in the drawer, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terminal.core.exchange import Service
from terminal.core.local_time import local_time
from terminal.core.shifts import Shift
from terminal.i18n import N_
from terminal.receipts.amounts import rmb
from terminal.receipts.content import Report
from terminal.receipts.services import NAMES
from terminal.receipts.shop import Shop

WHY: Mapping[str, str] = {  # of a variance, as the screen offers it
    "wrong_payment": N_("收付时数错"),
    "wrong_opening": N_("开班时点错"),
    "counterfeit": N_("收到假币"),
    "own_money": N_("混有自己的钱"),
    "unknown": N_("查不出原因"),
}


def shift(told: Shift, shop: Shop) -> Report:
    _ = shop.texts
    over_fen = told.counted_fen - told.expected_fen
    why = _(WHY[told.why]) if told.why in WHY else told.why
    counted = [
        (_("应有"), _money(told.expected_fen)),
        (_("实点"), _money(told.counted_fen)),
        (_("差额"), _money(over_fen)),
    ]
    if over_fen:
        counted.append((_("原因"), why))
    return Report(
        title=_("农村金融服务站交班单"),
        subtitle=_("交班") if told.to else _("关班"),
        alarm=(),
        operator=told.operator,
        at_ms=told.at_ms,
        sections=(
            tuple(_who(told, shop)),
            tuple(_kinds(told, shop)),
            tuple(_cash(told, shop)),
            tuple(counted),
        ),
        signatures=(_("交班人签名："), _("接班人签名：")) if told.to else (_("操作员签名："),),
    )


def _who(told: Shift, shop: Shop) -> Iterator[tuple[str, str]]:
    _ = shop.texts
    yield _("开班时间"), f"{local_time(told.since_ms):%Y-%m-%d %H:%M}"
    if told.to:
        yield _("接班操作员"), told.to


def _kinds(told: Shift, shop: Shop) -> Iterator[tuple[str, str]]:
    _ = shop.texts
    for service, count, fen in told.kinds:
        sums = _("{count} 笔 {amount}").format(count=count, amount=rmb(fen))
        yield _(NAMES[Service(service)]), sums


def _cash(told: Shift, shop: Shop) -> Iterator[tuple[str, str]]:
    """Only what moved, beside the float."""
    _ = shop.texts
    yield _("备用金"), _money(told.opening_fen)
    rows = (
        (_("付出现金"), told.handed_fen),
        (_("收到现金"), told.taken_fen),
        (_("银行送来"), told.delivered_fen),
        (_("送存银行"), told.banked_fen),
    )
    yield from ((label, _money(fen)) for label, fen in rows if fen)


def _money(fen: int) -> str:
    return f"RMB {rmb(fen)}"
