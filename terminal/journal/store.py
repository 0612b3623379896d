"""The journal on disk: one table of facts, appended to by one process, never changed (I4).

SQLite in WAL with synchronous=FULL, one connection, BEGIN IMMEDIATE: an append is one sync. A lock
file beside it keeps a second engine out. Checkpoints of the WAL are made when the station is idle,
so that they never stand between a key and its answer. A start reads from the last signed head;
what lies before it is proved on demand and at night (`check`), and what is missing behind it shows
by the tail mark (`mark`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from terminal.core.facts import DayHead, Recorded
from terminal.journal import errors, files, heads, records, rows, tree
from terminal.journal.chain import GENESIS, leaf, link
from terminal.journal.errors import JournalDamaged as JournalDamaged
from terminal.journal.errors import JournalFull as JournalFull
from terminal.journal.errors import JournalInUse as JournalInUse
from terminal.journal.errors import JournalUnavailable as JournalUnavailable
from terminal.journal.mark import Mark
from terminal.journal.reserve import RESERVE_BYTES, Reserve, leaving
from terminal.journal.rows import checked
from terminal.journal.tree import Frontier
from terminal.keys.api import Vault

Entry = tuple[int, bytes, bytes, bytes]
"""A row of the table: sequence, entry, leaf, chain."""


class AppendRefused(Exception):
    """The journal is damaged: it is read as far as it holds, and nothing more is written."""


class Journal:
    """The one writer. Opens or creates `path`, proved from its last head on.

    keys: the station's public signing keys, SPKI DER. expected: this station has done business, so
    a journal that is not there is lost and is not begun anew. frontier is the tree of all facts.
    With `damage` it opens the file that was found so for reading, up to the fact before the damage.

    Raises JournalInUse, JournalDamaged, JournalUnavailable.
    """

    def __init__(
        self,
        path: Path,
        vault: Vault,
        keys: Sequence[bytes] = (),
        *,
        expected: bool = False,
        damage: JournalDamaged | None = None,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self.damage = damage
        self._vault, self._keys = vault, keys
        self._reserve = Reserve(path.with_suffix(".reserve"), reserve_bytes)
        self.frontier, self._chain, self._head_seq = Frontier(), GENESIS, 0
        with ExitStack() as ends:
            ends.callback(os.close, files.lock(path))
            self._mark = Mark(path.with_suffix(".mark"))
            if damage is None:
                self._open_for_business(path, ends, expected=expected)
            else:
                self._db = (
                    self._to_read(path, ends) if damage.seq else ends.enter_context(files.empty())
                )
                self._prove_from_last_head(self._db, damage.seq)
            self._ends = ends.pop_all()

    @classmethod
    def salvaged(
        cls, path: Path, vault: Vault, keys: Sequence[bytes], damage: JournalDamaged
    ) -> Journal:
        """A damaged journal for reading: every fact before the first that does not hold."""
        while True:
            try:
                return cls(path, vault, keys, damage=damage)
            except JournalDamaged as earlier:  # always earlier: nothing behind `damage` is read
                damage = earlier

    def _open_for_business(self, path: Path, ends: ExitStack, *, expected: bool) -> None:
        """Written to only when it is sound."""
        if path.exists():
            with ExitStack() as looking:
                self._prove(self._to_read(path, looking))
        elif expected or self._mark.seq:
            raise JournalDamaged(0, f"{path} is missing: restore the backup")
        self._db = ends.enter_context(closing(files.writing(path)))
        self._mark.open()
        ends.callback(self._mark.close)
        if self._mark.damaged:
            self._mark.remember_damage(0)
        self._reserve.restore()

    def _to_read(self, path: Path, ends: ExitStack) -> sqlite3.Connection:
        """Reading needs some space beside the file: on a full disk the reserve's."""
        while True:
            try:
                return ends.enter_context(files.reading(path))
            except JournalUnavailable:
                if not self._reserve.give_up():
                    raise

    def _prove(self, db: sqlite3.Connection) -> None:
        """What a start proves: from the last head on, and that nothing is missing at the end.

        Damage that was found before the last head stays until a whole check has passed.
        """
        if self._mark.damaged:
            for _ in heads.walked(db, self._keys):
                pass
        self._prove_from_last_head(db, rows.SEQ_MAX)
        missing = self._mark.seq - self.size
        if missing > 0:
            raise JournalDamaged(self.size + 1, f"missing at the end, {missing} in all")
        if rows.chain_at(db, self._mark.seq) != self._mark.chain:
            raise JournalDamaged(self._mark.seq, "another fact was here when it was last durable")

    def _prove_from_last_head(self, db: sqlite3.Connection, below: int) -> None:
        """The last head before `below`, and every fact from it on. Raises JournalDamaged."""
        head = heads.last_before(db, below, self._keys)
        if head is not None:
            if not head.signed:
                raise JournalDamaged(head.seq, "this head is signed by another key than ours")
            self.frontier, self._head_seq = head.tree, head.seq
            self._chain = rows.chain_at(db, head.tree.size)
        for row in checked(db, self.size, self._chain, below):
            self.frontier, self._chain = self.frontier.add(row.leaf), row.chain

    @property
    def size(self) -> int:
        """Sequence of the last fact."""
        return self.frontier.size

    # --- writing

    def append(self, facts: Sequence[Recorded]) -> None:
        """Make facts durable, all or none, in one sync. Raises JournalFull, AppendRefused,
        JournalDamaged.

        On a full disk only what belongs to a running transaction may use the reserve (`reserve`).
        """
        if self.damage is not None:
            raise AppendRefused(str(self.damage))
        frontier, chain, entries = self.frontier, self._chain, []
        for recorded in facts:
            _expect_in_place(recorded, frontier)
            entry = records.encode(recorded, self._vault)
            assert records.decode(entry, self._vault) == recorded
            leaf_hash = leaf(entry)
            chain, frontier = link(chain, leaf_hash), frontier.add(leaf_hash)
            entries.append((recorded.seq, entry, leaf_hash, chain))
        self._commit_where_there_is_room(entries, leaving(one.fact for one in facts))
        self.frontier, self._chain = frontier, chain
        self._mark.advance(self.size, chain)
        for recorded in facts:
            if isinstance(recorded.fact, DayHead):
                self._head_seq = recorded.seq
                self._mark.sync()

    def _commit_where_there_is_room(self, entries: Sequence[Entry], share: float | None) -> None:
        """On the disk, else in the reserve down to that share of it; None: not there."""
        while True:
            try:
                return self._commit(entries)
            except JournalFull:
                if share is None or not self._reserve.give_up(share):
                    raise

    def _commit(self, entries: Sequence[Entry]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", entries)
            self._db.execute("COMMIT")
        except sqlite3.DatabaseError as why:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if errors.is_damage(why):
                raise JournalDamaged(entries[0][0], f"cannot be written: {why}") from why
            raise JournalFull(str(why)) from why

    def has_room(self) -> bool:
        """Whether new business may begin: it writes, and the space in reserve is whole."""
        return self.damage is None and self._reserve.has_room()

    def tidy(self) -> None:
        """Fold the WAL into the file, take the reserve again; to be called when nobody waits."""
        if self.damage is not None:
            return
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as why:
            if not errors.is_full(why):
                raise
        self._mark.sync()
        self._reserve.restore()

    # --- reading

    def sealed(self, after: int = 0, below: int = rows.SEQ_MAX) -> Iterator[rows.Row]:
        """Facts after `after` and before `below` as they stand, sealed, the chain checked.

        Raises JournalDamaged.
        """
        chain = rows.chain_at(self._db, after)
        return checked(self._db, after, chain, min(below, self.size + 1))

    def replay(self, after: int = 0) -> Iterator[Recorded]:
        """All facts after `after`, the chain checked. Raises JournalDamaged."""
        for row in self.sealed(after):
            yield self._read(row.entry, row.seq)

    def last_head(self) -> Recorded | None:
        """The last signed head; None in a journal that has none yet."""
        return self.facts_at([self._head_seq])[0] if self._head_seq else None

    def facts_at(self, seqs: Iterable[int]) -> list[Recorded]:
        """These facts, each proved against the one before it. Raises JournalDamaged."""
        return [self._read(rows.row_at(self._db, seq).entry, seq) for seq in seqs]

    def sealed_at(self, seqs: Iterable[int]) -> list[dict[str, Any]]:
        """The values of these facts as they stand, proved likewise. Raises JournalDamaged."""
        return [rows.row_at(self._db, seq).values for seq in seqs]

    def chain_at(self, seq: int) -> bytes:
        """The chain hash of a fact (a receipt carries its first bytes)."""
        return rows.chain_at(self._db, seq)

    def _read(self, entry: bytes, seq: int) -> Recorded:
        try:
            return records.decode(entry, self._vault)
        except records.BadEntry as why:
            raise JournalDamaged(seq, str(why)) from why

    # --- proving

    def frontier_at(self, size: int) -> Frontier:
        """The tree of the first `size` facts, by the nearest head before. Raises JournalDamaged."""
        assert 0 <= size <= self.size
        if size == self.size:
            return self.frontier
        head = heads.last_before(self._db, size + 2, self._keys)
        known = Frontier() if head is None else head.tree
        return tree.grown(known, self._leaves(known.size, size))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """The proof that `new` facts begin with the `old` ones. Reads only what came after the
        nearest head before `old`. Raises JournalDamaged.
        """
        before = self.frontier_at(old)
        known = dict(zip(before.spans(), before.hashes, strict=True))

        def subtree(start: int, end: int) -> bytes:
            if (start, end) in known:
                return known[start, end]
            return tree.grown(Frontier(), self._leaves(start, end)).root()

        return tree.consistency_proof(subtree, old, new)

    def check(self) -> Iterator[int]:
        """Prove everything from the first fact, in steps; gives the sequence reached.

        To be advanced a step at a time at night. Raises JournalDamaged, and stops (`stop`).
        """
        try:
            for row, _, _ in heads.walked(self._db, self._keys):
                if row.seq % rows.PAGE_ROWS == 0:
                    yield row.seq
        except JournalDamaged as why:
            self.stop(why)
            raise

    def stop(self, why: JournalDamaged) -> None:
        """No append from here on. What a start would not meet is remembered for it."""
        if self.damage is None and why.seq:
            self._mark.remember_damage(why.seq)
        self.damage = why

    def _leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Leaf hashes of the facts `start` to `end` - 1, counted from 0."""
        linked = rows.linked(self._db, start, self.chain_at(start), end + 1)
        return (row.leaf for row in linked)

    def close(self) -> None:
        self._ends.close()


def _expect_in_place(recorded: Recorded, frontier: Frontier) -> None:
    assert recorded.seq == frontier.size + 1
    if isinstance(recorded.fact, DayHead):
        assert recorded.fact.size == frontier.size
        assert recorded.fact.root == frontier.root().hex()
