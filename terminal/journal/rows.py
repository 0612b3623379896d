"""The rows of a journal, each proved against the one before (`security.md` section 7).

Whatever does not hang together is `JournalDamaged` at the first fact that does not, be it changed,
missing, unreadable, or signed wrongly (`heads`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from terminal.journal import errors, records
from terminal.journal.chain import GENESIS, leaf, link
from terminal.journal.errors import UNREADABLE, JournalDamaged

SEQ_MAX = 2**63 - 1
PAGE_ROWS = 500  # bounds memory, and leaves no cursor open while an append commits
PAGE = (
    "SELECT seq, entry, leaf, chain FROM facts WHERE seq >= ? AND seq < ?"
    f" ORDER BY seq LIMIT {PAGE_ROWS}"
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A row that follows from the one before it; its text has not been read."""

    seq: int
    entry: bytes
    leaf: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class Row(Linked):
    """A sound row; values are the entry's, sealed as they stand."""

    values: dict[str, Any]


def linked(
    db: sqlite3.Connection, after: int = 0, chain: bytes = GENESIS, below: int = SEQ_MAX
) -> Iterator[Linked]:
    """The rows after `after`, whose chain hash is `chain`, to the last or before `below`.

    Raises JournalDamaged at the first that fails, JournalUnavailable.
    """
    expected = after + 1
    try:
        while page := db.execute(PAGE, (expected, below)).fetchall():
            for found in page:
                row = _linked(found, expected, chain)
                chain = row.chain
                expected += 1
                yield row
    except UNREADABLE as why:
        raise errors.meaning(why, expected, "cannot be read") from why


def checked(
    db: sqlite3.Connection, after: int = 0, chain: bytes = GENESIS, below: int = SEQ_MAX
) -> Iterator[Row]:
    """The same, each with its text read. Raises JournalDamaged, JournalUnavailable."""
    for row in linked(db, after, chain, below):
        yield Row(row.seq, row.entry, row.leaf, row.chain, _values(row))


def row_at(db: sqlite3.Connection, seq: int) -> Row:
    """One row, proved against the one before it alone. Raises JournalDamaged."""
    for row in checked(db, seq - 1, chain_at(db, seq - 1), below=seq + 1):
        return row
    raise JournalDamaged(seq, "missing")


def chain_at(db: sqlite3.Connection, seq: int) -> bytes:
    """The chain hash of a fact; of seq 0 the beginning. Raises JournalDamaged."""
    if seq == 0:
        return GENESIS
    try:
        found = db.execute("SELECT chain FROM facts WHERE seq = ?", (seq,)).fetchone()
    except UNREADABLE as why:
        raise errors.meaning(why, seq, "cannot be read") from why
    if found is None or not isinstance(found[0], bytes):
        raise JournalDamaged(seq, "missing")
    return found[0]


def _linked(found: tuple[Any, ...], expected: int, before: bytes) -> Linked:
    seq, entry, leaf_hash, chain = found
    if seq != expected:
        raise JournalDamaged(expected, f"missing; the next is {seq}")
    if not type(entry) is type(leaf_hash) is type(chain) is bytes:
        raise JournalDamaged(seq, "it is not stored as bytes")
    if leaf(entry) != leaf_hash:
        raise JournalDamaged(seq, "its text was changed")
    if link(before, leaf_hash) != chain:
        raise JournalDamaged(seq, "it does not follow from the fact before it")
    return Linked(seq, entry, leaf_hash, chain)


def _values(row: Linked) -> dict[str, Any]:
    try:
        values = records.read(row.entry)
    except records.BadEntry as why:
        raise JournalDamaged(row.seq, str(why)) from why
    if values["seq"] != row.seq:
        raise JournalDamaged(row.seq, "its text carries another number")
    return values
