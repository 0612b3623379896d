"""Field 64, the message authentication code (`security.md` section 3): one row an algorithm.

The input is the body from the MTI up to and including field 63. Keys are DES (8 bytes), two-key 3DES
(16 bytes) or SM4 (16 bytes). The CUP-ECB fold does not see two exchanged blocks: it is never the only
proof of a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK = 8  # bytes
MAC_BYTES = 8


def des_key(key: bytes) -> bytes:
    """A DES or two-key 3DES key as the 24 bytes that three-key 3DES takes."""
    assert len(key) in (8, 16)
    return key * 3 if len(key) == 8 else key + key[:8]


def encrypt(key: bytes, data: bytes) -> bytes:
    """ECB under a DES or two-key 3DES key."""
    encryptor = Cipher(TripleDES(des_key(key)), modes.ECB()).encryptor()
    return encryptor.update(data)


def decrypt(key: bytes, data: bytes) -> bytes:
    decryptor = Cipher(TripleDES(des_key(key)), modes.ECB()).decryptor()
    return decryptor.update(data)


def cup_ecb(key: bytes, data: bytes) -> bytes:
    """银联ECB算法 (Q/CUP 009): fold, expand to hex, encrypt twice; eight ASCII characters."""
    folded = 0
    padded = data + bytes(-len(data) % BLOCK)
    for at in range(0, len(padded), BLOCK):
        folded ^= int.from_bytes(padded[at : at + BLOCK], "big")
    expanded = f"{folded:016X}".encode("ascii")
    first = encrypt(key, expanded[:BLOCK])
    mixed = bytes(a ^ b for a, b in zip(first, expanded[BLOCK:], strict=True))
    return encrypt(key, mixed).hex().upper()[:MAC_BYTES].encode("ascii")


KINDS: Mapping[str, Callable[[bytes, bytes], bytes]] = {"cup-ecb": cup_ecb}


def mac(kind: str, key: bytes, data: bytes) -> bytes:
    """Field 64 of `data` by the profile's algorithm."""
    return KINDS[kind](key, data)
