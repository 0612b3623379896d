"""A shift as its facts tell it: what the slip of a hand-over or a close says (交班单). Pure.

Sums by kind are what was approved in the shift and not undone in it; what should be in the drawer
is the ledger's to say, and stands in the fact of the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from terminal.core import facts
from terminal.core.deal import Deal
from terminal.core.facts import Recorded, SlipKind, WhyCashMoved
from terminal.core.totals import is_booked


@dataclass(frozen=True, slots=True)
class Shift:
    """seq and at_ms are those of the count that ended it, 0 while it lasts; to is who goes on.
    kinds has (service, bookings, fen), cash as it changed hands.
    """

    since_ms: int
    operator: str
    opening_fen: int
    kinds: tuple[tuple[str, int, int], ...] = ()
    handed_fen: int = 0
    taken_fen: int = 0
    delivered_fen: int = 0
    banked_fen: int = 0
    seq: int = 0
    at_ms: int = 0
    expected_fen: int = 0
    counted_fen: int = 0
    why: str = ""
    to: str = ""
    copies: int = 0


def apply(shift: Shift, recorded: Recorded) -> Shift:
    """The shift after one more fact."""
    match recorded.fact:
        case facts.CashHanded(amount_fen=fen):
            return replace(shift, handed_fen=shift.handed_fen + fen)
        case facts.CashTaken(amount_fen=fen):
            return replace(shift, taken_fen=shift.taken_fen + fen)
        case facts.CashMoved(amount_fen=fen, why=WhyCashMoved.DELIVERED):
            return replace(shift, delivered_fen=shift.delivered_fen + fen)
        case facts.CashMoved(amount_fen=fen):
            return replace(shift, banked_fen=shift.banked_fen - fen)
        case facts.ShiftHandedOver(to=to) as told:
            return replace(_counted(shift, recorded, told), to=to)
        case facts.ShiftClosed() as told:
            return _counted(shift, recorded, told)
        case facts.SlipPrinted(slip=SlipKind.SHIFT) if recorded.tx == shift.seq:
            return replace(shift, copies=shift.copies + 1)
    return shift


def after(recorded: Recorded) -> Shift | None:
    """The shift that this fact opens; None where it opens none."""
    match recorded.fact:
        case facts.ShiftOpened(float_fen=fen):
            return Shift(recorded.at_ms, recorded.operator, fen)
        case facts.ShiftHandedOver(to=to, counted_fen=fen):
            return Shift(recorded.at_ms, to, fen)
    return None


def move(shift: Shift, before: Deal, deal: Deal) -> Shift:
    """Carry one change of a transaction into the sums by kind."""
    change = is_booked(deal) - is_booked(before)
    if not change:
        return shift
    service, fen = deal.requested.service.value, deal.requested.amount_fen
    kinds = {name: (count, sum_fen) for name, count, sum_fen in shift.kinds}
    count, sum_fen = kinds.get(service, (0, 0))
    kinds[service] = count + change, sum_fen + change * fen
    return replace(shift, kinds=tuple((name, *sums) for name, sums in sorted(kinds.items())))


def plain(shift: Shift | None) -> dict[str, object]:
    """As a day head carries it."""
    if shift is None:
        return {}
    return {field.name: getattr(shift, field.name) for field in fields(Shift)}


def of_plain(values: Mapping[str, Any]) -> Shift | None:
    if not values:
        return None
    kinds = tuple((name, count, fen) for name, count, fen in values["kinds"])
    return Shift(**{**values, "kinds": kinds})


def _counted(
    shift: Shift, recorded: Recorded, told: facts.ShiftHandedOver | facts.ShiftClosed
) -> Shift:
    return replace(
        shift,
        seq=recorded.seq,
        at_ms=recorded.at_ms,
        expected_fen=told.expected_fen,
        counted_fen=told.counted_fen,
        why=told.why,
    )
