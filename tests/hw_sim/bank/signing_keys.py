"""The public signing keys that the bank registers, and the names that tell them apart."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def spki_digest(public: PublicKey) -> bytes:
    """SHA-256 of the SPKI in DER."""
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).digest()


def keyid(prefix: str, public: PublicKey) -> str:
    """`<prefix>.<16 hex of SHA-256(SPKI DER)>` (security.md section 4)."""
    return f"{prefix}.{spki_digest(public).hex()[:16]}"


def note_keyid(name: str, public: PublicKey) -> bytes:
    """The four bytes that name a key in a signed note (security.md section 7)."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        return spki_digest(public)[:4]
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
