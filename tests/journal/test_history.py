"""The read model tells what the facts tell, however it came to it, and can always be built anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.values import IdNumber, Pan, PersonName
from terminal.core import facts
from terminal.core.exchange import Doubt, Entry, Payer, Service, Verdict
from terminal.core.facts import Fact, Recorded, Requested, Trouble
from terminal.journal.history import History, Paid
from terminal.journal.store import Journal
from terminal.keys.signer import FileSigner
from terminal.keys.vault import FileVault
from terminal.memory import Memory
from tests.journal.shop import AT, fill, open_for_days, withdrawal

PERSON, NAME, PAN = "50181101011980030787", "测试甲", "6229990100000012343"
APPROVED = facts.Answered(
    "00", Verdict.APPROVED, "承兑或交易成功", rrn="326112312345", receipt_number="R1"
)
DECLINED = facts.Answered("51", Verdict.DECLINED, "余额不足")


def contribution(fen: int = 20_000, year: int = 2026, person: str = PERSON) -> Requested:
    return Requested(
        Service.CONTRIBUTION_CARD,
        trace=104,
        batch=12,
        terminal_seq=500,
        entry=Entry.STRIPE,
        amount_fen=fen,
        pan=Pan(PAN),
        person=IdNumber(person),
        name=PersonName(NAME),
        year=year,
        tier_fen=20_000,
        payer=Payer.CHILD,
    )


@pytest.fixture
def journal(file: Path, vault: FileVault) -> Iterator[Journal]:
    journal = Journal(file, vault)
    yield journal
    journal.close()


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.sqlite")
    yield history
    history.close()


def tell(journal: Journal, *told: Fact, tx: int = 0, at_ms: int = AT) -> int:
    """Append facts of one transaction; the first begins it when `tx` is 0. Gives its id."""
    for fact in told:
        seq = journal.size + 1
        tx = tx or seq
        journal.append([Recorded(seq, at_ms, "01", tx, fact)])
    return tx


def only(history: History, table: str) -> dict[str, object]:
    (row,) = history.rows(table)
    return row


def test_a_withdrawal_is_one_row(journal: Journal, history: History) -> None:
    journal.append(withdrawal(1))
    assert history.learn(journal)
    row = only(history, "transactions")
    expected = {
        "tx": 1,
        "day": "2026-11-18",
        "operator": "01",
        "service": "withdrawal",
        "amount_fen": 20_000,
        "batch": 12,
        "card": "622999*********2343",
        "outcome": "approved",
        "code": "00",
        "rrn": "326112312345",
        "cash": "handed",
    }
    assert {name: row[name] for name in expected} == expected


def test_the_cash_that_moved_is_listed(journal: Journal, history: History) -> None:
    tell(journal, facts.ShiftOpened(500_000))
    journal.append(withdrawal(2))
    tell(journal, facts.ShiftClosed(480_000, 479_000, "少一张十元"))
    history.learn(journal)
    moved = [(row["kind"], row["fen"]) for row in history.rows("cash_movements")]
    assert moved == [("ShiftOpened", 500_000), ("CashHanded", -20_000), ("ShiftClosed", 479_000)]


def test_the_slips_are_listed(journal: Journal, history: History) -> None:
    journal.append(withdrawal(1))
    history.learn(journal)
    assert [(row["seq"], row["tx"], row["slip"]) for row in history.rows("slips")] == [
        (3, 1, "store_copy"),
        (4, 1, "customer_copy"),
    ]


def test_an_exception_stays_open_until_it_is_closed(journal: Journal, history: History) -> None:
    opened = facts.ExceptionOpened(Trouble.REVERSAL_TOO_LATE)
    tx = tell(journal, contribution(), facts.InDoubt(Doubt.NO_ANSWER, "time-out"), opened)
    history.learn(journal)
    before = only(history, "exceptions")
    tell(journal, facts.ExceptionClosed("statement"), tx=tx)
    history.learn(journal)
    after = only(history, "exceptions")
    assert (before["closed_seq"], before["trouble"]) == (0, "reversal_too_late")
    assert (after["opened_seq"], after["closed_seq"], after["closed_by"]) == (3, 4, "statement")


def test_no_person_and_no_card_stands_in_the_file(
    journal: Journal, history: History, tmp_path: Path
) -> None:
    tell(journal, contribution(), APPROVED)
    history.learn(journal)
    history.tidy()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("history.sqlite*"))
    assert b"501***" in content
    for secret in (PERSON, NAME, PAN):
        assert secret.encode() not in content


def test_what_a_person_has_paid_is_found_over_all_days(
    journal: Journal, history: History, vault: FileVault
) -> None:
    tell(journal, contribution(5_000), APPROVED)
    tell(journal, contribution(15_000), APPROVED, at_ms=AT + 1000)
    history.learn(journal)
    assert history.paid(vault.person_tag(PERSON), 2026) == Paid(20_000, AT, "R1")


@pytest.mark.parametrize(
    "ended",
    [
        (DECLINED,),
        (facts.NotSent("no route"),),
        (facts.InDoubt(Doubt.NO_ANSWER, "time-out"), facts.Reversed()),
        (),
    ],
)
def test_what_was_not_paid_in_the_end_does_not_count(
    journal: Journal, history: History, vault: FileVault, ended: tuple[Fact, ...]
) -> None:
    tell(journal, contribution(), *ended)
    history.learn(journal)
    assert history.paid(vault.person_tag(PERSON), 2026) is None


def test_another_year_and_another_person_do_not_count(
    journal: Journal, history: History, vault: FileVault
) -> None:
    tell(journal, contribution(), APPROVED)
    history.learn(journal)
    assert history.paid(vault.person_tag(PERSON), 2025) is None
    assert history.paid(vault.person_tag("50181101011980030788"), 2026) is None


def test_a_queued_contribution_counts_as_paid(
    journal: Journal, history: History, vault: FileVault
) -> None:
    queued = facts.Queued(7, 20_000, IdNumber(PERSON), 2026, 20_000, Payer.SELF, "0" * 16)
    tell(journal, queued, facts.CashTaken(20_000))
    history.learn(journal)
    paid = history.paid(vault.person_tag(PERSON), 2026)
    assert paid is not None
    assert paid.fen == 20_000


def test_with_the_keys_destroyed_the_masks_are_still_told(
    journal: Journal, history: History, vault: FileVault
) -> None:
    keys, long_ago = ("card-000077", "person-2020-09"), 1_600_000_000_000  # September 2020
    for key in keys:
        vault.prepare(key)
    tell(journal, replace(contribution(), batch=77), at_ms=long_ago)
    for key in keys:
        vault.destroy(key)
    history.learn(journal)
    row = only(history, "transactions")
    assert (row["card"], row["name"]) == ("622999*********2343", "测**")


def test_a_lost_file_is_built_anew(journal: Journal, tmp_path: Path) -> None:
    journal.append(withdrawal(1))
    path = tmp_path / "history.sqlite"
    first = History(path)
    first.learn(journal)
    rows = list(first.rows("transactions"))
    first.close()
    path.unlink()
    again = History(path)
    assert again.seen == 0
    assert again.learn(journal)
    assert list(again.rows("transactions")) == rows
    again.close()


def test_a_closed_file_goes_on_where_it_stopped(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    journal.append(withdrawal(1)[:2])
    first = History(path)
    first.learn(journal)
    first.close()
    journal.append(withdrawal(1)[2:])
    again = History(path)
    assert again.seen == 2
    again.learn(journal)
    assert only(again, "transactions")["cash"] == "handed"
    assert again.equal_to_rebuilt(journal)
    again.close()


@pytest.mark.parametrize("content", [b"", b"a letter " * 500, b"SQLite format 3\x00" * 300])
def test_a_file_that_is_none_costs_a_rebuild(
    journal: Journal, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "history.sqlite").write_bytes(content)
    journal.append(withdrawal(1))
    history = History(tmp_path / "history.sqlite")
    assert history.learn(journal)
    assert history.equal_to_rebuilt(journal)
    history.close()


def test_a_file_damaged_within_costs_a_rebuild(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    journal.append(withdrawal(1))
    history = History(path)
    history.learn(journal)
    history.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    journal.append(withdrawal(6))
    again = History(path)
    while not again.learn(journal):
        pass
    assert again.equal_to_rebuilt(journal)
    again.close()


def test_the_history_of_another_journal_is_not_believed(
    journal: Journal, history: History, tmp_path: Path, vault: FileVault
) -> None:
    other = Journal(tmp_path / "other.sqlite", vault)
    other.append([replace(fact, operator="02") for fact in withdrawal(1)])
    history.learn(other)
    other.close()
    journal.append(withdrawal(1))
    history.learn(journal)
    assert only(history, "transactions")["operator"] == "01"


def test_a_history_ahead_of_a_restored_journal_is_not_believed(
    journal: Journal, history: History, tmp_path: Path, vault: FileVault
) -> None:
    longer = Journal(tmp_path / "longer.sqlite", vault)
    longer.append(withdrawal(1))
    longer.append(withdrawal(6))
    history.learn(longer)
    longer.close()
    journal.append(withdrawal(1))
    assert history.learn(journal)
    assert (history.seen, only(history, "transactions")["tx"]) == (5, 1)


def test_an_altered_row_is_not_equal_to_the_facts(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    journal.append(withdrawal(1))
    history = History(path)
    history.learn(journal)
    history.close()
    db = sqlite3.connect(path)
    db.execute("UPDATE transactions SET amount_fen = 1")
    db.commit()
    db.close()
    again = History(path)
    assert not again.equal_to_rebuilt(journal)
    again.close()


def test_a_rebuild_goes_on_in_slices(
    journal: Journal, history: History, signer: FileSigner
) -> None:
    open_for_days(journal, signer, 3)
    steps = 1
    while not history.learn(journal, at_most=7):
        steps += 1
    assert steps == 5  # 33 facts
    assert history.equal_to_rebuilt(journal)


@pytest.fixture
def elsewhere(disk: Path) -> Iterator[History]:
    """A read model on a disk of its own, which can be filled."""
    history = History(disk / "history.sqlite")
    yield history
    history.close()


def test_a_full_disk_puts_off_learning_and_forgets_nothing(
    journal: Journal, elsewhere: History, disk: Path
) -> None:
    journal.append(withdrawal(1))
    assert elsewhere.learn(journal)
    filler = fill(disk)
    while elsewhere.seen == journal.size:
        journal.append(withdrawal(journal.size + 1))
        assert elsewhere.learn(journal)  # there is nothing more to do just now
    assert elsewhere.seen > 0
    elsewhere.tidy()
    filler.unlink()
    assert elsewhere.learn(journal)
    assert elsewhere.seen == journal.size
    assert elsewhere.equal_to_rebuilt(journal)


def test_a_read_model_that_a_full_disk_keeps_from_being_opened_is_not_removed(
    journal: Journal, disk: Path
) -> None:
    file = disk / "history.sqlite"
    history = History(file)
    journal.append(withdrawal(1))
    history.learn(journal)
    history.close()
    before = file.read_bytes()
    Path(f"{file}-wal").mkdir()  # cannot be opened just now
    with pytest.raises(sqlite3.OperationalError):
        History(file)
    assert file.read_bytes() == before


def test_a_memory_that_cannot_be_opened_just_now_is_opened_later(
    journal: Journal, tmp_path: Path, vault: FileVault
) -> None:
    journal.append(withdrawal(1))
    file = tmp_path / "history.sqlite"
    History(file).close()
    in_the_way = Path(f"{file}-wal")
    in_the_way.mkdir()
    memory = Memory(file, journal, vault.person_tag, "44010001")
    assert memory.learn()
    in_the_way.rmdir()
    assert memory.learn()
    memory.close()
    history = History(file)
    assert history.seen == journal.size
    history.close()
