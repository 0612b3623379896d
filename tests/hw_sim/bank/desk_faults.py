"""The faults of county-wire.md rule 8 as the counter desk takes them: several at once, by name.

A fault is written as its name, or name and argument: `drop_after`, `decline 51`, `restart after`.
What happens to signatures, HTTP and time on the line is for the caller to play.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tests.hw_sim.bank.faults import Fault, UnknownFault, fault_named

LOSING = ("drop_before", "restart")
SPOILING = ("other_terminal", "bad_mac", "garbage")
OFFERED = {
    "drop_before",
    "drop_after",
    "late",
    "twice",
    "reorder",
    "restart",
    "day_cut",
    "decline",
    "truncate",
    "miscount",
    *SPOILING,
}


@dataclass(frozen=True)
class Plan:
    """What happens to one message, in the order of the fields."""

    lost: str | None  # by which fault it never reaches the bank
    day_cut: bool  # the message is the first of the new accounting day
    held: bool  # admitted, and delivered after its reversal or repetition
    forced_code: str | None  # what the issuer declines with
    miscount: bool  # a settlement finds one booking left out of the bank's totals
    spoiling: str | None  # what stands in the reply's place
    cut_short: bool
    restart: bool  # working keys are gone afterwards
    unanswered: bool  # the reply does not arrive in time
    stray: bool  # it arrives when nobody waits, or once more


@lru_cache(maxsize=1024)
def plan_of(faults: tuple[str, ...]) -> Plan:
    """Raises UnknownFault for what the desk does not offer."""
    read = {fault.name: fault for fault in map(_read, faults)}
    return Plan(
        lost=next((name for name in LOSING if name in read and read[name].before_booking), None),
        day_cut="day_cut" in read,
        held="reorder" in read,
        forced_code=read["decline"].arg if "decline" in read else None,
        miscount="miscount" in read,
        spoiling=next((name for name in SPOILING if name in read), None),
        cut_short="truncate" in read,
        restart="restart" in read,
        unanswered=bool({"drop_after", "late", "restart"} & set(read)),
        stray=bool({"late", "twice"} & set(read)),
    )


def _read(text: str) -> Fault:
    name, _, arg = text.partition(" ")
    if name not in OFFERED:
        raise UnknownFault(f"the desk has no fault {name!r}")
    return fault_named(name, arg or None)
