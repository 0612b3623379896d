"""Working keys of a sign-in: the layout of its DE62, and check values (`security.md` section 1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from protocol.bank import mac
from protocol.errors import PeerMistake

KCV_BYTES = 4
Cipher = Callable[[bytes, bytes], bytes]  # key, whole blocks


class Family(Enum):
    """What a key is a key of: encryption, decryption, block size and key sizes in bytes."""

    DES = (mac.encrypt, mac.decrypt, mac.DES_BLOCK, (8, 16, 24))
    SM4 = (mac.sm4_encrypt, mac.sm4_decrypt, mac.SM4_BLOCK, (16,))

    def __init__(
        self, encrypt: Cipher, decrypt: Cipher, block: int, key_bytes: tuple[int, ...]
    ) -> None:
        self.encrypt, self.decrypt = encrypt, decrypt
        self.block, self.key_bytes = block, key_bytes


def family_of(kind: str) -> Family:
    """The family of an algorithm's MAK; `kind` is a name of `mac.KINDS`."""
    return Family.SM4 if kind in mac.UNDER_SM4 else Family.DES


@dataclass(frozen=True, slots=True)
class Downloaded:
    """One key as it came: encrypted under its master key, with the announced check value."""

    name: str
    cipher: bytes
    kcv: bytes

    def __repr__(self) -> str:
        return f"<Downloaded {self.name} {self.kcv.hex().upper()}>"


def kcv(key: bytes, family: Family = Family.DES) -> bytes:
    """First 4 bytes of one block of zeros encrypted under a clear key."""
    return family.encrypt(key, bytes(family.block))[:KCV_BYTES]


def split(payload: bytes, layout: Sequence[tuple[str, int, int, int]]) -> tuple[Downloaded, ...]:
    """The keys of a DE62 by `keys.layout`: (name, key bytes, KCV bytes, bytes of zeros between).

    Raises PeerMistake.
    """
    if len(payload) != sum(key + fill + check for _, key, check, fill in layout):
        raise PeerMistake("bad_length", 62, 0, "key download")
    found, at = [], 0
    for name, key_bytes, kcv_bytes, fill_bytes in layout:
        middle, checked = at + key_bytes, at + key_bytes + fill_bytes
        if any(payload[middle:checked]):
            raise PeerMistake("bad_char", 62, middle, "zeros of the key download")
        found.append(Downloaded(name, payload[at:middle], payload[checked : checked + kcv_bytes]))
        at = checked + kcv_bytes
    return tuple(found)
