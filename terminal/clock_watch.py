"""The two clocks must run alike: a jump of the system's shows against the monotonic one.

Before the bank has told the time again nothing but a sign-in goes out (`money-safety.md`,
"Settlement and the drawer").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from terminal.core.facts import ClockMoved

if TYPE_CHECKING:
    from terminal.engine import Engine

JUMP_MS = 300_000  # five minutes either way


class Clock(Protocol):
    def now_ms(self) -> int:
        """UTC ms of the operating system."""
        ...

    def monotonic_ms(self) -> int: ...


class Jump(NamedTuple):
    """Where the system's clock should have stood, and where it stands (UTC ms)."""

    from_ms: int
    to_ms: int


class ClockWatch:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = clock.now_ms(), clock.monotonic_ms()

    def told(self) -> None:
        """The bank has told the time: from here on the clocks are held against each other."""
        self._seen = self._clock.now_ms(), self._clock.monotonic_ms()

    def jump(self) -> Jump | None:
        """How far they have come apart, once it is too far; small steps add up."""
        now, monotonic = self._clock.now_ms(), self._clock.monotonic_ms()
        then, monotonic_then = self._seen
        expected = then + monotonic - monotonic_then
        if abs(now - expected) <= JUMP_MS:
            return None
        self.told()
        return Jump(expected, now)


def look(engine: Engine) -> bool:
    """A jump of the system's clock is a fact and an alarm; True when the bank must be asked."""
    jump = engine.watch.jump()
    if jump is None:
        return False
    offset = engine.state.ledger.offset_ms
    _suspect(engine, jump.from_ms + offset, jump.to_ms + offset)
    return True


def at_start(engine: Engine, last_ms: int) -> None:
    """Earlier than the last fact can only be a clock set back while we were off (CLOCK_SUSPECT)."""
    if engine.station_ms() < last_ms - JUMP_MS:
        _suspect(engine, last_ms, engine.station_ms())


def told(engine: Engine, before_ms: int) -> None:
    """The bank has told the time; before_ms is the offset known until now.

    A clock that moved forward while we were off shows only here.
    """
    state = engine.state
    moved_ms = state.ledger.offset_ms - before_ms
    first = state.signed_in_at_ms == 0 and before_ms == 0
    if abs(moved_ms) > JUMP_MS and not (state.clock_suspect or first):
        now = engine.station_ms()
        engine.try_fact(ClockMoved(now - moved_ms, now))
    state.clock_suspect = False


def _suspect(engine: Engine, from_ms: int, to_ms: int) -> None:
    engine.state.clock_suspect = True
    engine.try_fact(ClockMoved(from_ms, to_ms))
