"""Totals of a batch by side, folded over facts (`county-wire.md`, column "totals side"). Pure.

What the bank has booked and not undone counts with DE4, the amount without fee. A transaction in
doubt is in no total: settlement waits for its reversal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service, Totals, Verdict

DEBIT = frozenset({Service.WITHDRAWAL, Service.CONTRIBUTION_CARD})
CREDIT = frozenset({Service.CONTRIBUTION_CASH})


def move(totals: dict[int, Totals], before: Deal, after: Deal) -> None:
    """Carry one change of a transaction into the totals of its batch."""
    old, new = share(before), share(after)
    if old == new:
        return
    batch = after.requested.batch
    sums = totals.get(batch, Totals())
    totals[batch] = Totals(*(s - o + n for s, o, n in zip(sums, old, new, strict=True)))


def of(totals: Mapping[int, Totals], batch: int) -> Totals:
    return totals.get(batch, Totals())


def summed(deals: Iterable[Deal]) -> Totals:
    """What these transactions come to."""
    return Totals(*(sum(column) for column in zip(Totals(), *map(share, deals), strict=True)))


def share(deal: Deal) -> Totals:
    """What one transaction adds."""
    fen, service = deal.requested.amount_fen, deal.requested.service
    if not is_booked(deal):
        return Totals()
    if service in DEBIT:
        return Totals(fen, 1, 0, 0)
    return Totals(0, 0, fen, 1) if service in CREDIT else Totals()


def is_booked(deal: Deal) -> bool:
    """The bank has booked it, it counts on a side, and it has not been undone."""
    if deal.requested.service not in DEBIT | CREDIT:
        return False
    approved = deal.answered is not None and deal.answered.verdict is Verdict.APPROVED
    return approved and deal.outcome is not Outcome.REVERSED
