"""`huinong journal verify`: exit 0 for a whole journal, else 1 and the first bad fact."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from terminal.journal import checkpoint
from terminal.journal.store import Journal
from terminal.keys.signer import FileSigner
from terminal.keys.vault import FileVault
from tests.journal.shop import AT, DAY_MS, columns, tamper, withdrawal
from tests.maintenance.conftest import notes

SEED = 20261124
LAST = 27


@pytest.fixture
def seen(kept: Path, vault: FileVault, signer: FileSigner, tmp_path: Path) -> Path:
    """What the bank stored: the head of the second day, 21 facts."""
    path = tmp_path / "bank.txt"
    path.write_text(notes(kept, vault, signer)[1], "utf-8")
    return path


def test_a_whole_journal_is_proved(huinong, kept, station_key) -> None:
    said = huinong("journal", "verify", kept, "--keys", station_key)
    assert said.code == 0
    assert "27 facts, chain whole" in said.out
    assert "2 heads fit the facts, the last is fact 22; all their signatures hold" in said.out


def test_without_a_checkpoint_it_says_which_head_it_cannot_vouch_for(
    huinong, kept, station_key
) -> None:
    said = huinong("journal", "verify", kept, "--keys", station_key)
    assert "nobody vouches for the head of 21 facts, root " in said.out
    assert "cannot be seen without --checkpoint" in said.out


def test_without_keys_it_says_that_signatures_were_not_judged(huinong, kept) -> None:
    said = huinong("journal", "verify", kept)
    assert said.code == 0
    assert "signatures were not judged: no keys were given (--keys)" in said.out


def test_heads_of_another_key_do_not_pass(huinong, kept, other_key) -> None:
    said = huinong("journal", "verify", kept, "--keys", other_key)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "the last head, fact 22, is signed by none of these keys" in said.err


def test_what_the_bank_has_seen_is_found_unchanged(huinong, kept, station_key, seen) -> None:
    said = huinong("journal", "verify", kept, "--keys", station_key, "--checkpoint", seen)
    assert said.code == 0
    assert "the 21 facts that the bank has seen are here, unchanged" in said.out
    assert "nobody vouches for the 6 after them" in said.out


def test_a_cut_tail_is_found_with_the_checkpoint(huinong, kept, station_key, seen) -> None:
    tamper(kept, "DELETE FROM facts WHERE seq > 15")
    kept.with_suffix(".mark").unlink()
    without = huinong("journal", "verify", kept, "--keys", station_key)
    said = huinong("journal", "verify", kept, "--keys", station_key, "--checkpoint", seen)
    assert without.code == 0
    assert said.code == 1
    assert "fact 16 is missing: the bank has seen 21 facts" in said.err


def test_yesterdays_copy_is_found_with_the_checkpoint(
    huinong, kept, vault, signer, station_key, seen, tmp_path
) -> None:
    yesterday = tmp_path / "copy" / "journal.sqlite"
    yesterday.parent.mkdir()
    shutil.copy(kept, yesterday)
    tamper(yesterday, "DELETE FROM facts WHERE seq > 11")
    said = huinong("journal", "verify", yesterday, "--keys", station_key, "--checkpoint", seen)
    assert said.code == 1
    assert "this file is an older copy or was cut off" in said.err


def test_another_journal_than_the_one_the_bank_has_seen_is_found(
    huinong, kept, vault, signer, station_key, seen, tmp_path
) -> None:
    other = Journal(tmp_path / "other.sqlite", vault)
    for day in range(5):
        other.append(withdrawal(other.size + 1, AT + day * DAY_MS))
    other.close()
    said = huinong(
        "journal",
        "verify",
        tmp_path / "other.sqlite",
        "--keys",
        station_key,
        "--checkpoint",
        seen,
    )
    assert said.code == 1
    assert "the first 21 facts are not those that the bank has seen" in said.err


def test_a_checkpoint_of_another_station_is_told_apart(
    huinong, kept, signer, station_key, tmp_path
) -> None:
    origin = "huinong.example/44010002"
    note = checkpoint.sign(checkpoint.text(origin, 21, bytes(32)), origin, signer)
    (tmp_path / "bank.txt").write_text(note, "utf-8")
    said = huinong(
        "journal", "verify", kept, "--keys", station_key, "--checkpoint", tmp_path / "bank.txt"
    )
    assert said.code == 1
    assert "the checkpoint is of huinong.example/44010002, the journal of" in said.err


@pytest.mark.parametrize("column", ["entry", "leaf", "chain"])
@pytest.mark.parametrize("seq", range(1, LAST + 1))
def test_one_changed_byte_of_any_fact_is_found_in_its_place(
    huinong, kept, station_key, seq: int, column: str
) -> None:
    row = list(columns(kept))[seq - 1]
    value = bytearray(row[("seq", "entry", "leaf", "chain").index(column)])
    chance = random.Random(f"{SEED} {seq} {column}")
    value[chance.randrange(len(value))] ^= 1 << chance.randrange(8)
    tamper(kept, f"UPDATE facts SET {column} = x'{value.hex()}' WHERE seq = {seq}")
    said = huinong("journal", "verify", kept, "--keys", station_key)
    assert said.code == 1
    assert f"fact {seq}: " in said.err


def test_every_byte_of_a_fact_counts(huinong, kept) -> None:
    entry = list(columns(kept))[21][1]  # a head: the longest
    tamper(kept)
    for at in range(0, len(entry), 17):
        changed = bytearray(entry)
        changed[at] ^= 1
        rewrite(kept, 22, bytes(changed))
        assert "fact 22: its text was changed" in huinong("journal", "verify", kept).err
    rewrite(kept, 22, entry)
    assert huinong("journal", "verify", kept).code == 0


def rewrite(file: Path, seq: int, entry: bytes) -> None:
    db = sqlite3.connect(file)
    db.execute("UPDATE facts SET entry = ? WHERE seq = ?", (entry, seq))
    db.commit()
    db.close()


@pytest.mark.parametrize("seq", range(1, LAST))
def test_any_removed_fact_but_the_last_is_missed_in_its_place(huinong, kept, seq: int) -> None:
    tamper(kept, f"DELETE FROM facts WHERE seq = {seq}")
    said = huinong("journal", "verify", kept)
    assert said.code == 1
    assert f"fact {seq}: missing; the next is {seq + 1}" in said.err


def test_two_facts_that_changed_places_are_found(huinong, kept) -> None:
    tamper(
        kept,
        "UPDATE facts SET seq = 100 WHERE seq = 4",
        "UPDATE facts SET seq = 4 WHERE seq = 5",
        "UPDATE facts SET seq = 5 WHERE seq = 100",
    )
    assert "fact 4: " in huinong("journal", "verify", kept).err


def test_an_added_fact_is_found(huinong, kept) -> None:
    tamper(kept, "INSERT INTO facts SELECT 28, entry, leaf, chain FROM facts WHERE seq = 27")
    assert "fact 28: " in huinong("journal", "verify", kept).err


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is no journal"), (b"a letter to the bank " * 400, "is no journal"), (None, "exist")],
)
def test_a_file_that_is_no_journal_is_one_plain_line(huinong, file, content, why: str) -> None:
    if content is not None:
        file.write_bytes(content)
    said = huinong("journal", "verify", file)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert why in said.err


@pytest.mark.parametrize(
    "content", [b"", b"no note", b"\xff\xfe", b"a\nb\nc\n\n\xe2\x80\x94 x y\n"]
)
def test_a_file_that_is_no_checkpoint_is_one_plain_line(
    huinong, kept, tmp_path, content: bytes
) -> None:
    (tmp_path / "bank.txt").write_bytes(content)
    said = huinong("journal", "verify", kept, "--checkpoint", tmp_path / "bank.txt")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("name", ["missing.pem", "."])
def test_a_key_file_that_is_none_is_one_plain_line(huinong, kept, tmp_path, name: str) -> None:
    said = huinong("journal", "verify", kept, "--keys", tmp_path / name)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)


def test_verifying_changes_nothing_in_the_folder(huinong, kept) -> None:
    before = {path.name: path.read_bytes() for path in kept.parent.iterdir()}
    huinong("journal", "verify", kept)
    assert {path.name: path.read_bytes() for path in kept.parent.iterdir()} == before


def test_a_running_station_is_not_disturbed(huinong, kept, vault, signer) -> None:
    journal = Journal(kept, vault, [signer.public_spki_der()])
    said = huinong("journal", "verify", kept)
    journal.close()
    assert said.code == 1
    assert "a station is running already; stop it first" in said.err


def test_facts_cut_off_at_the_end_are_missed_where_the_tail_mark_lies_beside(huinong, kept) -> None:
    tamper(kept, "DELETE FROM facts WHERE seq > 25")
    said = huinong("journal", "verify", kept)
    assert said.code == 1
    assert "fact 26 is missing: 27 were here when the station wrote its mark" in said.err


def test_a_journal_put_in_the_place_of_another_is_missed_by_the_tail_mark(
    huinong, kept, vault, tmp_path
) -> None:
    other = Journal(tmp_path / "other.sqlite", vault)
    for day in range(6):
        other.append(withdrawal(other.size + 1, AT + day * DAY_MS))
    other.close()
    shutil.copy(tmp_path / "other.sqlite", kept)
    said = huinong("journal", "verify", kept)
    assert said.code == 1
    assert "fact 27 is another than the one that was here" in said.err
