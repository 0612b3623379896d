"""The journal that the start-up is measured on is a true one."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core.facts import DayHead, Requested
from terminal.journal import records
from terminal.journal.store import Journal
from terminal.keys.signer import open_signer
from terminal.keys.store import KeyStore, make_store
from terminal.keys.vault import FileVault
from tests.journal.ten_years import A_DAY, PASSPHRASE, fabricate

DAYS = 4


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return make_store(tmp_path / "keys", PASSPHRASE, "44010001")


def test_every_fact_of_the_made_journal_holds_and_is_read(file: Path, keys: KeyStore) -> None:
    vault, signer = FileVault(keys), open_signer(keys)
    size = fabricate(file, vault, signer, DAYS)
    journal = Journal(file, vault, [signer.public_spki_der()])
    list(journal.check())
    told = [recorded.fact for recorded in journal.replay()]
    journal.close()
    assert size == len(told) == DAYS * A_DAY
    assert sum(isinstance(fact, DayHead) for fact in told) == DAYS
    assert {fact.pan for fact in told if isinstance(fact, Requested)} == {None}
    assert records.card_key(11) in (keys.directory / "vault" / "destroyed").read_text()
