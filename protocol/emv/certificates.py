"""Certificates and signatures of a chip card, recovered and believed or not (`emv.md` section 9).

RSA is plain `pow`: EMV signatures carry their data inside, which no padding scheme of a library
knows. SM2 has no sheet with vectors yet: a card with both algorithms is told to use RSA (DF69).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from protocol.emv.ca_keys import EXPONENTS, CaKey, PublicKey, RevokedCertificate
from protocol.errors import PeerMistake
from protocol.values import Pan

HEADER, TRAILER = 0x6A, 0xBC
ISSUER, STATIC, ICC, DYNAMIC = 0x02, 0x03, 0x04, 0x05  # certificate and data formats
SHA1, RSA = 0x01, 0x01
MODULUS_BYTES_MIN = 64  # 512 bits: the shortest any scheme ever issued
ICC_NUMBER_BYTES_MIN, ICC_NUMBER_BYTES_MAX = 2, 8
CENTURY_TURNS = 50  # section 10: 00 to 49 are 20xx


def issuer_key(
    values: Mapping[int, bytes],
    ca: CaKey,
    pan: Pan,
    day: date,
    revoked: frozenset[RevokedCertificate],
) -> PublicKey:
    """The issuer's key out of tag 90. PeerMistake("missing" or "certificate")."""
    exponent = needed(values, 0x9F32)
    remainder = values.get(0x92, b"")
    block = recovered(needed(values, 0x90), ca.key, ISSUER)
    key = _key(block[15:-21], block[13], remainder, exponent)
    _hash_matches(block, remainder + exponent)
    _algorithms_known(block[11], block[12])
    _not_expired(block[6:8], day)
    issuer = block[2:6].hex().rstrip("f")
    if not 3 <= len(issuer) <= 8 or not pan.reveal().startswith(issuer):
        raise PeerMistake("certificate", detail="issuer identifier")
    if RevokedCertificate(ca.rid, ca.index, block[8:11]) in revoked:
        raise PeerMistake("certificate", detail="revoked")
    return key


def icc_key(
    values: Mapping[int, bytes], issuer: PublicKey, pan: Pan, day: date, static_data: bytes
) -> PublicKey:
    """The card's key out of tag 9F46. PeerMistake("missing" or "certificate")."""
    exponent = needed(values, 0x9F47)
    remainder = values.get(0x9F48, b"")
    block = recovered(needed(values, 0x9F46), issuer, ICC)
    key = _key(block[21:-21], block[19], remainder, exponent)
    _hash_matches(block, remainder + exponent + static_data)
    _algorithms_known(block[17], block[18])
    _not_expired(block[12:14], day)
    if block[2:12].hex().rstrip("f") != pan.reveal():
        raise PeerMistake("certificate", detail="PAN")
    if block[19] > len(block):
        raise PeerMistake("certificate", detail="longer than the issuer's key")
    return key


def authentication_code(signature: bytes, issuer: PublicKey, static_data: bytes) -> bytes:
    """SDA: the Data Authentication Code (9F45) out of tag 93. PeerMistake("certificate")."""
    block = recovered(signature, issuer, STATIC)
    _hash_matches(block, static_data)
    _algorithms_known(block[2], RSA)
    return block[3:5]


def dynamic_data(signature: bytes, icc: PublicKey, signed: bytes) -> bytes:
    """DDA and CDA: the ICC Dynamic Data, whose first byte counts the ICC Dynamic Number.

    signed: the DDOL's values, for CDA the unpredictable number alone. PeerMistake("certificate").
    """
    block = recovered(signature, icc, DYNAMIC)
    _hash_matches(block, signed)
    _algorithms_known(block[2], RSA)
    size = block[3]
    inside = block[4 : 4 + size]
    if size > len(block) - 25 or not inside:
        raise PeerMistake("certificate", detail="dynamic data length")
    if not ICC_NUMBER_BYTES_MIN <= inside[0] <= min(ICC_NUMBER_BYTES_MAX, size - 1):
        raise PeerMistake("certificate", detail="dynamic number length")
    return inside


def recovered(signature: bytes, key: PublicKey, form: int) -> bytes:
    """What was signed, as long as the key, when header, format and trailer are in place."""
    size = len(key.modulus)
    number, modulus = int.from_bytes(signature, "big"), int.from_bytes(key.modulus, "big")
    if len(signature) != size or number >= modulus:
        raise PeerMistake("certificate", detail="signature length")
    block = pow(number, key.exponent, modulus).to_bytes(size, "big")
    if (block[0], block[1], block[-1]) != (HEADER, form, TRAILER):
        raise PeerMistake("certificate", detail="header, format or trailer")
    return block


def needed(values: Mapping[int, bytes], tag: int) -> bytes:
    """The value under `tag`. PeerMistake("missing") when the card does not have it."""
    if tag not in values:
        raise PeerMistake("missing", detail=f"tag {tag:X}")
    return values[tag]


def _hash_matches(block: bytes, appended: bytes) -> None:
    """The hash covers all but header, itself and trailer, and what stands outside the block."""
    if hashlib.sha1(block[1:-21] + appended).digest() != block[-21:-1]:
        raise PeerMistake("certificate", detail="hash")


def _algorithms_known(hash_algorithm: int, key_algorithm: int) -> None:
    if (hash_algorithm, key_algorithm) != (SHA1, RSA):
        raise PeerMistake("certificate", detail="algorithm")


def _not_expired(mmyy: bytes, day: date) -> None:
    """Valid through the last day of the month."""
    digits = mmyy.hex()
    if not digits.isdigit() or not 1 <= int(digits[:2]) <= 12:
        raise PeerMistake("certificate", detail="expiry")
    year = int(digits[2:])
    year += 2000 if year < CENTURY_TURNS else 1900
    if (year, int(digits[:2])) < (day.year, day.month):
        raise PeerMistake("certificate", detail="expired")


def _key(inside: bytes, size: int, remainder: bytes, exponent: bytes) -> PublicKey:
    """The modulus stands inside the certificate as far as it fits, its rest in the remainder."""
    if size > len(inside) and not remainder:
        raise PeerMistake("missing", detail="remainder")
    if size > len(inside) and len(remainder) != size - len(inside):
        raise PeerMistake("certificate", detail="remainder length")
    if int.from_bytes(exponent, "big") not in EXPONENTS:
        raise PeerMistake("certificate", detail="exponent")
    modulus = inside[:size] if size <= len(inside) else inside + remainder
    if len(modulus) < MODULUS_BYTES_MIN:
        raise PeerMistake("certificate", detail="modulus length")
    return PublicKey(modulus, int.from_bytes(exponent, "big"))
