"""Fixtures of the shop that several suites share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.keys.store import KeyStore, make_store
from terminal.keys.vault import FileVault
from tests.sabotage.report import pytest_terminal_summary  # noqa: F401 - the table, at the end


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """A key store with a person key; made once, the derivation is slow on purpose."""
    folder = tmp_path_factory.mktemp("state") / "keys"
    made = make_store(folder, b"a passphrase of the test", "44010001")
    return made.keep(lambda secrets: replace(secrets, person_key=bytes(32)))


@pytest.fixture
def vault(store: KeyStore) -> FileVault:
    vault = FileVault(store)
    vault.prepare("card-000012")
    vault.prepare("person-2026-11")
    return vault
