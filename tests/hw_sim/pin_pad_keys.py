"""The PIN pad's key slots, session keys and PIN blocks (pinpad-uic.md sections 4 to 6).

Ciphers and blocks come from psec, so a fault here cannot equal a fault of ours.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

from psec import des, pinblock

SLOTS = "0123456789ABCDEFG"
SELECTABLE = "0123456789"  # message 08 takes no letter
TR31_CHARS = (56, 72, 88)
NULL_PIN_FIELD = bytes.fromhex("00FFFFFFFFFFFFFF")
HEX = re.compile(r"[0-9A-Fa-f]+")


class Usage(Enum):
    K0 = "K0"  # protects session keys
    P0 = "P0"  # encrypts PIN blocks itself


class EntryError(Exception):
    """A refusal of a PIN entry; `code` is the character after 71 (section 6)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"message 71 error {code}")
        self.code = code


class LoadError(Exception):
    """A refusal of message 02; `code` is the character in `02?e`, or empty for EOT."""

    def __init__(self, code: str) -> None:
        super().__init__(f"message 02 error {code or 'format'}")
        self.code = code


@dataclass(frozen=True)
class MasterKey:
    key: bytes = field(repr=False)
    usage: Usage = Usage.K0

    @property
    def kcv(self) -> str:
        return des.generate_kcv(self.key).hex().upper()[:6]


def parse_load(text: str) -> tuple[str, MasterKey]:
    """Slot and key of message 02 without its id. Raises LoadError (section 4, row 02)."""
    slot = text[:1]
    digits, _, attributes = text[1:].partition("\x1c")
    if len(digits) in TR31_CHARS and digits[:1] in "ABCD":
        raise LoadError("D")  # a TR-31 block needs a key that protects it; none is held
    if not slot or slot not in SLOTS or len(digits) not in (32, 48) or not HEX.fullmatch(digits):
        raise LoadError("")
    try:
        usage = Usage(attributes[:2]) if attributes else Usage.K0
    except ValueError as why:
        raise LoadError("E") from why
    return slot, MasterKey(bytes.fromhex(digits), usage)


def session_key(master: MasterKey, sent: str) -> bytes:
    """The key that encrypts the PIN block. Raises EntryError 1 or 5 (section 6)."""
    if len(sent) not in (16, 32) or not HEX.fullmatch(sent):
        raise EntryError("5")
    cryptogram = bytes.fromhex(sent)
    direct = not any(cryptogram)
    if direct is not (master.usage is Usage.P0):
        raise EntryError("1")
    if direct:
        return master.key
    if len(cryptogram) != 16:
        raise EntryError("1")  # a single-length session key under a double-length master
    return des.decrypt_tdes_ecb(master.key, cryptogram)


def encrypted_block(key: bytes, pin: str, account: str) -> str:
    """The ISO 9564 format 0 block under `key`, 16 hex digits (section 5)."""
    pan = account.rjust(13, "0")  # the pad accepts accounts from 8 digits
    clear = pinblock.encode_pinblock_iso_0(pin, pan) if pin else _null_pin_block(pan)
    return des.encrypt_tdes_ecb(key, clear).hex().upper()


def _null_pin_block(pan: str) -> bytes:
    account_field = bytes.fromhex("0000" + pan[-13:-1])
    return bytes(a ^ b for a, b in zip(NULL_PIN_FIELD, account_field, strict=True))
