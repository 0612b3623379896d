"""Deliberate faults of our own, put into a recorded run from outside: the enumeration must see them.

Beside these there are the deaf syncs of the shim (`recorder.record`, `deaf`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from terminal.core.facts import Recorded
from terminal.journal.store import Journal


class LateJournal(Journal):
    """Writes facts with the next ones, so that what they allow happens before they are on disk."""

    _held: tuple[Recorded, ...] = ()

    def append(self, facts: Sequence[Recorded]) -> None:
        held, self._held = self._held, tuple(facts)
        if held:
            super().append(held)


class CarelessJournal(Journal):
    """Leaves the syncs to the operating system."""

    def append(self, facts: Sequence[Recorded]) -> None:
        self._db.execute("PRAGMA synchronous = OFF")
        super().append(facts)


JOURNALS: Mapping[str, type[Journal]] = {
    "sound": Journal,
    "late": LateJournal,
    "careless": CarelessJournal,
}
