"""What must be in order before a service is begun (`money-safety.md`, step 1). Pure.

Whatever is missing is named with its remedy on the screen; nothing is touched before all is well.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api import Fault
from terminal.core.exchange import Service
from terminal.core.flow import Stage
from terminal.feed.views import Lack
from terminal.state import State

NEEDS: Mapping[Service, tuple[str, ...]] = {
    Service.WITHDRAWAL: (
        *("clock", "shift", "link", "reversal", "settling", "numbers"),
        *("printer", "reader", "pad", "cash"),
    ),
    Service.CONTRIBUTION_QUERY: (
        *("clock", "shift", "link", "reversal", "settling", "numbers", "printer"),
    ),
    Service.BALANCE: ("clock", "link", "numbers", "reader", "pad"),
}
NOT_WHEN_KEPT = frozenset(
    {"clock", "link", "reversal", "settling"}
)  # nothing is asked of the bank now
PAPER = {Fault.PAPER_OUT: "paper_out", Fault.COVER_OPEN: "cover_open"}


def lacks(
    service: Service, state: State, *, smallest_fen: int, kept: bool, room: bool
) -> tuple[Lack, ...]:
    """What keeps `service` from beginning, in the order of its needs.

    kept: the contribution will be queued. room: the disk takes a whole transaction more.
    """
    needs = tuple(n for n in NEEDS[service] if not (kept and n in NOT_WHEN_KEPT))
    found = missing(needs, state, smallest_fen=smallest_fen)
    return found if room else (Lack("disk"), *found)


def missing(needs: tuple[str, ...], state: State, *, smallest_fen: int = 0) -> tuple[Lack, ...]:
    """Which of `needs` are not met."""
    found = (_lack(need, state, smallest_fen) for need in needs)
    return tuple(lack for lack in found if lack is not None)


def _lack(need: str, state: State, smallest_fen: int) -> Lack | None:
    match need:
        case "clock":
            return Lack("clock") if state.clock_suspect else None
        case "numbers":
            return Lack("numbers") if state.ledger.traces_used_up else None
        case "shift":
            return None if state.ledger.shift_open else Lack("shift_closed")
        case "link":
            return _link(state.sign_in.stage, witnessed=state.witnessed)
        case "reversal":
            owing = next(state.ledger.owing(), None)
            return Lack("reversal_open") if owing is not None else None
        case "settling":
            return Lack("settling") if state.ledger.between_batches else None
        case "forwarding":
            sent = any(deal.forwards for deal in state.ledger.queued())
            return Lack("forwarding") if sent else None
        case "cash":
            return Lack("cash_short") if state.ledger.drawer_fen < smallest_fen else None
    health = state.health.get(need)
    if health is None:
        return Lack(need)
    if health.present and health.fault is None:
        return None
    return Lack(PAPER.get(health.fault, need) if health.fault else need, health.detail)


def _link(stage: Stage, *, witnessed: bool) -> Lack | None:
    match stage:
        case Stage.IN:
            return None if witnessed else Lack("unwitnessed")
        case Stage.SENT | Stage.WITNESS:
            return Lack("signing_in")
        case Stage.ROLLED_BACK:
            return Lack("rolled_back")
    return Lack("signed_out")
