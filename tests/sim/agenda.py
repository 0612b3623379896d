"""Virtual time: what happens next, in order, with nobody waiting for it.

One heap of events. An event may belong to something that can die (a station when the power goes):
then it dies with it. `now_ms` is the true time; the station's own clock may be off (`Clock`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass
class Life:
    """Whoever owns events; none of them happens once it is over."""

    alive: bool = True


EVER = Life()


@dataclass
class Agenda:
    """events counts what has happened; it names the place of a violation."""

    now_ms: int
    events: int = 0
    _heap: list[tuple[int, int, Life, Callable[[], None]]] = field(default_factory=list)
    _order: int = 0

    def after(self, ms: int, what: Callable[[], None], life: Life = EVER) -> None:
        assert ms >= 0
        self._order += 1
        heapq.heappush(self._heap, (self.now_ms + ms, self._order, life, what))

    def step(self, until_ms: int) -> bool:
        """The next event up to `until_ms`; False, and the time is then, when there is none."""
        while self._heap and self._heap[0][0] <= until_ms:
            at_ms, _, life, what = heapq.heappop(self._heap)
            if life.alive:
                self.now_ms = at_ms
                self.events += 1
                what()
                return True
        self.now_ms = max(self.now_ms, until_ms)
        return False

    def local(self) -> datetime:
        """The time on the wall of the shop."""
        return datetime.fromtimestamp(self.now_ms / 1000, UTC).astimezone(SHANGHAI)


class Clock:
    """The station's two clocks: the system's, which can jump, and the monotonic one."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda, self.off_ms = agenda, 0

    def now_ms(self) -> int:
        return self._agenda.now_ms + self.off_ms

    def monotonic_ms(self) -> int:
        return self._agenda.now_ms
