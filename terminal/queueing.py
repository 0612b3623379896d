"""待上传: when a cash contribution may be taken without the bank, of whom, and how much. Pure.

Off by default (`county.toml`, queue). Without the bank's echo the county's own rules say which
years and tiers are offered; the bank judges all of it when the contribution is forwarded.
"""

from __future__ import annotations

from protocol.values import IdNumber, PersonName
from terminal.core.events import CashCounted, CashKept, Event, InputRefused
from terminal.core.exchange import Participant, Service
from terminal.core.flow import Draft, Flow, Stage
from terminal.core.local_time import local_date
from terminal.county import County
from terminal.state import State

UNCHECKED = "?"  # status of a participant whom the bank has not confirmed


def is_due(state: State, county: County) -> bool:
    """The county allows it, and the link is down or blocked by an open reversal."""
    if state.sign_in.stage is Stage.ROLLED_BACK:
        return False  # what is taken here would go with this disk
    blocked = state.ledger.between_batches or next(state.ledger.owing(), None) is not None
    out = state.sign_in.stage is not Stage.IN or not state.witnessed
    return county.queue.enabled and (blocked or out)


def participant(number: IdNumber, county: County, now_ms: int) -> Participant:
    """What may be offered to somebody the bank has not been asked about."""
    this_year = local_date(now_ms).year
    years = tuple(range(this_year, this_year - county.scheme.arrears_years - 1, -1))
    return Participant(
        number, PersonName(number.masked), UNCHECKED, "", (), years, 0, county.scheme.tiers_fen
    )


def participant_of(flow: Flow, county: County, now_ms: int) -> Participant | None:
    """The same for a query that did not leave; None where nothing may be queued."""
    number = flow.draft.number
    if not county.queue.enabled or number is None:
        return None
    if flow.service is not Service.CONTRIBUTION_QUERY:
        return None
    return participant(number, county, now_ms)


def counted(draft: Draft, state: State, county: County) -> Event:
    """The cash lies on the counter: ask the bank now, or keep it within the county's limit."""
    if not draft.kept:
        return CashCounted()
    if state.sign_in.stage is Stage.ROLLED_BACK:
        return InputRefused("rolled_back")
    waiting = list(state.ledger.queued())
    total_fen = sum(deal.requested.amount_fen for deal in waiting) + draft.amount_fen
    queue = county.queue
    fits = len(waiting) < queue.count_max and total_fen <= queue.total_max_fen
    return CashKept() if fits else InputRefused("queue_full")
