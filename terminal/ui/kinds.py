"""Values of the core's enums as views carry them.

The enums themselves stand beside all the facts of the journal, whose import is a tenth of the first
frame; `tests/ui/test_sentences.py` holds these words against them.
"""

from __future__ import annotations

# exchange.Service
WITHDRAWAL = "withdrawal"
BALANCE = "balance"
CONTRIBUTION_CARD = "contribution_card"
CONTRIBUTION_CASH = "contribution_cash"
MOVES_MONEY = (WITHDRAWAL, CONTRIBUTION_CARD, CONTRIBUTION_CASH)

# deal.Outcome
APPROVED = "approved"
DECLINED = "declined"
UNKNOWN = "unknown"
CANCELLING = "cancelling"
REVERSED = "reversed"
EXCEPTION = "exception"
QUEUED = "queued"

# facts.Trouble
QUEUED_REFUSED = "queued_refused"

# queueing.UNCHECKED: status of a participant whom the bank has not confirmed
UNCHECKED = "?"

# facts.WhyCashMoved
DELIVERED = "delivered"
BANKED = "banked"
