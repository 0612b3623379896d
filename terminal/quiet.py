"""What is done when nobody waits: the journal is tidied, the memory taken on, and at night every
fact from the first is proved again.

A slice at a time, so that a key is heard in between. Damage stops all business, and what holds
stays readable.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from protocol.values import IdNumber
from terminal.core.exchange import Paid
from terminal.journal.store import Journal
from terminal.memory import Memory

TIDY_FACTS = 200  # so many facts before the journal's WAL is folded
NIGHT_HOUR = 3  # in the county's time
PROOF_PAUSE_S = 0.02  # between two slices of the night's proof
LEARN_PAUSE_S = 1.0  # so quiet must the counter be before the memory goes on


class Quiet:
    """memory: what is known beyond the day; None where nothing is."""

    def __init__(self, journal: Journal, memory: Memory | None) -> None:
        self._journal, self._memory = journal, memory
        self._untidy = 0
        self._behind = memory is not None  # the memory has not taken in everything
        self._proof: Iterator[int] | None = None
        self._proved_on: date | None = None

    def appended(self, facts: int) -> None:
        self._untidy += facts
        self._behind = self._memory is not None

    @property
    def pause_s(self) -> float | None:
        """How soon there is something to do; None for nothing."""
        if self._proof is not None:
            return PROOF_PAUSE_S
        return LEARN_PAUSE_S if self._behind else None

    def go_on(self, now: datetime) -> None:
        """One slice of each; now is the county's time. Raises JournalDamaged."""
        if self._untidy >= TIDY_FACTS:
            self._tidy()
        if self._memory is not None and self._behind:
            self._behind = not self._memory.learn()
        if self._proof is None and now.hour == NIGHT_HOUR and self._proved_on != now.date():
            self._proved_on, self._proof = now.date(), self._journal.check()
        if self._proof is not None and next(self._proof, None) is None:
            self._proof = None

    def paid(self, person: IdNumber, year: int) -> Paid | None:
        """What the memory holds of earlier payments."""
        return None if self._memory is None else self._memory.paid(person, year)

    def _tidy(self) -> None:
        self._journal.tidy()
        if self._memory is not None:
            self._memory.tidy()
        self._untidy = 0
