"""DES and two-key 3DES in ECB, as master and working keys use them (security.md section 1).

psec has the same, but asks `cryptography` for short 3DES keys, which warns at every call; so the
keys are expanded here.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK_BYTES = 8


def encrypt(key: bytes, data: bytes) -> bytes:
    """Whole blocks under DES (8-byte key) or two-key 3DES (16)."""
    encryptor = _cipher(key).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _cipher(key: bytes) -> Cipher[modes.ECB]:
    full = key * 3 if len(key) == BLOCK_BYTES else key + key[:BLOCK_BYTES]
    return Cipher(TripleDES(full), modes.ECB())
