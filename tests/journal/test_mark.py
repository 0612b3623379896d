"""Facts that are missing at the end are missed at the next start; so is damage found at night."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from terminal.journal.store import Journal, JournalDamaged
from terminal.keys.signer import FileSigner
from terminal.keys.store import KeyStore, make_store
from terminal.keys.vault import FileVault
from tests.journal.shop import columns, killed, open_for_days, tamper, withdrawal

WAL_HEADER_BYTES, FRAME_BYTES = 32, 24 + 4096  # sqlite.org/fileformat2.html section 4.1


@pytest.fixture
def keys(signer: FileSigner) -> list[bytes]:
    return [signer.public_spki_der()]


@pytest.fixture
def power_cut(file: Path, vault: FileVault) -> Path:
    """Nine facts, each appended alone; all of them stand in the log only."""

    def work() -> None:
        journal = Journal(file, vault)
        for fact in (*withdrawal(1), *withdrawal(6)[:4]):
            journal.append([fact])

    killed(work)
    return file


@pytest.fixture
def kept(file: Path, vault: FileVault, signer: FileSigner, keys: list[bytes]) -> Path:
    """Two days, closed in order: 22 facts, heads at 11 and 22."""
    open_for_days(Journal(file, vault, keys), signer, 2).close()
    return file


def log_of(file: Path) -> Path:
    return Path(f"{file}-wal")


def mark_of(file: Path) -> Path:
    return file.with_suffix(".mark")


def test_after_a_power_cut_every_fact_is_there(power_cut: Path, vault: FileVault) -> None:
    journal = Journal(power_cut, vault)
    assert journal.size == 9
    journal.close()


def test_one_flipped_bit_in_the_log_does_not_lose_facts_silently(
    power_cut: Path, vault: FileVault
) -> None:
    log = bytearray(log_of(power_cut).read_bytes())
    log[WAL_HEADER_BYTES + FRAME_BYTES + 1000] ^= 1  # the second fact's page
    log_of(power_cut).write_bytes(log)
    with pytest.raises(JournalDamaged, match="fact 2: missing at the end, 8 in all"):
        Journal(power_cut, vault)
    assert log_of(power_cut).read_bytes() == log


def test_a_lost_log_does_not_lose_facts_silently(power_cut: Path, vault: FileVault) -> None:
    log_of(power_cut).unlink()
    with pytest.raises(JournalDamaged, match="fact 1: missing at the end, 9 in all"):
        Journal(power_cut, vault)


def test_what_is_left_in_front_of_missing_facts_stays_readable(
    power_cut: Path, vault: FileVault
) -> None:
    log = log_of(power_cut).read_bytes()
    log_of(power_cut).write_bytes(log[: WAL_HEADER_BYTES + 3 * FRAME_BYTES])
    with pytest.raises(JournalDamaged) as found:
        Journal(power_cut, vault)
    journal = Journal.salvaged(power_cut, vault, [], found.value)
    assert list(journal.replay()) == withdrawal(1)[:3]
    journal.close()
    with pytest.raises(JournalDamaged, match="fact 4: missing at the end, 6 in all"):
        Journal(power_cut, vault)


def test_a_journal_lost_with_its_log_is_not_begun_anew(power_cut: Path, vault: FileVault) -> None:
    power_cut.unlink()
    log_of(power_cut).unlink()
    with pytest.raises(JournalDamaged, match="is missing: restore the backup"):
        Journal(power_cut, vault)
    assert not power_cut.exists()


def test_a_station_that_has_done_business_does_not_begin_a_journal(
    file: Path, vault: FileVault
) -> None:
    with pytest.raises(JournalDamaged, match="is missing: restore the backup"):
        Journal(file, vault, expected=True)
    assert not file.exists()


@pytest.fixture
def new_store(tmp_path: Path) -> KeyStore:
    return make_store(tmp_path / "keys", b"a passphrase of the test", "44010001")


def test_a_new_vault_has_seen_no_business(new_store: KeyStore) -> None:
    assert not FileVault(new_store).used


def test_a_vault_with_a_key_has_seen_business_also_when_the_key_is_destroyed(
    new_store: KeyStore,
) -> None:
    vault = FileVault(new_store)
    vault.prepare("card-000012")
    assert vault.used
    vault.destroy("card-000012")
    assert vault.used
    assert FileVault(new_store).used


def test_facts_cut_off_at_the_end_are_missed(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "DELETE FROM facts WHERE seq > 17")
    with pytest.raises(JournalDamaged, match="fact 18: missing at the end, 5 in all"):
        Journal(kept, vault, keys)


def test_an_older_copy_of_the_file_alone_is_noticed(
    kept: Path, tmp_path: Path, vault: FileVault, keys: list[bytes]
) -> None:
    older = shutil.copy(kept, tmp_path / "older")
    journal = Journal(kept, vault, keys)
    journal.append(withdrawal(23))
    journal.close()
    shutil.copy(older, kept)
    with pytest.raises(JournalDamaged, match="fact 23: missing at the end, 5 in all"):
        Journal(kept, vault, keys)


def test_another_journal_in_its_place_is_noticed(
    file: Path, tmp_path: Path, vault: FileVault
) -> None:
    for place, seconds in ((file, 0), (tmp_path / "other.sqlite", 1)):
        journal = Journal(place, vault)
        journal.append(withdrawal(1, at_ms=seconds * 1000))
        journal.close()
    shutil.copy(tmp_path / "other.sqlite", file)
    with pytest.raises(JournalDamaged, match="fact 5: another fact was here"):
        Journal(file, vault)


def test_a_mark_that_a_power_cut_left_behind_the_facts_is_no_damage(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    behind = mark_of(kept).read_bytes()
    journal = Journal(kept, vault, keys)
    journal.append(withdrawal(23))
    journal.close()
    mark_of(kept).write_bytes(behind)
    journal = Journal(kept, vault, keys)
    assert journal.size == 27
    journal.close()


def test_a_mark_that_cannot_be_read_says_nothing(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    whole = mark_of(kept).read_bytes()
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    for content in (b"", b"\0" * len(whole), whole[:-1], whole + b"\n", *flipped):
        mark_of(kept).write_bytes(content)
        journal = Journal(kept, vault, keys)
        assert journal.size == 22
        journal.close()


def test_a_journal_without_a_mark_gets_one_with_its_next_fact(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    mark_of(kept).unlink()
    journal = Journal(kept, vault, keys)
    assert mark_of(kept).read_bytes() == b""  # what is read may not be durable before the next sync
    journal.append(withdrawal(23)[:1])
    journal.close()
    assert mark_of(kept).read_bytes().startswith(b"0000000000000000023 ")


def test_the_mark_names_the_last_fact_and_its_chain_hash(kept: Path) -> None:
    seq, _, _, chain = list(columns(kept))[-1]
    told = mark_of(kept).read_text().split()
    assert (int(told[0]), told[1], int(told[2])) == (seq, chain.hex(), 0)


@pytest.fixture
def damaged_at_night(kept: Path, vault: FileVault, keys: list[bytes]) -> Path:
    """Fact 5 lies before the last head, and the night's proof has found it changed."""
    shutil.copy(kept, kept.with_name("backup"))
    tamper(kept, "UPDATE facts SET entry = x'00' WHERE seq = 5")
    journal = Journal(kept, vault, keys)
    with pytest.raises(JournalDamaged):
        list(journal.check())
    journal.close()
    return kept


def test_damage_found_at_night_is_known_at_the_next_start(
    damaged_at_night: Path, vault: FileVault, keys: list[bytes]
) -> None:
    for _ in range(2):
        with pytest.raises(JournalDamaged, match="fact 5: its text was changed") as found:
            Journal(damaged_at_night, vault, keys)
        journal = Journal.salvaged(damaged_at_night, vault, keys, found.value)
        assert journal.size == 4
        journal.close()


def test_damage_is_forgotten_once_everything_has_been_proved(
    damaged_at_night: Path, vault: FileVault, keys: list[bytes]
) -> None:
    shutil.copy(damaged_at_night.with_name("backup"), damaged_at_night)
    Journal(damaged_at_night, vault, keys).close()
    tamper(damaged_at_night, "UPDATE facts SET entry = x'00' WHERE seq = 6")
    journal = Journal(damaged_at_night, vault, keys)  # reads from the last head again
    assert journal.size == 22
    journal.close()


def test_damage_elsewhere_is_not_forgotten_for_the_damaged_place_being_sound(
    damaged_at_night: Path, vault: FileVault, keys: list[bytes]
) -> None:
    shutil.copy(damaged_at_night.with_name("backup"), damaged_at_night)
    tamper(damaged_at_night, "UPDATE facts SET entry = x'00' WHERE seq = 8")
    for _ in range(2):
        with pytest.raises(JournalDamaged, match="fact 8"):
            Journal(damaged_at_night, vault, keys)


def test_damage_that_stopped_the_business_is_known_at_the_next_start(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq = 7")
    journal = Journal(kept, vault, keys)
    with pytest.raises(JournalDamaged) as found:
        journal.sealed_at([7])
    journal.stop(found.value)
    journal.close()
    with pytest.raises(JournalDamaged, match="fact 7"):
        Journal(kept, vault, keys)


def test_a_stop_for_which_no_fact_is_to_blame_is_forgotten(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    journal = Journal(kept, vault, keys)
    journal.stop(JournalDamaged(23, "cannot be written"))
    journal.close()
    again = Journal(kept, vault, keys)
    assert (again.damage, again.size) == (None, 22)
    again.close()
