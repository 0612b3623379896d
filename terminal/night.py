"""What is done at night, when nobody waits: every fact from the first is proved again.

In slices, so that a key pressed at three in the morning is still heard. Damage stops all business,
and what holds stays readable.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from terminal.journal.store import Journal

HOUR = 3  # in the county's time
PAUSE_S = 0.02  # between two slices


class NightWatch:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._proof: Iterator[int] | None = None
        self._begun: date | None = None

    @property
    def busy(self) -> bool:
        return self._proof is not None

    def look(self, now: datetime) -> None:
        """Once a night begin, and each time go on by one slice. Raises JournalDamaged."""
        if self._proof is None and now.hour == HOUR and self._begun != now.date():
            self._begun, self._proof = now.date(), self._journal.check()
        if self._proof is None:
            return
        try:
            done = next(self._proof, None) is None
        except BaseException:
            self._proof = None
            raise
        if done:
            self._proof = None
