"""The two working keys of a sign-in and how they travel (county-wire.md, sign-in)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from psec import des

from tests.hw_sim.bank.block_cipher import BLOCK_BYTES, encrypt

KEY_BYTES = 16
KCV_BYTES = 4


@dataclass(frozen=True)
class WorkingKeys:
    pik: bytes = field(repr=False)
    mak: bytes = field(repr=False)


def draw(chance: random.Random) -> WorkingKeys:
    """Two fresh double-length keys of odd parity."""
    return WorkingKeys(_key(chance), _key(chance))


def kcv(key: bytes) -> bytes:
    """The first four bytes of eight zero bytes encrypted (security.md section 1)."""
    return encrypt(key, bytes(BLOCK_BYTES))[:KCV_BYTES]


def de62(keys: WorkingKeys, tmk_p: bytes, tmk_m: bytes) -> bytes:
    """PIK under TMK-P, its KCV, MAK under TMK-M, its KCV: 40 bytes."""
    return b"".join(
        encrypt(master, key) + kcv(key) for master, key in ((tmk_p, keys.pik), (tmk_m, keys.mak))
    )


def _key(chance: random.Random) -> bytes:
    return des.adjust_key_parity(chance.randbytes(KEY_BYTES))
