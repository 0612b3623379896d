"""What a journal's files may raise, and which of SQLite's errors means which.

Damage is what the bytes themselves show, and it ends all business. That SQLite got no space, lock,
memory or helper file says nothing about the bytes, and is never called damage.
"""

from __future__ import annotations

import sqlite3

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)  # the latter: a damaged name in a message

PRIMARY = 0xFF  # of an extended result code (sqlite.org/rescode.html)
NO_PROOF = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Primary codes that say nothing about what is in the file."""
BYTES_LOST = frozenset(
    {
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
        sqlite3.SQLITE_IOERR_DATA,
    }
)
"""I/O errors that are the file's own: a sector that the disk gives back no more."""
NO_SPACE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,  # nothing left of a quota
        sqlite3.SQLITE_IOERR_SHMSIZE,  # no room for the shared memory beside the file
    }
)


class JournalInUse(Exception):
    """Another process has the journal; the message says what to do."""


class JournalUnavailable(Exception):
    """The file cannot be used just now, and nothing says that its facts are harmed."""


class JournalFull(JournalUnavailable):
    """The disk takes no more: nothing was appended."""


class JournalDamaged(Exception):
    """The facts do not hang together; seq is the first that does not, 0 for the whole file."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"fact {seq}: {why}" if seq else why)
        self.seq = seq


def is_damage(why: Exception) -> bool:
    code = _code(why)
    return code & PRIMARY not in NO_PROOF or code in BYTES_LOST


def is_full(why: Exception) -> bool:
    return _code(why) in NO_SPACE


def meaning(why: Exception, seq: int, what: str) -> JournalDamaged | JournalUnavailable:
    """What to raise for one of `UNREADABLE`; what says of fact `seq` how it is damaged if it is."""
    if is_damage(why):
        return JournalDamaged(seq, f"{what}: {why}")
    if is_full(why):
        return JournalFull(f"the journal's disk is full, make room on it: {why}")
    return JournalUnavailable(f"the journal cannot be used just now: {why}")


def _code(why: Exception) -> int:
    """The extended result code; an error of Python's own wrapper has none."""
    code: int = getattr(why, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code
