"""Signed heads in the journal: found from the end, judged, and what the tree is there.

A head's fact stands right behind the `size` facts that it signs. Its root must be that of the
frontier that it carries, so that the tree can grow on from it; and on a walk over all facts it must
be that of the tree as it was computed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terminal.journal import checkpoint, records
from terminal.journal.checkpoint import BadCheckpoint, Checkpoint, UnknownKey
from terminal.journal.errors import UNREADABLE, JournalDamaged
from terminal.journal.rows import Row, checked
from terminal.journal.tree import BadFrontier, Frontier, frontier_of

KIND = "DayHead"
MARK = f'"t":"{KIND}"'.encode()  # only a head's entry holds these bytes: JSON escapes quotes
BACKWARDS = (
    "SELECT seq, entry FROM facts WHERE seq < ? AND instr(entry, ?) > 0 ORDER BY seq DESC LIMIT 1"
)

Keys = Sequence[bytes]
"""Public keys of the station, SPKI DER."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head in its place; `signed` when one of the keys at hand has signed it.

    tree is that of the facts before it. Keys change over the years: a head of an older key proves
    nothing by itself, but every later head covers it.
    """

    seq: int
    tree: Frontier
    signed: bool


def last_before(db: sqlite3.Connection, below: int, keys: Keys) -> Head | None:
    """The last head before `below`; reads back to it and no further. Raises JournalDamaged.

    None as well where the end of the file cannot be read: a walk from the first fact finds where.
    """
    try:
        found = db.execute(BACKWARDS, (below, MARK)).fetchone()
    except UNREADABLE:
        return None
    if found is None:
        return None
    try:
        return head_of(found[0], records.read(found[1]), keys)
    except records.BadEntry as why:
        raise JournalDamaged(found[0], str(why)) from why


def head_of(seq: int, values: Mapping[str, Any], keys: Keys) -> Head:
    """The head whose entry has these values. Raises JournalDamaged."""
    try:
        tree = frontier_of(values["size"], values["frontier"])
        stated, signed = _stated(values["note"], keys)
    except (BadFrontier, BadCheckpoint) as why:
        raise JournalDamaged(seq, f"this head does not hold: {why}") from why
    except (KeyError, TypeError, AttributeError) as why:
        raise JournalDamaged(seq, "this head lacks what a head has") from why
    if tree.size != seq - 1 or stated.size != seq - 1:
        raise JournalDamaged(seq, "this head is of another size than its place")
    if not stated.root.hex() == values["root"] == tree.root().hex():
        raise JournalDamaged(seq, "this head's root is not that of its own tree")
    return Head(seq, tree, signed)


def walked(db: sqlite3.Connection, keys: Keys) -> Iterator[tuple[Row, Frontier, Head | None]]:
    """Every row from the first, the tree up to it, and the head that it is, if it is one.

    A head is held against the tree of the facts before it.

    Raises JournalDamaged at the first that fails.
    """
    tree = Frontier()
    for row in checked(db):
        head = None
        if row.values["t"] == KIND:
            head = head_of(row.seq, row.values, keys)
            if head.tree != tree:
                raise JournalDamaged(row.seq, "this head is of other facts than those before it")
        tree = tree.add(row.leaf)
        yield row, tree, head


def _stated(note: str, keys: Keys) -> tuple[Checkpoint, bool]:
    try:
        return checkpoint.opened(note, keys), True
    except UnknownKey:
        return checkpoint.read(checkpoint.signed_part(note)), False
