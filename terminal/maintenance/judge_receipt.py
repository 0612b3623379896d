"""Whether the code of a slip was signed by one of the keys at hand (`security.md` section 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from terminal.receipts import proof
from terminal.receipts.proof import Sealed

COORDINATE_BYTES = 32  # r and s of P-256


class Verdict(Enum):
    """What is said of a code."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNKNOWN_KEY = "UNKNOWN KEY"


def judge(sealed: Sealed, keys: Sequence[bytes]) -> Verdict:
    """By the keys at hand, SPKI DER."""
    fitting = [spki_der for spki_der in keys if key_id(spki_der) == sealed.proof.key_id]
    if not fitting:
        return Verdict.UNKNOWN_KEY
    signed = any(_signed(sealed, spki_der) for spki_der in fitting)
    return Verdict.VALID if signed else Verdict.INVALID


def key_id(spki_der: bytes) -> bytes:
    """How a code names its key: the hash of the SPKI, of Ed25519 that of the raw key."""
    key = load_der_public_key(spki_der)
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(raw).digest()[: proof.KEY_ID_BYTES]
    return proof.key_id(spki_der)


def _signed(sealed: Sealed, spki_der: bytes) -> bool:
    key = load_der_public_key(spki_der)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(sealed.signature, sealed.signed)
            return True
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            r = int.from_bytes(sealed.signature[:COORDINATE_BYTES], "big")
            s = int.from_bytes(sealed.signature[COORDINATE_BYTES:], "big")
            key.verify(encode_dss_signature(r, s), sealed.signed, ECDSA(SHA256()))
            return True
    except InvalidSignature:
        pass
    return False
