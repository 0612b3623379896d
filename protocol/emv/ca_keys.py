"""CA public keys as the bank sends them down (`emv.md` section 1): checked before they count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

from protocol.emv.fields import record
from protocol.errors import PeerMistake

RID_BYTES = 5
SHA1_ALGORITHM, RSA_ALGORITHM = b"\x01", b"\x01"
EXPONENTS = (3, 65537)  # section 9: no other is in use, and none other is accepted


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """One line of the certification revocation list."""

    rid: bytes
    index: int
    serial: bytes


@dataclass(frozen=True, slots=True)
class PublicKey:
    modulus: bytes = field(repr=False)
    exponent: int


@dataclass(frozen=True, slots=True)
class CaKey:
    rid: bytes
    index: int
    key: PublicKey
    expires: date  # valid through that day


def ca_key(downloaded: bytes) -> CaKey:
    """One CA key record. PeerMistake("ca_key") for a wrong checksum, algorithm, date or length."""
    values = record(downloaded, "ca_key")
    rid, index = values.get(0x9F06, b""), values.get(0x9F22, b"")
    modulus, exponent = values.get(0xDF02, b""), values.get(0xDF04, b"")
    if len(rid) != RID_BYTES or len(index) != 1 or not 64 <= len(modulus) <= 248:
        raise PeerMistake("ca_key", detail="length")
    if values.get(0xDF06) != SHA1_ALGORITHM or values.get(0xDF07) != RSA_ALGORITHM:
        raise PeerMistake("ca_key", detail="algorithm")
    if hashlib.sha1(rid + index + modulus + exponent).digest() != values.get(0xDF03):
        raise PeerMistake("ca_key", detail="checksum")
    if int.from_bytes(exponent, "big") not in EXPONENTS:
        raise PeerMistake("ca_key", detail="exponent")
    key = PublicKey(modulus, int.from_bytes(exponent, "big"))
    return CaKey(rid, index[0], key, _expiry(values.get(0xDF05, b"")))


def _expiry(value: bytes) -> date:
    """YYYYMMDD, as 8 ASCII digits or as 4 BCD bytes."""
    digits = value.hex() if len(value) == 4 else value.decode("latin-1")
    try:
        if len(digits) != 8 or not digits.isascii():
            raise ValueError
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise PeerMistake("ca_key", detail="expiry") from None
