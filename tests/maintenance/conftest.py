from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from terminal.__main__ import main
from terminal.core.facts import DayHead
from terminal.journal.store import Journal
from terminal.keys.signer import FileSigner, open_signer
from terminal.keys.store import KeyStore
from terminal.keys.vault import FileVault
from tests.journal.shop import open_for_days, withdrawal


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def huinong(capsys: pytest.CaptureFixture[str]):
    """Runs a command line, as a person types it."""

    def command(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return command


@pytest.fixture(scope="session")
def signer(store: KeyStore) -> FileSigner:
    return open_signer(store)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def kept(file: Path, vault: FileVault, signer: FileSigner) -> Path:
    """Two days and a morning: 27 facts, heads at 11 and 22."""
    journal = open_for_days(Journal(file, vault, [signer.public_spki_der()]), signer, 2)
    journal.append(withdrawal(23))
    journal.close()
    return file


@pytest.fixture
def station_key(tmp_path: Path, store: KeyStore) -> Path:
    """The station's public key, PEM, as a technician carries it."""
    return pem(tmp_path / "station.pem", store.sign_key())


@pytest.fixture
def other_key(tmp_path: Path) -> Path:
    return pem(tmp_path / "other.pem", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def pem(path: Path, key) -> Path:
    """The public half."""
    public = key.public_key()
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def notes(file: Path, vault: FileVault, signer: FileSigner) -> list[str]:
    """The signed heads of a journal, oldest first."""
    journal = Journal(file, vault, [signer.public_spki_der()])
    found = [r.fact.note for r in journal.replay() if isinstance(r.fact, DayHead)]
    journal.close()
    return found
