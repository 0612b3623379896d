"""The PIN as the bank sees it: a block under the PIK, compared with a digest it keeps."""

from __future__ import annotations

import hashlib
import hmac

from psec import pinblock

from tests.hw_sim.bank.block_cipher import decrypt

PIN_DIGITS = 6  # Chinese cards (security.md section 2)


class BadPinBlock(Exception):
    """The block does not open to a PIN of this card (answer 99)."""


def digest(pan: str, pin: str) -> str:
    """What the books keep in place of a PIN."""
    return hashlib.sha256(f"{pan}|{pin}".encode()).hexdigest()


def matches(block: bytes, pik: bytes, pan: str, kept: str) -> bool:
    """Whether the ISO 9564-1 format 0 block holds the card's PIN. Raises BadPinBlock."""
    return hmac.compare_digest(digest_of(block, pik, pan), kept)


def digest_of(block: bytes, pik: bytes, pan: str) -> str:
    """The digest of the PIN inside a block. Raises BadPinBlock."""
    try:
        pin = pinblock.decode_pinblock_iso_0(decrypt(pik, block), pan)
    except ValueError:
        raise BadPinBlock("PIN block does not parse") from None
    if len(pin) != PIN_DIGITS:
        raise BadPinBlock("PIN has another length")
    return digest(pan, pin)
