"""A start goes on from the last signed head, and believes neither a false head nor what follows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from terminal.core.facts import DayHead
from terminal.journal import checkpoint, records, tree
from terminal.journal.store import Journal, JournalDamaged
from terminal.journal.tree import Frontier
from terminal.keys.signer import FileSigner
from terminal.keys.vault import FileVault
from tests.journal.shop import ORIGIN, columns, head, open_for_days, tamper, withdrawal

DAYS, A_DAY = 3, 11
STRANGER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)), "44010001")


@pytest.fixture
def keys(signer: FileSigner) -> list[bytes]:
    return [signer.public_spki_der()]


@pytest.fixture
def kept(file: Path, vault: FileVault, signer: FileSigner, keys: list[bytes]) -> Path:
    """Three days and a morning: 36 facts, heads at 11, 22 and 33."""
    journal = open_for_days(Journal(file, vault, keys), signer, DAYS)
    journal.append(withdrawal(34)[:3])
    journal.close()
    return file


def rewritten(file: Path, seq: int, change: dict[str, object]) -> None:
    """Fact `seq` says something else, and every leaf and chain hash from it on is made to fit."""
    rows = list(columns(file))
    chain = rows[seq - 2][3] if seq > 1 else bytes(32)
    changes = []
    for number, entry, _, _ in rows[seq - 1 :]:
        if number == seq:
            entry = records.canonical({**json.loads(entry), **change})
        leaf = hashlib.sha256(b"\x00" + entry).digest()
        chain = hashlib.sha256(b"\x02" + chain + leaf).digest()
        changes.append(
            f"UPDATE facts SET entry = x'{entry.hex()}', leaf = x'{leaf.hex()}',"
            f" chain = x'{chain.hex()}' WHERE seq = {number}"
        )
    tamper(file, *changes)


def test_the_last_head_is_found(kept: Path, vault: FileVault, keys: list[bytes]) -> None:
    journal = Journal(kept, vault, keys)
    found = journal.last_head()
    assert found is not None
    assert isinstance(found.fact, DayHead)
    assert (found.seq, found.fact.size) == (33, 32)
    journal.close()


def test_a_journal_without_a_head_has_none(file: Path, vault: FileVault) -> None:
    journal = Journal(file, vault)
    journal.append(withdrawal(1))
    assert journal.last_head() is None
    journal.close()


def test_the_tree_after_a_start_is_that_of_all_facts(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    journal = Journal(kept, vault, keys)
    all_leaves = [leaf for _, _, leaf, _ in columns_of(journal, kept)]
    assert journal.frontier == tree.grown(Frontier(), all_leaves)
    assert journal.size == 36


def columns_of(journal: Journal, file: Path) -> list[tuple[int, bytes, bytes, bytes]]:
    journal.close()
    return list(columns(file))


def test_the_facts_after_the_head_are_replayed(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    journal = Journal(kept, vault, keys)
    assert list(journal.replay(after=33)) == withdrawal(34)[:3]
    journal.close()


def test_the_facts_of_an_open_transaction_are_fetched_by_number(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    journal = Journal(kept, vault, keys)
    assert journal.facts_at([34, 35]) == withdrawal(34)[:2]
    journal.close()


def test_appending_goes_on_after_a_start(kept: Path, vault: FileVault, keys: list[bytes]) -> None:
    journal = Journal(kept, vault, keys)
    journal.append(withdrawal(37))
    journal.close()
    again = Journal(kept, vault, keys)
    assert again.size == 41
    assert list(again.check()) == []  # fewer facts than a step: nothing to report, nothing raised
    again.close()


def test_a_start_does_not_read_what_the_head_proves(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET entry = x'00' WHERE seq = 5")
    journal = Journal(kept, vault, keys)
    assert journal.size == 36
    journal.close()


def test_what_a_start_did_not_read_is_found_at_night(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET entry = x'00' WHERE seq = 5")
    journal = Journal(kept, vault, keys)
    with pytest.raises(JournalDamaged) as damage:
        list(journal.check())
    assert damage.value.seq == 5
    assert journal.damage is damage.value
    journal.close()


@pytest.mark.parametrize("seq", [33, 34, 35, 36])
@pytest.mark.parametrize("column", ["entry", "leaf", "chain"])
def test_a_change_of_the_head_or_of_what_follows_is_found_at_the_start(
    kept: Path, vault: FileVault, keys: list[bytes], seq: int, column: str
) -> None:
    tamper(kept, f"UPDATE facts SET {column} = CAST({column} || x'20' AS BLOB) WHERE seq = {seq}")
    with pytest.raises(JournalDamaged) as damage:
        Journal(kept, vault, keys)
    assert damage.value.seq == seq


@pytest.mark.parametrize("seq", [33, 34, 35])
def test_a_fact_removed_at_or_after_the_head_is_missed_at_the_start(
    kept: Path, vault: FileVault, keys: list[bytes], seq: int
) -> None:
    tamper(kept, f"DELETE FROM facts WHERE seq = {seq}")
    with pytest.raises(JournalDamaged) as damage:
        Journal(kept, vault, keys)
    assert damage.value.seq == seq


def test_a_head_of_another_key_is_not_believed(kept: Path, vault: FileVault) -> None:
    with pytest.raises(JournalDamaged, match=r"fact 33: .*another key"):
        Journal(kept, vault, [STRANGER.public_spki_der()])


def test_a_head_whose_root_was_rewritten_with_its_frontier_does_not_hold(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    false = head(Frontier(32, (bytes(32),)), STRANGER).fact
    rewritten(kept, 33, {"root": false.root, "frontier": false.frontier})
    with pytest.raises(JournalDamaged, match=r"fact 33: .*root"):
        Journal(kept, vault, keys)


def test_a_signed_head_of_another_size_does_not_pass_in_this_place(
    kept: Path, vault: FileVault, signer: FileSigner, keys: list[bytes]
) -> None:
    other = head(tree.grown(Frontier(), [bytes(32)] * 31), signer).fact
    assert isinstance(other, DayHead)
    said = {"size": 31, "root": other.root, "note": other.note, "frontier": other.frontier}
    rewritten(kept, 33, said)
    with pytest.raises(JournalDamaged, match=r"fact 33: .*another size"):
        Journal(kept, vault, keys)


def test_an_entry_that_carries_another_number_is_not_believed(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    rewritten(kept, 35, {"seq": 36})
    with pytest.raises(JournalDamaged, match=r"fact 35: .*another number"):
        Journal(kept, vault, keys)


def test_a_head_whose_note_was_changed_does_not_hold(
    kept: Path, vault: FileVault, keys: list[bytes], signer: FileSigner
) -> None:
    forged = checkpoint.sign(checkpoint.text(ORIGIN, 32, bytes(32)), ORIGIN, STRANGER)
    true = head(tree.grown(Frontier(), [bytes(32)] * 32), signer).fact.note
    for note in (forged, true.replace("\n32\n", "\n31\n"), "", forged[:-1]):
        rewritten_copy = kept.with_name("copy.sqlite")
        rewritten_copy.write_bytes(kept.read_bytes())
        rewritten(rewritten_copy, 33, {"note": note})
        with pytest.raises(JournalDamaged) as damage:
            Journal(rewritten_copy, vault, keys)
        assert damage.value.seq == 33


def test_a_history_rewritten_before_a_head_is_found_at_that_head(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    rewritten(kept, 5, {"amount_fen": 1})
    kept.with_suffix(".mark").unlink()  # which knows the last chain hash
    journal = Journal(kept, vault, keys)  # the last head's own tree is whole
    with pytest.raises(JournalDamaged, match=r"fact 11: .*other facts"):
        list(journal.check())
    journal.close()


def test_an_older_head_of_a_key_since_replaced_is_covered_by_a_later_one(
    file: Path, vault: FileVault, signer: FileSigner, keys: list[bytes]
) -> None:
    journal = open_for_days(Journal(file, vault, keys), STRANGER, 1)
    open_for_days(journal, signer, 1)
    journal.close()
    again = Journal(file, vault, keys)
    list(again.check())
    assert again.damage is None
    again.close()


@pytest.mark.parametrize("old", [0, 1, 10, 11, 12, 21, 22, 31, 32, 33, 35, 36])
def test_growth_is_proved_from_any_older_size(
    kept: Path, vault: FileVault, keys: list[bytes], old: int
) -> None:
    journal = Journal(kept, vault, keys)
    proof = journal.consistency(old, 36)
    leaves = [leaf for _, _, leaf, _ in columns_of(journal, kept)]
    roots = [tree.grown(Frontier(), leaves[:size]).root() for size in (old, 36)]
    assert tree.consistent(old, roots[0], 36, roots[1], proof)


@pytest.mark.parametrize("size", [0, 1, 10, 11, 22, 32, 35, 36])
def test_the_tree_of_any_older_size_is_known(
    kept: Path, vault: FileVault, keys: list[bytes], size: int
) -> None:
    journal = Journal(kept, vault, keys)
    found = journal.frontier_at(size)
    leaves = [leaf for _, _, leaf, _ in columns_of(journal, kept)]
    assert found == tree.grown(Frontier(), leaves[:size])


def test_growth_is_proved_without_reading_older_facts_than_the_head_before(
    kept: Path, vault: FileVault, keys: list[bytes]
) -> None:
    tamper(kept, "UPDATE facts SET leaf = x'00' WHERE seq < 22")
    journal = Journal(kept, vault, keys)
    assert journal.consistency(32, 36)
    assert journal.consistency(23, 32)
    journal.close()
