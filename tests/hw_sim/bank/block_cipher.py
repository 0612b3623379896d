"""DES and two-key 3DES in ECB, as master and working keys use them (security.md section 1).

psec has the same, but asks `cryptography` for short 3DES keys, which warns at every call; so the
keys are expanded here.
"""

from __future__ import annotations

from functools import lru_cache
from threading import get_ident

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes

BLOCK_BYTES = 8
CONTEXTS_MAX = 256  # master and working keys of some terminals, a set for each thread


def encrypt(key: bytes, data: bytes) -> bytes:
    """Whole blocks under DES (8-byte key) or two-key 3DES (16)."""
    return _encryptor(key, get_ident()).update(_whole(data))


def decrypt(key: bytes, data: bytes) -> bytes:
    return _decryptor(key, get_ident()).update(_whole(data))


def _whole(data: bytes) -> bytes:
    """A part of a block would stay in the context and spoil the next call."""
    if len(data) % BLOCK_BYTES:
        raise ValueError("not whole blocks")
    return data


# Setting a key up costs more than ten blocks; in ECB a context keeps nothing from call to call.
@lru_cache(maxsize=CONTEXTS_MAX)
def _encryptor(key: bytes, thread: int) -> CipherContext:
    return _cipher(key).encryptor()


@lru_cache(maxsize=CONTEXTS_MAX)
def _decryptor(key: bytes, thread: int) -> CipherContext:
    return _cipher(key).decryptor()


def _cipher(key: bytes) -> Cipher[modes.ECB]:
    full = key * 3 if len(key) == BLOCK_BYTES else key + key[:BLOCK_BYTES]
    return Cipher(TripleDES(full), modes.ECB())
