"""The read model: everything that can be asked of the facts, in a second file (`design.md` 9).

It follows the journal by the number of facts it has seen. Losing or damaging it costs a rebuild and
nothing else, so it never syncs in anybody's path: a commit goes to the WAL unsynced, and `tidy`
folds that when nobody waits. sqlite-utils is imported with this module: import it late.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from terminal.core.deal import Deal, Outcome, apply, begin
from terminal.core.facts import (
    ExceptionClosed,
    ExceptionOpened,
    Queued,
    Recorded,
    Requested,
    SlipPrinted,
)
from terminal.core.ledger import LISTED
from terminal.journal import errors, records, tables
from terminal.journal.chain import GENESIS
from terminal.journal.errors import UNREADABLE
from terminal.journal.rows import Row
from terminal.journal.store import Journal

log = logging.getLogger("huinong.history")

FORMAT = 1  # PRAGMA user_version; another one is rebuilt
PAID = (Outcome.APPROVED.value, Outcome.QUEUED.value)
SLICE_FACTS = 2_000  # a rebuild goes on in slices of some 50 ms
INDEXES = {"transactions": (["person_tag", "year"], ["day"]), "lines": (["tx"],)}


@dataclass(frozen=True, slots=True)
class Paid:
    """What this station has collected of one person for one year; at_ms is the first payment's."""

    fen: int
    at_ms: int
    receipt_number: str


@dataclass(frozen=True, slots=True)
class Line:
    """A transaction while it is learnt: its state, and the sealed values of its first fact."""

    deal: Deal
    sealed: dict[str, Any]


class History:
    """Opens or makes the file at `path`; None keeps it in memory.

    Raises sqlite3.OperationalError where it cannot be opened just now, on a full disk for one.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._open()

    @property
    def seen(self) -> int:
        """Up to which fact the tables tell."""
        return self._seen

    def learn(self, journal: Journal, at_most: int = SLICE_FACTS) -> bool:
        """Take in the next facts; True when there are no more. To be called when nobody waits.

        A file of another journal, or a damaged one, is begun anew. True as well on a full disk: the
        next facts are another occasion. Raises JournalDamaged.
        """
        try:
            self._go_on(journal, at_most)
        except UNREADABLE as why:
            log.warning("history=%s, it is left as it is for now", why)
            return True
        return self._seen == journal.size

    def paid(self, person_tag: str, year: int) -> Paid | None:
        """What was collected, all days together; None for nothing. Raises sqlite3.DatabaseError."""
        rows = list(
            self._db.table("transactions").rows_where(
                "person_tag = ? and year = ? and outcome in (?, ?)",
                (person_tag, year, *PAID),
                order_by="tx",
            )
        )
        if not rows:
            return None
        fen = sum(row["amount_fen"] for row in rows)
        return Paid(fen, rows[0]["at_ms"], rows[0]["receipt_number"])

    def rows(self, table: str) -> Iterator[tables.Row]:
        """A whole table by its key, for exports and comparisons."""
        return self._db.table(table).rows_where(order_by=tables.TABLES[table][0])

    def equal_to_rebuilt(self, journal: Journal) -> bool:
        """Whether the facts, told once more, give the same tables. Raises JournalDamaged."""
        fresh = History(None)
        try:
            fresh.learn(journal, at_most=self._seen)
            return all(_same(self.rows(name), fresh.rows(name)) for name in tables.TABLES)
        finally:
            fresh.close()

    def tidy(self) -> None:
        """Fold the WAL into the file; to be called when nobody waits. Not on a full disk."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as why:
            log.warning("history=%s, it is not tidied", why)

    def close(self) -> None:
        self._db.close()

    # --- the file

    def _open(self) -> None:
        try:
            self._connect()
        except UNREADABLE as why:
            if not errors.is_damage(why):
                self._db.close()  # it holds the lock
                raise
            self._remove()
            self._connect()

    def _connect(self) -> None:
        address = ":memory:" if self._path is None else self._path
        connection = sqlite3.connect(address, check_same_thread=False)
        self._db = Database(connection)
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "wal_autocheckpoint = 0",
        ):
            connection.execute(f"PRAGMA {pragma}")
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        if form != FORMAT:
            if self._db.table_names():
                raise sqlite3.DatabaseError(f"form {form}")
            self._make()
        row = self._db.table("facts_seen").get(1)
        self._seen, self._chain = int(row["facts"]), str(row["chain"])

    def _make(self) -> None:
        with self._db.atomic():
            for name, (key, columns) in tables.TABLES.items():
                table = self._db.table(name).create(dict(columns), pk=key, strict=True)
                for index in INDEXES.get(name, ()):
                    table.create_index(index)
            self._db.table("facts_seen").insert({"id": 1, "facts": 0, "chain": GENESIS.hex()})
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _start_over(self) -> None:
        self._remove()
        self._connect()

    def _remove(self) -> None:
        self._db.close()
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    # --- learning

    def _go_on(self, journal: Journal, at_most: int) -> None:
        try:
            if not self._follows(journal):
                log.warning("history=other_journal, it is built anew")
                self._start_over()
            self._take_in(journal, journal.sealed(self._seen, self._seen + 1 + at_most))
        except UNREADABLE as why:
            if not errors.is_damage(why):
                raise
            log.warning("history=damaged why=%s, it is built anew", type(why).__name__)
            self._start_over()

    def _follows(self, journal: Journal) -> bool:
        return self._seen <= journal.size and journal.chain_at(self._seen).hex() == self._chain

    def _take_in(self, journal: Journal, facts: Iterable[Row]) -> None:
        """The facts in one transaction of the database; nothing is kept of a part."""
        changed: dict[int, Line] = {}
        fresh: dict[str, list[tables.Row]] = {name: [] for name in tables.TABLES}
        closed: list[Recorded] = []
        last: Row | None = None
        for row in facts:
            last, told = row, records.decode(row.entry, None)
            line = self._line(journal, told, row, changed)
            if line is not None:
                changed[told.tx] = line
                fresh["lines"].append({"seq": told.seq, "tx": told.tx})
            if isinstance(told.fact, ExceptionClosed):
                closed.append(told)
            for name, found in _own_rows(told):
                fresh[name].append(found)
        if last is None:
            return
        seen = {"id": 1, "facts": last.seq, "chain": last.chain.hex()}
        fresh["facts_seen"] = [seen]
        fresh["transactions"] = [tables.transaction(ln.deal, ln.sealed) for ln in changed.values()]
        with self._db.atomic():
            for name, found_rows in fresh.items():
                if found_rows:
                    key = tables.TABLES[name][0]
                    self._db.table(name).insert_all(found_rows, pk=key, replace=True)
            for told in closed:
                self._close_exceptions(told)
        self._seen, self._chain = last.seq, last.chain.hex()

    def _line(
        self, journal: Journal, told: Recorded, row: Row, changed: dict[int, Line]
    ) -> Line | None:
        """The fact's transaction after it; None where it belongs to none that is listed."""
        fact = told.fact
        if isinstance(fact, Queued) or (isinstance(fact, Requested) and fact.service in LISTED):
            return Line(begin(told), row.values)
        line = changed.get(told.tx) or self._known(journal, told.tx)
        return None if line is None else Line(apply(line.deal, told), line.sealed)

    def _known(self, journal: Journal, tx: int) -> Line | None:
        """A transaction of an earlier slice, told again by its facts."""
        line: Line | None = None
        for known in self._db.table("lines").rows_where("tx = ?", (tx,), order_by="seq"):
            (row,) = journal.sealed(known["seq"] - 1, known["seq"] + 1)
            told = records.decode(row.entry, None)
            if line is None:
                line = Line(begin(told), row.values)
            else:
                line = Line(apply(line.deal, told), line.sealed)
        return line

    def _close_exceptions(self, told: Recorded) -> None:
        assert isinstance(told.fact, ExceptionClosed)
        self._db.execute(
            "UPDATE exceptions SET closed_seq = ?, closed_at_ms = ?, closed_by = ?"
            " WHERE tx = ? AND closed_seq = 0 AND opened_seq < ?",
            (told.seq, told.at_ms, told.fact.by, told.tx, told.seq),
        )


def _own_rows(told: Recorded) -> Iterator[tuple[str, tables.Row]]:
    """Table and row of what a fact adds by itself."""
    movement = tables.cash_movement(told)
    if movement is not None:
        yield "cash_movements", movement
    match told.fact:
        case SlipPrinted() as printed:
            yield "slips", tables.slip(told, printed)
        case ExceptionOpened(trouble=trouble):
            yield "exceptions", tables.exception(told, trouble)


def _same(ours: Iterator[tables.Row], theirs: Iterator[tables.Row]) -> bool:
    return all(a == b for a, b in zip_longest(ours, theirs))
