"""A full disk refuses new business before it can break a running one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from protocol.values import IdNumber
from terminal.core import facts
from terminal.core.exchange import Balance, Doubt, Payer, Service, Verdict
from terminal.core.facts import (
    Fact,
    PostKind,
    PostSays,
    Recorded,
    Requested,
    SlipKind,
    Trouble,
    WhyCashMoved,
    WhyNoCash,
)
from terminal.journal.reserve import APPEND_BYTES_MAX, FACTS_MIN, RESERVE_BYTES
from terminal.journal.store import Journal, JournalDamaged, JournalFull
from terminal.keys.signer import FileSigner
from terminal.keys.vault import FileVault
from tests.journal.shop import AT, fill, head, killed, withdrawal


@pytest.fixture
def journal(disk: Path, vault: FileVault) -> Iterator[Journal]:
    """Its transaction 1 is running: requested, not answered."""
    journal = Journal(disk / "journal.sqlite", vault)
    journal.append(withdrawal(1)[:1])
    yield journal
    journal.close()


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
    _, answered, _, _, cash_handed = withdrawal(1)
    for told in (answered, cash_handed):
        journal.append([replace(told, seq=journal.size + 1)])
    assert journal.size == running + 2
    assert not journal.has_room()


def fill_the_log(journal: Journal) -> None:
    """Begin transactions until the disk refuses: the last blocks of the log are used up."""
    while True:
        try:
            journal.append(withdrawal(journal.size + 1)[:1])
        except JournalFull:
            return


ENDS = (
    facts.Answered("00", Verdict.APPROVED, "承兑或交易成功", rrn="326112312345"),
    facts.NotSent("connect"),
    facts.ChipEnded(agreed=True, cryptogram="C0FFEE"),
    facts.InDoubt(Doubt.NO_ANSWER, "silence"),
    facts.CashHanded(20_000),
    facts.CashNotHanded(WhyNoCash.LEFT),
    facts.CashTaken(20_000),
    facts.ReversalAnswered("00", "承兑或交易成功"),
    facts.Reversed(),
    facts.ExceptionOpened(Trouble.REVERSAL_UNANSWERED),
    facts.ExceptionClosed("reversal"),
    facts.SignedIn(12, "0" * 8, "0" * 8, "1123", 0),
    facts.PostAnswered(PostKind.CHECKPOINT, PostSays.WITNESSED, 20),
    facts.TotalsCompared(Balance.NOT_BALANCED, 30_000, 1, 0, 0),
    facts.Differed(104, 30_000, 0),
    facts.BatchUploaded("104-111", "00"),
    facts.Settled(12, 13, False, 30_000, 1, 0, 0, 0, 0, 0, 0),
)
OWED = (
    facts.ReversalSent(1, 500),
    facts.Forwarded(1, 12, 500),
    facts.Posted(PostKind.STATEMENT, 500),
    facts.Requested(Service.SETTLEMENT, 104, 12, 500),
)
SIGN_IN = (
    facts.Requested(Service.SIGN_IN, 104, 12, 500),
    facts.Posted(PostKind.CHECKPOINT, 500),
)
WAITING = (
    facts.Requested(Service.WITHDRAWAL, 104, 12, 500, amount_fen=20_000),
    facts.Requested(Service.BALANCE, 104, 12, 500),
    facts.Requested(Service.CONTRIBUTION_QUERY, 104, 12, 500),
    facts.Queued(104, 20_000, IdNumber("50181101011980030787"), 2026, 20_000, Payer.SELF, "0" * 16),
    facts.SettlementStarted(12, 30_000, 1, 0, 0),
    facts.StationOpened("0.1.0", "ab"),
    facts.OperatorSignedIn("01"),
    facts.OperatorSignedOut("01"),
    facts.OperatorLocked("01", 0),
    facts.OperatorUnlocked("01", "80"),
    facts.Refused("withdrawal", "80"),
    facts.ShiftOpened(100_000),
    facts.ShiftHandedOver("02", 100_000, 100_000),
    facts.ShiftClosed(100_000, 100_000),
    facts.CashMoved(-100_000, WhyCashMoved.BANKED),
    facts.SlipPrinted(SlipKind.STORE_COPY, 1, whole=True),
    facts.LateReply("00"),
    facts.ClockMoved(0, 1),
)


def named(fact: Fact) -> str:
    return type(fact).__name__


@pytest.fixture
def hungry(journal: Journal, disk: Path) -> Journal:
    """On a full disk, where another program takes whatever is freed."""
    fill(disk)
    fill_the_log(journal)
    return journal


def append(journal: Journal, fact: Fact, disk: Path | None = None) -> None:
    journal.append([Recorded(journal.size + 1, AT, "01", 1, fact)])
    if disk is not None:
        fill(disk)


def append_until_refused(journal: Journal, fact: Fact, disk: Path) -> int:
    """How many there was room for while another program took what was freed."""
    before = journal.size
    while True:
        try:
            append(journal, fact, disk)
        except JournalFull:
            return journal.size - before


@pytest.mark.parametrize("fact", [*ENDS, *OWED, *SIGN_IN], ids=named)
def test_what_a_running_transaction_needs_may_use_the_reserve(
    hungry: Journal, disk: Path, fact: Fact
) -> None:
    size = hungry.size
    for _ in range(FACTS_MIN // 2):
        append(hungry, fact, disk)
    assert hungry.size == size + FACTS_MIN // 2


@pytest.mark.parametrize("fact", WAITING, ids=named)
def test_what_can_wait_may_not_use_the_reserve(hungry: Journal, disk: Path, fact: Fact) -> None:
    append_until_refused(hungry, fact, disk)
    assert (disk / "journal.reserve").stat().st_size == RESERVE_BYTES


def test_every_fact_is_either_let_into_the_reserve_or_not() -> None:
    listed = {type(fact) for fact in (*ENDS, *OWED, *SIGN_IN, *WAITING)}
    assert listed == set(get_args(Fact)) - {facts.DayHead}


def test_a_signed_head_may_not_use_the_reserve(
    hungry: Journal, disk: Path, signer: FileSigner
) -> None:
    append(hungry, facts.InDoubt(Doubt.NO_ANSWER, "silence"), disk)
    freed = (disk / "journal.reserve").stat().st_size
    with pytest.raises(JournalFull):
        hungry.append([head(hungry.frontier, signer)])
    assert (disk / "journal.reserve").stat().st_size == freed


def test_a_line_that_is_down_for_days_leaves_the_ends_their_space(
    hungry: Journal, disk: Path
) -> None:
    """Sign-in is tried for ever, then each reversal; what they leave is for the counter."""
    for fact in (*SIGN_IN, *OWED):
        append_until_refused(hungry, fact, disk)
    size = hungry.size
    for _ in range(5):  # withdrawals whose cash is unconfirmed, and one at the counter
        for fact in ENDS[:8]:
            append(hungry, fact, disk)
    assert hungry.size == size + 40


def test_sign_ins_leave_the_reversals_their_space(hungry: Journal, disk: Path) -> None:
    append_until_refused(hungry, SIGN_IN[0], disk)
    assert append_until_refused(hungry, OWED[0], disk) >= FACTS_MIN // 4


def test_as_many_facts_have_room_as_the_arithmetic_says(hungry: Journal, disk: Path) -> None:
    assert append_until_refused(hungry, ENDS[0], disk) >= FACTS_MIN


def test_no_append_takes_more_of_the_log_than_the_arithmetic_says(
    file: Path, vault: FileVault
) -> None:
    """Over the growth of the table from one page to three levels."""
    journal = Journal(file, vault)
    log = Path(f"{file}-wal")
    taken = []
    for _ in range(1_200):
        before = log.stat().st_size if log.exists() else 0
        append(journal, facts.InDoubt(Doubt.NO_ANSWER, "silence " * 130))  # 740 is the longest
        taken.append(log.stat().st_size - before)
    journal.close()
    assert max(taken[1:]) <= APPEND_BYTES_MAX  # the first makes the log, too
    assert max(taken[1:]) > APPEND_BYTES_MAX // 2


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


def killed_while_a_reversal_is_open(disk: Path, vault: FileVault) -> Path:
    file = disk / "journal.sqlite"

    def work() -> None:
        journal = Journal(file, vault)
        journal.append(withdrawal(1)[:1])
        append(journal, facts.InDoubt(Doubt.NO_ANSWER, "silence"))

    killed(work)
    return file


def test_a_start_on_a_disk_that_filled_up_meanwhile_is_no_damage(
    disk: Path, vault: FileVault
) -> None:
    file = killed_while_a_reversal_is_open(disk, vault)
    filler = fill(disk)
    journal = Journal(file, vault)
    assert [type(told.fact) for told in journal.replay()] == [Requested, facts.InDoubt]
    append(journal, facts.ReversalSent(1, 500))
    assert not journal.has_room()
    filler.unlink()
    journal.tidy()
    assert journal.has_room()
    journal.close()


def test_a_start_on_a_full_disk_without_a_reserve_is_no_damage_either(
    disk: Path, vault: FileVault
) -> None:
    file = killed_while_a_reversal_is_open(disk, vault)
    (disk / "journal.reserve").unlink()
    filler = fill(disk)
    with pytest.raises(JournalFull, match="disk is full, make room on it"):
        Journal(file, vault)
    filler.unlink()
    journal = Journal(file, vault)
    assert journal.size == 2
    journal.close()


def test_a_damaged_journal_is_read_on_a_full_disk_too(disk: Path, vault: FileVault) -> None:
    file = killed_while_a_reversal_is_open(disk, vault)
    log = Path(f"{file}-wal")
    log.write_bytes(log.read_bytes()[:-1])
    fill(disk)
    with pytest.raises(JournalDamaged, match="fact 2: missing at the end, 1 in all") as found:
        Journal(file, vault)
    fill(disk)
    journal = Journal.salvaged(file, vault, [], found.value)
    assert list(journal.replay()) == withdrawal(1)[:1]
    journal.close()


def test_the_tail_mark_does_not_run_ahead_of_what_the_disk_took(
    hungry: Journal, disk: Path
) -> None:
    size = hungry.size
    with pytest.raises(JournalFull):
        append(hungry, facts.ShiftOpened(100_000))
    assert (disk / "journal.mark").read_text().startswith(f"{size:019d} ")


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
