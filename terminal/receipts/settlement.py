"""结算单: the totals here and at the bank, what differs, what is still open, the day's head."""

from __future__ import annotations

from collections.abc import Iterator

from terminal.core.exchange import Totals
from terminal.core.facts import DayHead
from terminal.core.ledger import Ledger
from terminal.core.local_time import local_time
from terminal.core.settlement import Settlement
from terminal.receipts.amounts import rmb
from terminal.receipts.content import Report, Rows
from terminal.receipts.shop import Shop

ROOT_PIECE = 16  # hex digits in a row, so that a root can be read aloud


def settlement(told: Settlement, ledger: Ledger, head: DayHead | None, shop: Shop) -> Report:
    """Of a settlement that is over, or one that the bank has not balanced yet."""
    _ = shop.texts
    theirs = told.theirs or told.ours
    balanced = theirs == told.ours
    return Report(
        title=_("农村金融服务站结算单"),
        subtitle=_("对账平") if balanced else "",
        alarm=() if balanced else (_("对账不平"),),
        operator=told.operator,
        at_ms=told.at_ms,
        sections=(
            ((_("批次"), f"{told.batch:06d}"),),
            _sums(_("本站"), told.ours, shop),
            _sums(_("银行"), theirs, shop),
            tuple(_differences(told, shop)),
            tuple(_open(ledger, shop)),
            _head(head, shop),
        ),
        says=() if balanced else (_("明细已上送银行；差额由银行查明，不在这里更正。"),),
    )


def _sums(side: str, sums: Totals, shop: Shop) -> Rows:
    _ = shop.texts
    count = _("{count} 笔  RMB {amount}")
    return (
        (side, ""),
        (_("借方"), count.format(count=sums.debit_count, amount=rmb(sums.debit_fen))),
        (_("贷方"), count.format(count=sums.credit_count, amount=rmb(sums.credit_fen))),
    )


def _differences(told: Settlement, shop: Shop) -> Iterator[tuple[str, str]]:
    """Line by line from the bank's statement."""
    _ = shop.texts
    if told.differences:
        yield _("差异（按流水）"), ""
    for line in told.differences:
        ours, bank = rmb(line.ours_fen), rmb(line.bank_fen)
        sums = _("本站 {ours}  银行 {bank}").format(ours=ours, bank=bank)
        yield f"{line.trace:06d}", sums
    if told.listed and not told.differences:
        yield _("差异"), _("与银行对账单逐笔一致")


def _open(ledger: Ledger, shop: Shop) -> Iterator[tuple[str, str]]:
    """Exceptions by name: trace, time, amount, masked card (I5)."""
    _ = shop.texts
    for deal in ledger.exceptions():
        wanted = deal.requested
        whose = wanted.pan or wanted.person
        when = f"{local_time(deal.at_ms):%m-%d %H:%M}"
        masked = whose.masked if whose is not None else ""
        yield _("未结"), f"{wanted.trace:06d} {when} {rmb(wanted.amount_fen)} {masked}".rstrip()


def _head(head: DayHead | None, shop: Shop) -> Rows:
    _ = shop.texts
    if head is None:
        return ()
    pieces = (head.root[at : at + ROOT_PIECE] for at in range(0, len(head.root), ROOT_PIECE))
    size = _("{size} 条").format(size=head.size)
    return ((_("日终校验点"), size), (_("根"), " ".join(pieces)))
