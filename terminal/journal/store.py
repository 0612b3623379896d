"""The journal on disk: one table of facts, appended to by one process, never changed (I4).

SQLite in WAL with synchronous=FULL, one connection, BEGIN IMMEDIATE: an append is one sync. A lock
file beside it keeps a second engine out. Checkpoints of the WAL are made when the station is idle,
so that they never stand between a key and its answer. A start reads from the last signed head;
what lies before it is proved on demand and at night (`check`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from terminal.core.exchange import MOVES_MONEY
from terminal.core.facts import DayHead, Fact, Queued, Recorded, Requested
from terminal.journal import files, heads, records, rows, tree
from terminal.journal.chain import GENESIS, leaf, link
from terminal.journal.files import JournalFull as JournalFull
from terminal.journal.files import JournalInUse as JournalInUse
from terminal.journal.reserve import RESERVE_BYTES, Reserve
from terminal.journal.rows import JournalDamaged as JournalDamaged
from terminal.journal.rows import checked
from terminal.journal.tree import Frontier
from terminal.keys.api import Vault


class AppendRefused(Exception):
    """The journal is damaged: it is read as far as it holds, and nothing more is written."""


class Journal:
    """The one writer. Opens or creates `path`, proved from its last head on.

    keys: the station's public signing keys, SPKI DER. frontier is the tree of all facts. Raises
    JournalInUse, JournalDamaged, JournalFull. With `damage` it opens the file that was found so
    for reading, up to the fact before the damage.
    """

    def __init__(
        self,
        path: Path,
        vault: Vault,
        keys: Sequence[bytes] = (),
        *,
        damage: JournalDamaged | None = None,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self.damage = damage
        self._vault, self._keys = vault, keys
        self._reserve = Reserve(path.with_suffix(".reserve"), reserve_bytes)
        self.frontier, self._chain, self._head_seq = Frontier(), GENESIS, 0
        with ExitStack() as ends:
            ends.callback(os.close, files.lock(path))
            if damage is not None:
                self._db = ends.enter_context(files.reading(path) if damage.seq else files.empty())
                self._prove_from_last_head(self._db, damage.seq)
            else:
                if path.exists():
                    with files.reading(path) as db:  # written to only when it is sound
                        self._prove_from_last_head(db, rows.SEQ_MAX)
                self._db = ends.enter_context(closing(files.writing(path)))
                self._reserve.restore()
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
        """Make facts durable, all or none, in one sync. Raises JournalFull, AppendRefused.

        Whatever ends or records a running transaction may use the space in reserve; new money may
        not.
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
        try:
            self._commit(entries)
        except JournalFull:
            if any(is_new_money(one.fact) for one in facts) or not self._reserve.give_up():
                raise
            self._commit(entries)
        self.frontier, self._chain = frontier, chain
        for recorded in facts:
            if isinstance(recorded.fact, DayHead):
                self._head_seq = recorded.seq

    def _commit(self, entries: Sequence[tuple[int, bytes, bytes, bytes]]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", entries)
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as why:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
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
            if not files.is_full(why):
                raise
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

    def entries(self, tx: int, since: int) -> list[bytes]:
        """The entries of one transaction, oldest first, from sequence `since` on."""
        found = self._db.execute(
            "SELECT entry FROM facts WHERE seq BETWEEN ? AND ? ORDER BY seq", (since, self.size)
        )
        return [entry for (entry,) in found if records.read(entry)["tx"] == tx]

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

        To be advanced a step at a time at night. Raises JournalDamaged, and refuses appends from
        then on.
        """
        try:
            for row, _, _ in heads.walked(self._db, self._keys):
                if row.seq % rows.PAGE_ROWS == 0:
                    yield row.seq
        except JournalDamaged as why:
            self.damage = why
            raise

    def _leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Leaf hashes of the facts `start` to `end` - 1, counted from 0."""
        return (row.leaf for row in self.sealed(start, end + 1))

    def close(self) -> None:
        self._ends.close()


def is_new_money(fact: Fact) -> bool:
    """The beginning of a transaction that moves money: never at the cost of a running one."""
    return isinstance(fact, Queued) or (isinstance(fact, Requested) and fact.service in MOVES_MONEY)


def _expect_in_place(recorded: Recorded, frontier: Frontier) -> None:
    assert recorded.seq == frontier.size + 1
    if isinstance(recorded.fact, DayHead):
        assert recorded.fact.size == frontier.size
        assert recorded.fact.root == frontier.root().hex()
