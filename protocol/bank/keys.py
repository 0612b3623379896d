"""Working keys of a sign-in: the layout of its DE62, and check values (`security.md` section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.bank.mac import encrypt
from protocol.errors import PeerMistake

KCV_BYTES = 4


@dataclass(frozen=True, slots=True)
class Downloaded:
    """One key as it came: encrypted under its master key, with the announced check value."""

    name: str
    cipher: bytes
    kcv: bytes

    def __repr__(self) -> str:
        return f"<Downloaded {self.name} {self.kcv.hex().upper()}>"


def kcv(key: bytes) -> bytes:
    """First 4 bytes of eight zero bytes encrypted under a clear DES or two-key 3DES key."""
    return encrypt(key, bytes(8))[:KCV_BYTES]


def split(payload: bytes, layout: Sequence[tuple[str, int, int]]) -> tuple[Downloaded, ...]:
    """The keys of a DE62 by `keys.layout`: (name, key bytes, KCV bytes). Raises PeerMistake."""
    if len(payload) != sum(key + check for _, key, check in layout):
        raise PeerMistake("bad_length", 62, 0, "key download")
    found, at = [], 0
    for name, key_bytes, kcv_bytes in layout:
        middle, end = at + key_bytes, at + key_bytes + kcv_bytes
        found.append(Downloaded(name, payload[at:middle], payload[middle:end]))
        at = end
    return tuple(found)
