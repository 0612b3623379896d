"""The slips that are no villager's: a settlement (结算单) and a shift's end (交班单).

They say what the facts say, with both sides' figures side by side, and carry the day's head, so
that a journal rolled back or cut off can be told from the paper (`security.md` section 7).
"""

from __future__ import annotations

from terminal.core.facts import DayHead, SlipKind
from terminal.core.ledger import Ledger
from terminal.receipts.paper import Lines, lay_out_report
from terminal.receipts.settlement import settlement
from terminal.receipts.shift import shift
from terminal.receipts.shop import Shop


def compose(kind: SlipKind, ledger: Ledger, head: DayHead | None, copy: int, shop: Shop) -> Lines:
    """The lines of the last settlement's slip, or of the last shift's."""
    assert copy >= 1
    if kind is SlipKind.SETTLEMENT:
        assert ledger.settlement is not None
        return lay_out_report(settlement(ledger.settlement, ledger, head, shop), shop, copy=copy)
    assert kind is SlipKind.SHIFT
    assert ledger.last_shift is not None
    return lay_out_report(shift(ledger.last_shift, shop), shop, copy=copy)
