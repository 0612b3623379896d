"""Deliberate faults, put into a recorded run from outside: the enumeration must see them.

Beside these there are the deaf syncs of the shim (`recorder.record`, `deaf`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from terminal.core.exchange import MOVES_MONEY
from terminal.core.facts import Answered, Fact, Queued, Recorded, Requested
from terminal.journal.store import Journal


class LateJournal(Journal):
    """Writes requests and answers with the next facts, so that what they allow comes first."""

    _held: tuple[Recorded, ...] = ()

    def append(self, facts: Sequence[Recorded]) -> None:
        facts, self._held = (*self._held, *facts), ()
        if _is_new_money(facts[-1].fact) or isinstance(facts[-1].fact, Answered):
            self._held = facts
        else:
            super().append(facts)


class CarelessJournal(Journal):
    """Leaves the syncs to the operating system."""

    def append(self, facts: Sequence[Recorded]) -> None:
        self._db.execute("PRAGMA synchronous = OFF")
        super().append(facts)


def _is_new_money(fact: Fact) -> bool:
    return isinstance(fact, Queued) or (isinstance(fact, Requested) and fact.service in MOVES_MONEY)


JOURNALS: Mapping[str, type[Journal]] = {
    "sound": Journal,
    "late": LateJournal,
    "careless": CarelessJournal,
}
