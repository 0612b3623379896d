"""Faults by name (county-wire.md rule 8): what may be asked for, and whose turn it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace


class UnknownFault(Exception):
    """The text is the answer on the control socket."""


@dataclass(frozen=True)
class Kind:
    """What `arg` of a fault is: seconds, a response code, a moment, or nothing."""

    form: str = ""
    default: str | None = None
    mti: str | None = None  # it waits for such a message, whatever comes before


SECONDS = r"\d+(\.\d+)?"
MOMENT = r"before|after"  # the booking

KINDS: dict[str, Kind] = {
    "drop_before": Kind(),
    "drop_after": Kind(),
    "delay": Kind(SECONDS),
    "late": Kind(SECONDS, "90"),  # or as soon as the terminal has hung up
    "twice": Kind(),
    "reorder": Kind(),
    "bad_mac": Kind(),
    "bad_signature": Kind(),
    "unsigned": Kind(),
    "other_terminal": Kind(),
    "garbage": Kind(),
    "truncate": Kind(),
    "http_500": Kind(MOMENT, "before"),
    "redirect": Kind(MOMENT, "before"),
    "slow_drip": Kind(SECONDS, "1"),  # between two bytes
    "restart": Kind(MOMENT, "before"),
    "day_cut": Kind(),
    "miscount": Kind(mti="0500"),
    "decline": Kind(r"[0-9A-Z]{2}"),
}
MATCHABLE = {"mti", "service"}


@dataclass(frozen=True)
class Fault:
    name: str
    arg: str
    match: Mapping[str, str] = field(default_factory=dict)

    @property
    def wait_s(self) -> float:
        return float(self.arg)

    @property
    def before_booking(self) -> bool:
        return self.name == "drop_before" or self.arg == "before"


@dataclass
class Pending:
    """A fault and how many messages it still has; None until cleared."""

    fault: Fault
    times: int | None


class FaultPlan:
    """The faults asked for and not yet used up, oldest first."""

    def __init__(self) -> None:
        self._pending: list[Pending] = []
        self._cleared = asyncio.Event()

    def add(self, op: Mapping[str, object]) -> None:
        """Raises UnknownFault for a name, argument or match that no fault has."""
        times = op.get("times", 1)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise UnknownFault("times is a positive number, or null until cleared")
        self._pending.append(Pending(_fault(op), times))

    def clear(self) -> None:
        """Forgets every fault and lets go of every message that one is holding."""
        self._pending.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def take(self, mti: str, service: str, offered: Container[str] = KINDS) -> Fault | None:
        """The fault of this message, counted down; one that the door does not offer waits."""
        kind = {"mti": mti, "service": service}
        for pending in self._pending:
            if pending.fault.name not in offered:
                continue
            if any(kind[name] != value for name, value in pending.fault.match.items()):
                continue
            if pending.times is not None:
                pending.times -= 1
            self._pending = [p for p in self._pending if p.times != 0]
            return pending.fault
        return None

    async def pause(self, wait_s: float) -> None:
        """Waits, but not beyond the next `clear`."""
        try:
            await asyncio.wait_for(self._cleared.wait(), wait_s)
        except TimeoutError:
            return


def fault_named(name: str, arg: str | None) -> Fault:
    """The fault with its argument or its default, for any message. Raises UnknownFault."""
    if name not in KINDS:
        raise UnknownFault(f"no fault is called {name!r}")
    kind = KINDS[name]
    text = kind.default or "" if arg is None else arg
    if not re.fullmatch(kind.form, text):
        raise UnknownFault(f"{name} has no argument {text!r}")
    return Fault(name, text)


def _fault(op: Mapping[str, object]) -> Fault:
    match, arg = op.get("match") or {}, op.get("arg")
    if not isinstance(match, Mapping) or set(match) - MATCHABLE:
        raise UnknownFault("match knows mti and service")
    named = fault_named(str(op.get("name")), None if arg is None else str(arg))
    only = {"mti": mti} if (mti := KINDS[named.name].mti) else {}
    return replace(named, match={str(k): str(v) for k, v in match.items()} | only)
