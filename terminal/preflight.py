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
    Service.WITHDRAWAL: ("shift", "link", "reversal", "printer", "reader", "pad", "cash"),
    Service.CONTRIBUTION_QUERY: ("shift", "link", "reversal", "printer"),
    Service.BALANCE: ("link", "reader", "pad"),
}
PAPER = {Fault.PAPER_OUT: "paper_out", Fault.COVER_OPEN: "cover_open"}


def lacks(service: Service, state: State, *, smallest_fen: int) -> tuple[Lack, ...]:
    """What keeps `service` from beginning, in the order of its needs."""
    return missing(NEEDS[service], state, smallest_fen=smallest_fen)


def missing(needs: tuple[str, ...], state: State, *, smallest_fen: int = 0) -> tuple[Lack, ...]:
    """Which of `needs` are not met."""
    found = (_lack(need, state, smallest_fen) for need in needs)
    return tuple(lack for lack in found if lack is not None)


def _lack(need: str, state: State, smallest_fen: int) -> Lack | None:
    match need:
        case "shift":
            return None if state.ledger.shift_open else Lack("shift_closed")
        case "link":
            if state.sign_in.stage is Stage.IN:
                return None
            return Lack("signing_in" if state.sign_in.stage is Stage.SENT else "signed_out")
        case "reversal":
            owing = next(state.ledger.owing(), None)
            return Lack("reversal_open") if owing is not None else None
        case "cash":
            return Lack("cash_short") if state.ledger.drawer_fen < smallest_fen else None
    health = state.health.get(need)
    if health is None:
        return Lack(need)
    if health.present and health.fault is None:
        return None
    return Lack(PAPER.get(health.fault, need) if health.fault else need, health.detail)
