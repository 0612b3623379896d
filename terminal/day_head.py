"""The day's signed head: what is written at a sign-in, and what a start goes on from (ADR 0006)."""

from __future__ import annotations

import json
from collections.abc import Callable

from terminal.core import spans
from terminal.core.facts import DayHead
from terminal.core.ledger import Ledger
from terminal.journal import records
from terminal.journal.store import Journal

SignHead = Callable[[int, bytes], str]
"""The signed note of a size and root."""


def due(journal: Journal) -> bool:
    """Anything has come since the last head."""
    last = journal.last_head()
    return last is None or last.seq != journal.size


def last(journal: Journal) -> DayHead | None:
    """The newest head; None before the first."""
    found = journal.last_head()
    if found is None:
        return None
    assert isinstance(found.fact, DayHead)
    return found.fact


def over(journal: Journal, ledger: Ledger, sign: SignHead) -> DayHead:
    """The head over all facts so far, with what the ledger has come to."""
    frontier = journal.frontier
    return DayHead(
        size=frontier.size,
        root=frontier.root().hex(),
        note=sign(frontier.size, frontier.root()),
        frontier=frontier.text(),
        carried=records.canonical(ledger.carried()).decode("utf-8"),
        book=spans.text(ledger.book_lines()),
    )


def folded(journal: Journal) -> Ledger:
    """What the facts add up to, from the last head on. Raises JournalDamaged."""
    head, ledger = journal.last_head(), Ledger()
    if head is not None:
        assert isinstance(head.fact, DayHead)
        book = journal.facts_at(spans.numbers(head.fact.book))
        ledger = Ledger.resumed(json.loads(head.fact.carried), book)
    for recorded in journal.replay(ledger.facts):
        ledger.learn(recorded)
    return ledger
