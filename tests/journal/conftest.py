from __future__ import annotations

from pathlib import Path

import pytest

from terminal.keys.store import make_store
from terminal.keys.vault import FileVault


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("state") / "keys"
    store = make_store(folder, b"a passphrase of the test", "44010001")
    from dataclasses import replace

    return store.keep(lambda secrets: replace(secrets, person_key=bytes(32)))


@pytest.fixture
def vault(store) -> FileVault:
    vault = FileVault(store)
    vault.prepare("card-000012")
    vault.prepare("person-2026-11")
    return vault


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"
