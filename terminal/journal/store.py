"""The journal on disk: one table of facts, appended to by one process, never changed (I4).

SQLite in WAL with synchronous=FULL, one connection, BEGIN IMMEDIATE: an append is one sync. A lock
file beside it keeps a second engine out. Checkpoints of the WAL are made when the station is idle,
so that they never stand between a key and its answer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from terminal.core.facts import Recorded
from terminal.journal import records
from terminal.journal.chain import GENESIS, leaf, link
from terminal.keys.api import Vault

FORMAT = 1  # PRAGMA user_version
APPLICATION = 0x48_4E_4A_4C  # "HNJL", PRAGMA application_id

SCHEMA = """
CREATE TABLE facts (
    seq   INTEGER PRIMARY KEY,
    entry BLOB NOT NULL,
    leaf  BLOB NOT NULL,
    chain BLOB NOT NULL
) STRICT;
CREATE TRIGGER facts_stay BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are only appended'); END;
CREATE TRIGGER facts_remain BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are only appended'); END;
"""


class JournalInUse(Exception):
    """Another process has the journal; the message says what to do."""


class JournalDamaged(Exception):
    """The facts do not hang together; seq is the first that does not."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"fact {seq}: {why}")
        self.seq = seq


class JournalFull(Exception):
    """The disk takes no more: nothing was appended."""


@dataclass(frozen=True, slots=True)
class Row:
    seq: int
    entry: bytes
    chain: bytes


class Journal:
    """The one writer. Opens or creates `path`; raises JournalInUse, JournalDamaged."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self._vault = vault
        self._lock = _lock(path.with_suffix(".lock"))
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError as why:
            self.close()
            raise JournalDamaged(0, f"{path} is no journal: {why}") from why
        last = self._db.execute("SELECT seq, chain FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        self._seq: int = last[0] if last else 0
        self._chain: bytes = last[1] if last else GENESIS

    def _prepare(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA wal_autocheckpoint = 0")
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone():
            self._db.executescript(
                f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {FORMAT};"
                f" PRAGMA application_id = {APPLICATION}; COMMIT;"
            )

    @property
    def size(self) -> int:
        """Sequence of the last fact."""
        return self._seq

    def append(self, facts: Sequence[Recorded]) -> None:
        """Make facts durable, all or none, in one sync. Raises JournalFull."""
        seq, chain, rows = self._seq, self._chain, []
        for recorded in facts:
            seq += 1
            assert recorded.seq == seq
            entry = records.encode(recorded, self._vault)
            assert records.decode(entry, self._vault) == recorded
            leaf_hash = leaf(entry)
            chain = link(chain, leaf_hash)
            rows.append((seq, entry, leaf_hash, chain))
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as why:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise JournalFull(str(why)) from why
        self._seq, self._chain = seq, chain

    def replay(self) -> Iterator[Recorded]:
        """All facts from the first, the chain checked. Raises JournalDamaged."""
        for row in checked(self._db):
            yield records.decode(row.entry, self._vault)

    def entries(self, tx: int, since: int) -> list[bytes]:
        """The entries of one transaction, oldest first, from sequence `since` on."""
        rows = self._db.execute("SELECT entry FROM facts WHERE seq >= ? ORDER BY seq", (since,))
        return [entry for (entry,) in rows if records.read(entry)["tx"] == tx]

    def chain_at(self, seq: int) -> bytes:
        """The chain hash of a fact (a receipt carries its first bytes)."""
        row = self._db.execute("SELECT chain FROM facts WHERE seq = ?", (seq,)).fetchone()
        return bytes(row[0])

    def tidy(self) -> None:
        """Fold the WAL into the file; to be called when nobody waits."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._db.close()
        os.close(self._lock)


def checked(db: sqlite3.Connection) -> Iterator[Row]:
    """Every row, proved against the one before. Raises JournalDamaged at the first that fails."""
    chain, expected = GENESIS, 1
    try:
        for seq, entry, leaf_hash, found in db.execute("SELECT * FROM facts ORDER BY seq"):
            if seq != expected:
                raise JournalDamaged(expected, f"missing; the next is {seq}")
            if leaf(entry) != leaf_hash:
                raise JournalDamaged(seq, "its text was changed")
            chain = link(chain, leaf_hash)
            if chain != found:
                raise JournalDamaged(seq, "it does not follow from the fact before it")
            yield _sound(Row(seq, bytes(entry), bytes(chain)))
            expected += 1
    except sqlite3.DatabaseError as why:
        raise JournalDamaged(expected, f"cannot be read: {why}") from why


def _sound(row: Row) -> Row:
    try:
        values = records.read(row.entry)
    except records.BadEntry as why:
        raise JournalDamaged(row.seq, str(why)) from why
    if values["seq"] != row.seq:
        raise JournalDamaged(row.seq, "its text carries another number")
    return row


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A private copy of a journal that no engine has open. Raises JournalInUse, JournalDamaged.

    The copy takes the WAL along; the original is never opened for writing.
    """
    if not path.is_file():
        raise JournalDamaged(0, f"{path} does not exist")
    lock = _lock(path.with_suffix(".lock")) if path.with_suffix(".lock").exists() else None
    try:
        with tempfile.TemporaryDirectory(prefix="huinong-journal-") as folder:
            for suffix in ("", "-wal"):
                source = Path(f"{path}{suffix}")
                if source.exists():
                    shutil.copyfile(source, Path(folder) / f"copy{suffix}")
            db = sqlite3.connect(Path(folder) / "copy")
            try:
                yield db
            finally:
                db.close()
    finally:
        if lock is not None:
            os.close(lock)


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise JournalInUse(
            f"the journal beside {path} is in use: a station is running already; stop it first"
        ) from None
    return handle
