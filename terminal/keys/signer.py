"""K_sig as a `Signer` from the key store's file: signatures of 64 raw bytes, P-256 or Ed25519."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from terminal.keys.store import DeviceKey, KeyStore

COORDINATE_BYTES = 32  # P-256: r and s, big-endian (RFC 9421 section 3.3.4)


class FileSigner:
    """Signs with a key in this process's memory."""

    __slots__ = ("_key", "_spki", "key_id")

    def __init__(self, key: DeviceKey, terminal_id: str) -> None:
        self._key = key
        self._spki = spki_der(key)
        self.key_id = f"{terminal_id}.{fingerprint(self._spki)[:16]}"

    @property
    def alg(self) -> str:
        return "ed25519" if isinstance(self._key, Ed25519PrivateKey) else "ecdsa-p256-sha256"

    def public_spki_der(self) -> bytes:
        return self._spki

    def sign(self, data: bytes) -> bytes:
        """r||s with the nonce of RFC 6979 (P-256), or RFC 8032: the same data, the same bytes."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        der = self._key.sign(data, ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


def open_signer(store: KeyStore) -> FileSigner:
    """K_sig of the terminal the store was made for. Raises KeyUnavailable."""
    return FileSigner(store.sign_key(), store.terminal_id)


def spki_der(key: DeviceKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(spki: bytes) -> str:
    """SHA-256 in hex; people compare the first 8 digits by phone (`security.md` section 5)."""
    return hashlib.sha256(spki).hexdigest()
