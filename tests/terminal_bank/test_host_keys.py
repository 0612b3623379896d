"""The bank's pinned signing keys: `host_keys.json`, as the enrolment brings it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from terminal.bank.host_keys import read_host_keys
from terminal.config import ConfigError

P256 = ec.generate_private_key(ec.SECP256R1()).public_key()
P384 = ec.generate_private_key(ec.SECP384R1()).public_key()
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
RSA = rsa.generate_private_key(65537, 2048).public_key()


def row(keyid: str, key: Any) -> dict[str, str]:
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {"keyid": keyid, "spki": base64.b64encode(spki).decode()}


def written(folder: Path, content: object) -> Path:
    file = folder / "host_keys.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def test_both_kinds_of_key_may_be_pinned_side_by_side(tmp_path: Path) -> None:
    keys = read_host_keys(written(tmp_path, [row("old", P256), row("new", ED25519)]))
    assert keys == {"old": P256, "new": ED25519}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        "[1]",
        [{"keyid": "a"}],
        [{"keyid": "a", "spki": "AAAA"}],
        [{"keyid": "a", "spki": "!" + row("a", P256)["spki"]}],
        [row("a", RSA)],
        [row("a", P384)],
        [row("a", P256), row("b", RSA)],
        [row("a", P256), row("a", ED25519)],
    ],
    ids=lambda content: str(content)[:30],
)
def test_anything_else_is_refused_by_the_files_name(tmp_path: Path, content: object) -> None:
    file = written(tmp_path, content)
    with pytest.raises(ConfigError, match=r"host_keys\.json: "):
        read_host_keys(file)


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"host_keys\.json: "):
        read_host_keys(tmp_path / "host_keys.json")
