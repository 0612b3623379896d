"""The journal keeps every fact in its place, or says where it does not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from protocol.values import IdNumber, Pan, PersonName
from terminal.core import facts
from terminal.core.exchange import Entry, Payer, Service, Verdict
from terminal.core.facts import Recorded, Requested
from terminal.journal import records
from terminal.journal.chain import GENESIS, leaf, link
from terminal.journal.files import read_only
from terminal.journal.rows import checked
from terminal.journal.store import Journal, JournalDamaged, JournalInUse
from terminal.maintenance.verify_journal import verify
from tests.vectors import vectors

AT = 1_795_000_000_000  # November 2026
PAN, NUMBER, NAME = "6229990100000012343", "50181101011980030787", "测试甲"
DAY = [
    Recorded(1, AT, "", 0, facts.StationOpened("0.1.0", "ab")),
    Recorded(2, AT + 1, "01", 0, facts.OperatorSignedIn("01")),
    Recorded(
        3,
        AT + 2,
        "01",
        3,
        Requested(
            Service.CONTRIBUTION_CARD,
            104,
            12,
            500,
            Entry.STRIPE,
            20_000,
            0,
            Pan(PAN),
            "3012",
            IdNumber(NUMBER),
            PersonName(NAME),
            "103",
            2026,
            20_000,
            Payer.CHILD,
            "0" * 16,
            "1123",
        ),
    ),
    Recorded(4, AT + 3, "01", 3, facts.Answered("00", Verdict.APPROVED, "承兑或交易成功")),
]


def written(file: Path, vault: object) -> Path:
    journal = Journal(file, vault)
    journal.append(DAY[:2])
    journal.append(DAY[2:])
    journal.close()
    return file


def test_the_chain_is_that_of_the_published_profile() -> None:
    profile = next(v for v in vectors("crypto/journal.json") if v["id"] == "chain-profile")
    chain = GENESIS
    for row in profile["entries"]:
        entry = row["entry"].encode()
        assert leaf(entry).hex() == row["leaf"]
        chain = link(chain, leaf(entry))
        assert chain.hex() == row["chain"]


def test_what_was_appended_is_replayed(file: Path, vault: object) -> None:
    journal = Journal(written(file, vault), vault)
    assert list(journal.replay()) == DAY
    journal.close()


def test_facts_are_told_by_their_numbers_as_they_stand_sealed(file: Path, vault: object) -> None:
    journal = Journal(written(file, vault), vault)
    told = journal.sealed_at([3, 4])
    journal.close()
    assert [(values["t"], values["tx"]) for values in told] == [("Requested", 3), ("Answered", 3)]
    assert told[0]["pan"]["mask"] == "622999*********2343"


def test_a_fact_told_by_its_number_is_proved(file: Path, vault: object) -> None:
    journal = Journal(written(file, vault), vault)
    journal.tidy()
    with pytest.raises(JournalDamaged, match="fact 5: missing"):
        journal.sealed_at([5])
    journal.close()


def test_no_card_number_or_person_stands_in_the_file(file: Path, vault: object) -> None:
    written(file, vault)
    everything = b"".join(path.read_bytes() for path in file.parent.iterdir())
    for secret in (PAN, NUMBER, NAME):
        assert secret.encode() not in everything


def test_without_the_key_the_masks_stay_readable(file: Path, vault: object) -> None:
    with read_only(written(file, vault)) as db:
        entry = records.read([row.entry for row in checked(db)][2])
    assert (entry["pan"]["mask"], entry["name"]["mask"]) == ("622999*********2343", "测**")


def test_facts_can_be_neither_changed_nor_deleted(file: Path, vault: object) -> None:
    db = sqlite3.connect(written(file, vault))
    for change in ("UPDATE facts SET entry = x'00'", "DELETE FROM facts"):
        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            db.execute(change)
    db.close()


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
@pytest.mark.parametrize("column", ["entry", "leaf", "chain"])
def test_any_change_of_any_fact_is_found_in_its_place(
    file: Path, vault: object, seq: int, column: str
) -> None:
    tamper(
        written(file, vault),
        f"UPDATE facts SET {column} = CAST({column} || x'20' AS BLOB) WHERE seq = {seq}",
    )
    with pytest.raises(JournalDamaged) as damage:
        list(verify(file, []))
    assert damage.value.seq == seq


def test_a_rewritten_amount_with_its_own_leaf_breaks_the_chain(file: Path, vault: object) -> None:
    db = sqlite3.connect(written(file, vault))
    entry = json.loads(db.execute("SELECT entry FROM facts WHERE seq = 3").fetchone()[0])
    db.close()
    entry["amount_fen"] = 90_000
    forged = records.canonical(entry)
    tamper(
        file,
        f"UPDATE facts SET entry = x'{forged.hex()}', leaf = x'{leaf(forged).hex()}' WHERE seq = 3",
    )
    with pytest.raises(JournalDamaged) as damage:
        list(verify(file, []))
    assert damage.value.seq == 3


def test_a_removed_fact_is_missed(file: Path, vault: object) -> None:
    tamper(written(file, vault), "DELETE FROM facts WHERE seq = 2")
    with pytest.raises(JournalDamaged) as damage:
        list(verify(file, []))
    assert damage.value.seq == 2


def test_a_second_engine_is_refused_and_changes_nothing(file: Path, vault: object) -> None:
    journal = Journal(written(file, vault), vault)
    with pytest.raises(JournalInUse, match="running already; stop it first"):
        Journal(file, vault)
    assert list(journal.replay()) == DAY
    journal.close()


def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(file: Path, vault: object) -> None:
    file.write_bytes(b"this is no database, it is a letter" * 200)
    before = file.read_bytes()
    with pytest.raises(JournalDamaged, match="no journal"):
        Journal(file, vault)
    assert file.read_bytes() == before


def test_the_damaged_journal_of_a_station_is_not_opened_for_business(
    file: Path, vault: object
) -> None:
    tamper(
        written(file, vault), "UPDATE facts SET entry = CAST(entry || x'20' AS BLOB) WHERE seq = 2"
    )
    with pytest.raises(JournalDamaged, match="fact 2"):
        Journal(file, vault)


def tamper(file: Path, change: str) -> None:
    """Someone with the file and without scruples: the triggers are dropped first."""
    db = sqlite3.connect(file)
    db.execute("DROP TRIGGER facts_stay")
    db.execute("DROP TRIGGER facts_remain")
    db.execute(change)
    db.commit()
    db.close()
