"""Where a service stands, from its facts alone: what a restart resumes. Pure.

Tested equal to the live stage after every fact of every path through the tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from terminal.core.deal import Cash, Deal, Outcome
from terminal.core.exchange import MOVES_MONEY, Service
from terminal.core.flow import Flow, Stage

STAGE_OF: Mapping[Outcome, Stage] = {
    Outcome.OPEN: Stage.SENT,
    Outcome.APPROVED: Stage.APPROVED,
    Outcome.DECLINED: Stage.DECLINED,
    Outcome.NOT_SENT: Stage.NOT_SENT,
    Outcome.UNKNOWN: Stage.UNKNOWN,
    Outcome.CANCELLING: Stage.CANCELLED,
    Outcome.QUEUED: Stage.QUEUED,
}


def resume(deal: Deal) -> Flow:
    """The flow of a transaction whose facts end here, with an empty draft."""
    return Flow(deal.requested.service, _stage(deal), deal=deal)


def _stage(deal: Deal) -> Stage:
    if deal.outcome in (Outcome.REVERSED, Outcome.EXCEPTION):
        return Stage.CANCELLED if deal.cash is Cash.NOT_HANDED else Stage.UNKNOWN
    if deal.outcome is Outcome.OPEN and deal.requested.service is Service.CONTRIBUTION_QUERY:
        return Stage.ASKED
    if deal.outcome is Outcome.APPROVED:
        if deal.cash is Cash.HANDED:
            return Stage.ENDED
        if deal.requested.service not in MOVES_MONEY:
            asked = deal.requested.service is Service.CONTRIBUTION_QUERY
            return Stage.ECHO if asked else Stage.SHOWN
    return STAGE_OF[deal.outcome]
