"""The real journal and the sandbox bank's books in the words of the rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from terminal.core.facts import Recorded
from terminal.journal import records
from tests.bench import audit
from tests.bench.site import Site
from tests.crash.marks import Asked, Left, Mark, Reached
from tests.crash.rules import ALWAYS, AT_REST, Harm


class Row(NamedTuple):
    """A line of the sandbox bank's statement."""

    batch: int
    trace: int
    amount_fen: int
    fee_fen: int
    state: str


def breaches(site: Site, books: dict[str, Any], told: Sequence[Mark]) -> list[tuple[Harm, str]]:
    """All rules over journal, books and marks, after everything has come to rest."""
    facts = read_facts(audit.copied(site.journal, site.root))
    bookings = [
        Row(int(row["batch"]), int(row["trace"]), row["amount_fen"], row["fee_fen"], row["state"])
        for row in books["bookings"]
    ]
    marks = [*_heard(books["requests"]), *told]
    return [
        (harm, what)
        for rule, harm in {**ALWAYS, **AT_REST}.items()
        for what in rule(facts, bookings, marks)
    ]


def read_facts(journal: Path) -> list[Recorded]:
    """Every fact, secrets left sealed."""
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT entry FROM facts ORDER BY seq").fetchall()
    return [records.decode(bytes(entry), None) for (entry,) in rows]


def _heard(requests: Sequence[dict[str, Any]]) -> list[Mark]:
    """What arrived at the bank, in the order of sending: whatever came has left."""
    marks: list[Mark] = []
    for row in sorted(requests, key=lambda row: int(row["seq"])):
        asked = Asked(
            row["service"] or "sign_in",
            int(row["batch"] or 0),
            int(row["trace"] or 0),
            int(row["seq"]),
            row["amount_fen"] or 0,
            reversal=row["mti"] == "0400",
        )
        marks += [Left(asked), Reached(asked, row["rc"] or "")]
    return marks
