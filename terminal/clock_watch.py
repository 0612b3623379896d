"""The two clocks must run alike: a jump of the system's shows against the monotonic one.

Before the bank has told the time again nothing but a sign-in goes out (`money-safety.md`,
"Settlement and the drawer").
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

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
