"""What SQLite could not do is no proof of damage; what the bytes show is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from terminal.journal import errors
from terminal.journal.errors import JournalDamaged, JournalFull, JournalUnavailable
from terminal.journal.store import Journal
from terminal.keys.vault import FileVault
from tests.journal.shop import withdrawal

# sqlite.org/rescode.html: extended code = primary + 256 * n
CODES = {
    "SQLITE_BUSY": 5,
    "SQLITE_NOMEM": 7,
    "SQLITE_READONLY_CANTINIT": 8 + 5 * 256,
    "SQLITE_IOERR": 10,
    "SQLITE_IOERR_FSYNC": 10 + 4 * 256,
    "SQLITE_IOERR_LOCK": 10 + 15 * 256,
    "SQLITE_IOERR_SHMOPEN": 10 + 18 * 256,
    "SQLITE_IOERR_SHMMAP": 10 + 21 * 256,
    "SQLITE_CANTOPEN": 14,
    "SQLITE_PROTOCOL": 15,
}
FULL = {
    "SQLITE_FULL": 13,
    "SQLITE_IOERR_WRITE": 10 + 3 * 256,
    "SQLITE_IOERR_SHMSIZE": 10 + 19 * 256,
}
DAMAGE = {
    "SQLITE_ERROR": 1,  # no such table: another file in its place
    "SQLITE_CORRUPT": 11,
    "SQLITE_CORRUPT_INDEX": 11 + 3 * 256,
    "SQLITE_NOTADB": 26,
    "SQLITE_IOERR_READ": 10 + 1 * 256,
    "SQLITE_IOERR_CORRUPTFS": 10 + 33 * 256,
}


def said(code: int) -> Exception:
    why = sqlite3.OperationalError("disk I/O error")
    why.sqlite_errorcode = code
    return errors.meaning(why, 7, "cannot be read")


@pytest.mark.parametrize("name", CODES)
def test_what_could_not_be_done_just_now_is_no_damage(name: str) -> None:
    assert type(said(CODES[name])) is JournalUnavailable


@pytest.mark.parametrize("name", FULL)
def test_no_space_is_a_full_disk(name: str) -> None:
    assert type(said(FULL[name])) is JournalFull


@pytest.mark.parametrize("name", DAMAGE)
def test_what_the_bytes_show_is_damage_of_that_fact(name: str) -> None:
    found = said(DAMAGE[name])
    assert isinstance(found, JournalDamaged)
    assert str(found) == "fact 7: cannot be read: disk I/O error"


def test_a_name_that_is_no_text_is_damage() -> None:
    why = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    assert isinstance(errors.meaning(why, 7, "cannot be read"), JournalDamaged)


def test_a_journal_whose_log_cannot_be_opened_is_not_called_damaged(
    file: Path, vault: FileVault
) -> None:
    Journal(file, vault).close()
    Path(f"{file}-wal").mkdir()
    with pytest.raises(JournalUnavailable):
        Journal(file, vault)


def test_a_folder_that_is_not_there_is_not_called_damage(tmp_path: Path, vault: FileVault) -> None:
    with pytest.raises(JournalUnavailable, match="No such file"):
        Journal(tmp_path / "none" / "journal.sqlite", vault)


def test_damage_that_only_writing_meets_is_damage(file: Path, vault: FileVault) -> None:
    """A free page that is not there: nothing reads it, and the table cannot grow."""
    Journal(file, vault).close()
    content = bytearray(file.read_bytes())
    content[32:36] = (999_999).to_bytes(4, "big")  # first free page: fileformat2 section 1.3
    content[36:40] = (1).to_bytes(4, "big")  # how many there are
    file.write_bytes(content)
    journal = Journal(file, vault)
    with pytest.raises(JournalDamaged, match="cannot be written"):
        append_days(journal)
    assert len(list(journal.replay())) == journal.size
    journal.close()


def append_days(journal: Journal) -> None:
    for _ in range(20):
        journal.append(withdrawal(journal.size + 1))
