"""A damaged journal is located, refuses to be written to, stays readable, and is left as it is."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from terminal.journal.store import AppendRefused, Journal, JournalDamaged
from terminal.keys.signer import FileSigner
from terminal.keys.vault import FileVault
from tests.journal.shop import columns, open_for_days, tamper, withdrawal

SEED = 20261124
FLIPS = 150


@pytest.fixture
def keys(signer: FileSigner) -> list[bytes]:
    return [signer.public_spki_der()]


@pytest.fixture
def kept(file: Path, vault: FileVault, signer: FileSigner, keys: list[bytes]) -> Path:
    """Two days and a morning: 27 facts, heads at 11 and 22."""
    journal = open_for_days(Journal(file, vault, keys), signer, 2)
    journal.append(withdrawal(23))
    journal.close()
    return file


def everything(file: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(file.parent.glob("journal.sqlite*"))}


def salvaged(file: Path, vault: FileVault, keys: list[bytes]) -> Journal:
    with pytest.raises(JournalDamaged) as found:
        Journal(file, vault, keys)
    return Journal.salvaged(file, vault, keys, found.value)


def test_the_facts_before_the_damage_stay_readable(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq = 26")
    journal = salvaged(kept, vault, keys)
    assert list(journal.replay(after=22)) == withdrawal(23)[:3]
    assert (journal.size, len(list(journal.replay()))) == (25, 25)
    journal.close()


def test_a_damaged_journal_takes_no_fact_and_no_new_business(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "DELETE FROM facts WHERE seq = 24")
    journal = salvaged(kept, vault, keys)
    with pytest.raises(AppendRefused, match="fact 24: missing"):
        journal.append(withdrawal(24))
    assert not journal.has_room()
    journal.close()


def test_a_damaged_head_is_passed_over_for_the_one_before(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET chain = x'00' WHERE seq = 22")
    journal = salvaged(kept, vault, keys)
    head = journal.last_head()
    assert head is not None
    assert (head.seq, journal.size) == (11, 21)
    journal.close()


def test_several_damages_end_at_the_first_that_reading_meets(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, *(f"UPDATE facts SET entry = x'00' WHERE seq = {seq}" for seq in (11, 22, 25)))
    journal = salvaged(kept, vault, keys)
    assert journal.damage is not None
    assert (journal.damage.seq, journal.size) == (11, 10)
    journal.close()


def test_nothing_of_a_damaged_journal_is_overwritten(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq = 26")
    before = everything(kept)
    journal = salvaged(kept, vault, keys)
    list(journal.replay())
    journal.tidy()
    journal.close()
    assert everything(kept) == before


def test_a_log_left_by_a_power_cut_is_neither_folded_nor_removed_from_a_damaged_journal(
    kept: Path, tmp_path: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq = 26")
    cut = tmp_path / "cut" / "journal.sqlite"
    cut.parent.mkdir()
    log = logged_elsewhere(kept, cut)
    before = everything(cut)
    assert log.name in before
    journal = salvaged(cut, vault, keys)
    journal.close()
    assert everything(cut) == before


def logged_elsewhere(file: Path, cut: Path) -> Path:
    """The files of `file` with one more fact in its log, copied as a power cut leaves them."""
    db = sqlite3.connect(file)
    db.execute("INSERT INTO facts VALUES (28, x'00', x'00', x'00')")
    db.commit()
    for suffix in ("", "-wal"):
        Path(f"{cut}{suffix}").write_bytes(Path(f"{file}{suffix}").read_bytes())
    db.close()
    return Path(f"{cut}-wal")


@pytest.mark.parametrize(
    "content", [b"", b"this is no database, it is a letter" * 200, b"SQLite format 3\x00" * 300]
)
def test_a_file_that_cannot_be_opened_is_reported_and_holds_no_facts(
    file: Path, vault: FileVault, keys: list[bytes], content: bytes
) -> None:
    file.write_bytes(content)
    journal = salvaged(file, vault, keys)
    assert list(journal.replay()) == []
    with pytest.raises(AppendRefused, match="is no journal"):
        journal.append(withdrawal(1))
    journal.close()
    assert everything(file) == {"journal.sqlite": content}


def test_the_database_of_another_program_is_left_alone(
    file: Path, vault: FileVault, keys: list[bytes]
) -> None:
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE recipes (dish TEXT)")
    db.close()
    before = everything(file)
    with pytest.raises(JournalDamaged, match="another program"):
        Journal(file, vault, keys)
    assert everything(file) == before


def test_a_journal_of_a_later_version_is_left_alone(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    db = sqlite3.connect(kept)
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(JournalDamaged, match="form 2; this version reads 1"):
        Journal(kept, vault, keys)


def test_facts_that_are_not_stored_as_bytes_are_no_facts(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(
        kept,
        "ALTER TABLE facts RENAME TO strict_facts",
        "CREATE TABLE facts (seq INTEGER PRIMARY KEY, entry, leaf, chain)",
        "INSERT INTO facts SELECT seq, CAST(entry AS TEXT), leaf, chain FROM strict_facts",
    )
    with pytest.raises(JournalDamaged, match="not stored as bytes"):
        Journal(kept, vault, keys)


def test_a_lost_file_beside_its_log_is_not_begun_anew(file: Path, vault: FileVault) -> None:
    Path(f"{file}-wal").write_bytes(b"the facts of a day")
    with pytest.raises(JournalDamaged, match="is missing, and its log is there"):
        Journal(file, vault)
    assert not file.exists()


def test_a_file_cut_short_is_located_and_left_as_it_is(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    kept.write_bytes(kept.read_bytes()[:-4096])
    before = everything(kept)
    with pytest.raises(JournalDamaged) as found:
        Journal(kept, vault, keys)
    assert 0 <= found.value.seq <= 27
    assert everything(kept) == before


@pytest.mark.parametrize("part", range(4))
def test_one_changed_byte_anywhere_in_the_file_is_found_or_changes_no_fact(
    kept: Path, tmp_path: Path, vault: FileVault, keys: list[bytes], part: int
) -> None:
    whole, true = kept.read_bytes(), list(columns(kept))
    chance = random.Random(SEED + part)
    for flip in range(FLIPS):
        at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        changed = tmp_path / str(flip) / "journal.sqlite"
        changed.parent.mkdir()
        content = bytearray(whole)
        content[at] ^= bit
        changed.write_bytes(content)
        try:
            journal = Journal(changed, vault, keys)
            list(journal.check())
            journal.close()
        except JournalDamaged:
            continue
        assert list(columns(changed)) == true, f"byte {at}, bit {bit}"
