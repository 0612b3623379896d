from __future__ import annotations

from pathlib import Path

import pytest

from terminal.keys.signer import FileSigner, open_signer
from terminal.keys.store import KeyStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture(scope="session")
def signer(store: KeyStore) -> FileSigner:
    """The station's K_sig."""
    return open_signer(store)
