"""Certificates and signatures of offline data authentication (emv.md section 9, tables by offset).

The blocks are laid out here and nowhere else; `authority.py` says who signs what.
"""

from hashlib import sha1

from tests.hw_sim.cards.rsa_keys import RsaKey

ISSUER_OVERHEAD = 36
ICC_OVERHEAD = 42
SSAD_OVERHEAD = 26
SDAD_OVERHEAD = 25
ALGORITHMS = bytes((1, 1))  # SHA-1, RSA


def issuer_certificate(ca: RsaKey, issuer: RsaKey, pan: str, expiry: str, serial: str) -> bytes:
    """Tag 90; `expiry` is MMYY, `serial` three bytes in hexadecimal."""
    assert issuer.size <= ca.size
    head = b"\x02" + bytes.fromhex(pan[:8].ljust(8, "F") + expiry + serial) + ALGORITHMS
    head += bytes((issuer.size, len(issuer.exponent_bytes)))
    head += _leftmost(issuer, ca.size - ISSUER_OVERHEAD)
    hashed = head + remainder(issuer, ca, ISSUER_OVERHEAD) + issuer.exponent_bytes
    return _signed(ca, head, hashed)


def icc_certificate(
    issuer: RsaKey, icc: RsaKey, pan: str, expiry: str, serial: str, static_data: bytes
) -> bytes:
    """Tag 9F46; signs the card's key and the static data together."""
    assert icc.size <= issuer.size
    head = b"\x04" + bytes.fromhex(pan.ljust(20, "F") + expiry + serial) + ALGORITHMS
    head += bytes((icc.size, len(icc.exponent_bytes)))
    head += _leftmost(icc, issuer.size - ICC_OVERHEAD)
    hashed = head + remainder(icc, issuer, ICC_OVERHEAD) + icc.exponent_bytes + static_data
    return _signed(issuer, head, hashed)


def static_signature(issuer: RsaKey, authentication_code: str, static_data: bytes) -> bytes:
    """Tag 93 (SSAD) with the data authentication code, two bytes in hexadecimal."""
    head = b"\x03\x01" + bytes.fromhex(authentication_code)
    head += b"\xbb" * (issuer.size - SSAD_OVERHEAD)
    return _signed(issuer, head, head + static_data)


def dynamic_signature(icc: RsaKey, dynamic_data: bytes, terminal_data: bytes) -> bytes:
    """Tag 9F4B (SDAD) of DDA and CDA; `terminal_data` is the DDOL's, for CDA the 9F37 alone."""
    head = b"\x05\x01" + bytes((len(dynamic_data),)) + dynamic_data
    head += b"\xbb" * (icc.size - SDAD_OVERHEAD - len(dynamic_data))
    return _signed(icc, head, head + terminal_data)


def remainder(key: RsaKey, signer: RsaKey, overhead: int) -> bytes:
    """What of the modulus does not fit into the certificate (tags 92 and 9F48)."""
    return key.modulus_bytes[signer.size - overhead :]


def _leftmost(key: RsaKey, room: int) -> bytes:
    return key.modulus_bytes[:room].ljust(room, b"\xbb")


def _signed(signer: RsaKey, head: bytes, hashed: bytes) -> bytes:
    return signer.sign(b"\x6a" + head + sha1(hashed).digest() + b"\xbc")
