"""A terminal's journal as the witness sees it: RFC 6962 trees by their definition, signed heads.

The tree is the recursion of the RFC's text; the bank verifies with the loop of RFC 9162, so the
two are not one piece of code read twice.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.bank_sim.counter import TERMINAL

ORIGIN = f"huinong.example/{TERMINAL}"
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def leaves(count: int) -> list[bytes]:
    return [b"fact %d" % number for number in range(count)]


def root(entries: Sequence[bytes]) -> bytes:
    """MTH (RFC 6962 section 2.1)."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    at = _split(len(entries))
    return hashlib.sha256(b"\x01" + root(entries[:at]) + root(entries[at:])).digest()


def proof(old_size: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF (RFC 6962 section 2.1.2); none is needed from nothing."""
    return _subproof(old_size, entries, whole=True) if old_size else []


def _subproof(old_size: int, entries: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old_size == len(entries):
        return [] if whole else [root(entries)]
    at = _split(len(entries))
    if old_size <= at:
        return [*_subproof(old_size, entries[:at], whole=whole), root(entries[at:])]
    return [*_subproof(old_size - at, entries[at:], whole=False), root(entries[:at])]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def head(entries: Sequence[bytes], origin: str = ORIGIN) -> str:
    return f"{origin}\n{len(entries)}\n{b64encode(root(entries)).decode()}\n"


def signed(text: str, key: PrivateKey, name: str = ORIGIN) -> str:
    """The note: text, empty line, one signature line (security.md section 7)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        spki = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        keyid = hashlib.sha256(spki).digest()[:4]
        signature = key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        public = key.public_key().public_bytes_raw()
        keyid = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
        signature = key.sign(text.encode())
    return f"{text}\n\u2014 {name} {b64encode(keyid + signature).decode()}\n"


def asked(old_size: int, steps: Sequence[bytes], note: str) -> bytes:
    """The body of a checkpoint request (county-wire.md)."""
    lines = [f"old {old_size}", *(b64encode(step).decode() for step in steps)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + note.encode()
