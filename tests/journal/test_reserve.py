"""A full disk refuses new business before it can break a running one.

The disk is a small tmpfs; mounting it needs root, or the tests are skipped and say so.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from terminal.core.exchange import Service
from terminal.core.facts import Requested
from terminal.journal.reserve import RESERVE_BYTES, ROOM_BYTES
from terminal.journal.store import Journal, JournalFull
from terminal.keys.vault import FileVault
from tests.journal.shop import withdrawal

DISK_BYTES = RESERVE_BYTES + ROOM_BYTES + (1 << 20)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: a full disk needs a tmpfs, and mounting one needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def journal(disk: Path, vault: FileVault) -> Iterator[Journal]:
    """Its transaction 1 is running: requested, not answered."""
    journal = Journal(disk / "journal.sqlite", vault)
    journal.append(withdrawal(1)[:1])
    yield journal
    journal.close()


def fill(disk: Path) -> Path:
    """Another program that takes every block."""
    filler = disk / "photographs"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def test_there_is_room_on_a_disk_with_room(journal: Journal) -> None:
    assert journal.has_room()


def test_on_a_full_disk_there_is_no_room_for_new_business(journal: Journal, disk: Path) -> None:
    fill(disk)
    assert not journal.has_room()


def test_on_a_full_disk_new_money_is_refused_and_nothing_is_appended(
    journal: Journal, disk: Path
) -> None:
    fill(disk)
    fill_the_log(journal)
    requested = [withdrawal(seq)[0] for seq in range(1, journal.size + 1)]
    assert list(journal.replay()) == requested
    assert (disk / "journal.reserve").exists()


def test_on_a_full_disk_the_running_transaction_is_finished(journal: Journal, disk: Path) -> None:
    fill(disk)
    fill_the_log(journal)
    running = journal.size
    for fact in withdrawal(1)[1:]:
        journal.append([replace(fact, seq=journal.size + 1)])
    assert journal.size == running + 4
    assert not (disk / "journal.reserve").exists()
    assert not journal.has_room()


def fill_the_log(journal: Journal) -> None:
    """Begin transactions until the disk refuses: the last blocks of the log are used up."""
    while True:
        try:
            journal.append(withdrawal(journal.size + 1)[:1])
        except JournalFull:
            return


def test_a_sign_in_may_use_the_reserve_for_a_reversal_needs_it(
    journal: Journal, disk: Path
) -> None:
    fill(disk)
    fill_the_log(journal)
    seq = journal.size + 1
    first = withdrawal(seq)[0]
    assert isinstance(first.fact, Requested)
    sign_in = replace(first.fact, service=Service.SIGN_IN, pan=None, amount_fen=0)
    journal.append([replace(first, fact=sign_in)])
    assert journal.size == seq


def test_the_reserve_is_taken_again_when_there_is_space(journal: Journal, disk: Path) -> None:
    filler = fill(disk)
    fill_the_log(journal)
    journal.append([replace(withdrawal(1)[1], seq=journal.size + 1)])
    filler.unlink()
    assert not journal.has_room()
    journal.tidy()
    assert journal.has_room()


def test_tidying_on_a_full_disk_loses_nothing(journal: Journal, disk: Path) -> None:
    fill(disk)
    fill_the_log(journal)
    before = list(journal.replay())
    journal.tidy()
    assert list(journal.replay()) == before


def test_what_was_written_in_the_reserve_is_there_after_a_restart(
    disk: Path, vault: FileVault
) -> None:
    journal = Journal(disk / "journal.sqlite", vault)
    journal.append(withdrawal(1)[:1])
    fill(disk)
    fill_the_log(journal)
    journal.append([replace(withdrawal(1)[1], seq=journal.size + 1)])
    size = journal.size
    journal.close()
    again = Journal(disk / "journal.sqlite", vault)
    assert len(list(again.replay())) == again.size == size
    assert not again.has_room()
    again.close()


def test_little_space_beside_a_whole_reserve_is_no_room(disk: Path, vault: FileVault) -> None:
    journal = Journal(disk / "journal.sqlite", vault)
    (disk / "photographs").write_bytes(bytes(2 << 20))
    assert not journal.has_room()
    journal.close()


def test_a_station_can_be_opened_on_a_disk_too_small_for_the_reserve(
    disk: Path, vault: FileVault
) -> None:
    (disk / "photographs").write_bytes(bytes(3 << 20))
    journal = Journal(disk / "journal.sqlite", vault)
    assert not journal.has_room()
    assert not (disk / "journal.reserve").exists()
    journal.close()


def test_a_journal_cannot_be_made_on_a_full_disk_and_leaves_no_part_of_one(
    disk: Path, vault: FileVault
) -> None:
    fill(disk)
    file = disk / "journal.sqlite"
    file.with_suffix(".lock").touch()
    with pytest.raises(JournalFull):
        Journal(file, vault)
    assert not file.exists()
