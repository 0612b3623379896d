"""Public keys from a file that a person has: certificates, bare keys, or a list in JSON."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

CERTIFICATE, PUBLIC_KEY = b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PUBLIC KEY-----"
FILE_BYTES_MAX = 1 << 20


class NoKeys(Exception):
    """The file holds no public key; the message names the file and what was expected."""


def read(path: Path) -> list[bytes]:
    """All keys as SPKI DER: of PEM certificates or keys, or of `[{"keyid", "spki"}]`.

    Raises NoKeys.
    """
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX)
    except OSError as why:
        raise NoKeys(f"{path}: {why.strerror}") from why
    try:
        found = _found(content)
    except (ValueError, KeyError, TypeError):
        found = []
    if not found:
        raise NoKeys(f"{path}: no certificate (PEM), public key (PEM) or list of keys (JSON)")
    return found


def _found(content: bytes) -> list[bytes]:
    if CERTIFICATE in content:
        return [_spki(one.public_key()) for one in x509.load_pem_x509_certificates(content)]
    if PUBLIC_KEY in content:
        parts = content.split(PUBLIC_KEY)[1:]
        return [_spki(load_pem_public_key(PUBLIC_KEY + part)) for part in parts]
    rows = json.loads(content)
    ders = [base64.b64decode(row["spki"], validate=True) for row in rows]
    return [_spki(load_der_public_key(der)) for der in ders]


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
