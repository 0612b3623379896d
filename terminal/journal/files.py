"""A journal's files: who may open them, for writing by one engine or for reading by anyone.

Reading never changes them: the file is opened read-only where it lies, or as a private copy where
SQLite may not put its shared memory beside it (an inspector's write-protected stick).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from terminal.journal import errors
from terminal.journal.errors import UNREADABLE, JournalDamaged, JournalInUse, JournalUnavailable
from terminal.keys.private_files import sync_directory

FORMAT = 1  # PRAGMA user_version
APPLICATION = 0x48_4E_4A_4C  # "HNJL", PRAGMA application_id

SCHEMA = f"""
BEGIN IMMEDIATE;
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
PRAGMA user_version = {FORMAT};
PRAGMA application_id = {APPLICATION};
COMMIT;
"""


def writing(path: Path) -> sqlite3.Connection:
    """The one connection that appends. Makes the file where there is none.

    Raises JournalDamaged, JournalUnavailable.
    """
    try:
        if not path.exists():
            _make(path)
        db = _connect(path)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
    except UNREADABLE as why:
        raise errors.meaning(why, 0, f"{path} is no journal") from why
    return db


def _make(path: Path) -> None:
    """An empty journal under its name, whole or not at all: a part of one is never ours."""
    if Path(f"{path}-wal").exists():
        raise JournalDamaged(0, f"{path} is missing, and its log is there: restore the backup")
    fresh = path.with_suffix(".new")
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{fresh}{suffix}").unlink(missing_ok=True)
    with closing(_connect(fresh)) as db:
        db.executescript(SCHEMA)
        db.execute("PRAGMA journal_mode = WAL")
    fresh.rename(path)
    sync_directory(path.parent)


@contextmanager
def empty() -> Iterator[sqlite3.Connection]:
    """In place of a file that cannot be opened at all: no facts."""
    with closing(_connect(":memory:")) as db:
        db.executescript(SCHEMA)
        yield db


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A journal that no engine has open.

    Raises JournalInUse, JournalDamaged, JournalUnavailable.
    """
    if not path.is_file():
        raise JournalDamaged(0, f"{path} does not exist")
    with ExitStack() as ends:
        if path.with_suffix(".lock").exists():
            ends.callback(os.close, lock(path, os.O_RDONLY))
        if not os.access(path.parent, os.W_OK):
            folder = ends.enter_context(tempfile.TemporaryDirectory(prefix="huinong-journal-"))
            path = _copy(path, Path(folder))
        yield ends.enter_context(reading(path))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write; the helpers that SQLite puts beside the file go with it.

    Raises JournalDamaged, JournalUnavailable: the shared memory needs some space on the disk.
    """
    helpers = [Path(f"{path}{suffix}") for suffix in ("-shm", "-wal")]
    fresh = [helper for helper in helpers if not helper.exists()]
    try:
        with closing(_connect_to_read(path)) as db:
            yield db
    finally:
        for helper in fresh:
            helper.unlink(missing_ok=True)


def lock(path: Path, mode: int = os.O_RDWR | os.O_CREAT) -> int:
    """A descriptor that keeps every other engine out until it is closed.

    Raises JournalInUse, JournalUnavailable.
    """
    beside = path.with_suffix(".lock")
    try:
        handle = os.open(beside, mode | os.O_CLOEXEC, 0o600)
    except OSError as why:
        raise JournalUnavailable(f"{beside}: {why.strerror}") from why
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise JournalInUse(
            f"the journal beside {beside} is in use: a station is running already; stop it first"
        ) from None
    return handle


def _connect(address: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    with ExitStack() as ends:
        try:
            db = _connect(f"{path.resolve().as_uri()}?mode=ro")
            ends.callback(db.close)
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (form,) = db.execute("PRAGMA user_version").fetchone()
        except UNREADABLE as why:
            raise errors.meaning(why, 0, f"{path} is no journal") from why
        _expect_ours(path, application, form)
        ends.pop_all()
    return db


def _expect_ours(path: Path, application: int, form: int) -> None:
    if application != APPLICATION:
        raise JournalDamaged(0, f"{path} is no journal: it belongs to another program")
    if form != FORMAT:
        raise JournalDamaged(0, f"{path} is a journal of form {form}; this version reads {FORMAT}")


def _copy(path: Path, folder: Path) -> Path:
    for suffix in ("", "-wal"):
        source = Path(f"{path}{suffix}")
        if source.exists():
            shutil.copyfile(source, folder / f"{path.name}{suffix}")
    return folder / path.name
