from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.journal.reserve import RESERVE_BYTES, ROOM_BYTES
from terminal.keys.signer import FileSigner, open_signer
from terminal.keys.store import KeyStore

DISK_BYTES = RESERVE_BYTES + ROOM_BYTES + (1 << 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture(scope="session")
def signer(store: KeyStore) -> FileSigner:
    """The station's K_sig."""
    return open_signer(store)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that can be filled: a small tmpfs, for which root is needed."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: a full disk needs a tmpfs, and mounting one needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
