"""AES-256-GCM with the nonce in front: the one form in which this program seals bytes.

`about` is bound (AAD) and not stored: a sealed record moved to another place does not open there.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # NIST SP 800-38D section 8.2.2, random construction
TAG_BYTES = 16
KEY_BYTES = 32


class Unsealable(Exception):
    """Wrong key, changed bytes, or bytes sealed about something else; nothing says which."""


def seal(cipher: AESGCM, clear: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, about)


def unseal(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    """The clear bytes. Raises Unsealable."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Unsealable
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except InvalidTag:
        raise Unsealable from None
