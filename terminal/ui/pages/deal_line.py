"""The title line of an outcome: which service, how much, and the number it has in the book."""

from __future__ import annotations

from terminal.feed.views import DealView
from terminal.i18n import Translate
from terminal.ui import phrases


def heading(deal: DealView, _: Translate) -> str:
    if not deal.amount_fen:
        return phrases.service(deal, _)
    return f"{phrases.service(deal, _)}  {phrases.amount(deal.amount_fen)}"


def aside(deal: DealView, _: Translate) -> str:
    return _("流水 {trace}").format(trace=f"{deal.trace:06d}") if deal.trace else ""
