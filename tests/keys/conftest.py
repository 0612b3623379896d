"""A key store of its own for every test, and the vectors of the sheets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from terminal.keys.store import KeyStore, make_store, open_store

VECTORS = Path(__file__).parents[1] / "vectors" / "crypto"
PASSPHRASE = b"0123456789abcdef"
TMK_M = bytes.fromhex("CA5D92598DCA48CE8A4C76361A9269E9")  # key_download.json, cup-f62-40
PERSON_KEY = bytes(range(32))


def vector(file: str, wanted: str) -> dict[str, str]:
    rows = json.loads((VECTORS / file).read_text("utf-8"))["vectors"]
    return {row["id"]: row for row in rows}[wanted]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A station's state directory before any key is made."""
    return tmp_path / "state"


@pytest.fixture
def fresh_store(state: Path) -> KeyStore:
    """Device keys and pepper made, nothing loaded yet."""
    return make_store(state, PASSPHRASE, "44010001")


@pytest.fixture
def store(fresh_store: KeyStore) -> KeyStore:
    """The store of a station in service."""
    return fresh_store.keep(lambda secrets: replace(secrets, tmk_m=TMK_M, person_key=PERSON_KEY))


@pytest.fixture
def reopened(store: KeyStore) -> Callable[[], KeyStore]:
    """The store as the next start of the station finds it."""
    return lambda: open_store(store.directory, PASSPHRASE)


@pytest.fixture
def disk_full() -> Callable[[], AbstractContextManager[None]]:
    """A disk that takes the first bytes of a file and no more."""

    @contextmanager
    def full() -> Iterator[None]:
        soft, hard = getrlimit(RLIMIT_FSIZE)
        setrlimit(RLIMIT_FSIZE, (20, hard))
        try:
            yield
        finally:
            setrlimit(RLIMIT_FSIZE, (soft, hard))

    return full
