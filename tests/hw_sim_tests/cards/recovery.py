"""Certificates opened by the sheet's tables, with plain `pow` and `hashlib` (emv.md section 9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1


@dataclass(frozen=True)
class PublicKey:
    modulus: bytes
    exponent: bytes

    def open(self, signature: bytes) -> bytes:
        n = int.from_bytes(self.modulus, "big")
        opened = pow(int.from_bytes(signature, "big"), int.from_bytes(self.exponent, "big"), n)
        return opened.to_bytes(len(self.modulus), "big")


def opened(key: PublicKey, signature: bytes, kind: int, after: bytes) -> bytes | None:
    """The block when length, header, format, hash (over it and `after`) and trailer fit."""
    if len(signature) != len(key.modulus):
        return None
    block = key.open(signature)
    body, digest = block[1:-21], block[-21:-1]
    right = block[0] == 0x6A and block[1] == kind and block[-1] == 0xBC
    return block if right and digest == sha1(body + after).digest() else None


def issuer_key(ca: PublicKey, tags: Mapping[str, bytes]) -> PublicKey | None:
    rest = tags.get("92", b"")
    block = opened(ca, tags["90"], 2, rest + tags["9F32"])
    if block is None:
        return None
    return PublicKey((block[15:-21] + rest)[: block[13]], tags["9F32"])


def icc_key(issuer: PublicKey, tags: Mapping[str, bytes], static: bytes) -> PublicKey | None:
    rest = tags.get("9F48", b"")
    block = opened(issuer, tags["9F46"], 4, rest + tags["9F47"] + static)
    if block is None or not tags["5A"].hex().startswith(block[2:12].hex().rstrip("f")):
        return None
    return PublicKey((block[21:-21] + rest)[: block[19]], tags["9F47"])
