"""Field 64: CUP-ECB by hand (security.md section 3), ISO 9797-1 algorithms 1 and 3 by psec."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import reduce
from operator import xor

from psec import mac as iso9797

from tests.hw_sim.bank.block_cipher import BLOCK_BYTES, encrypt


def cup_ecb(key: bytes, data: bytes) -> bytes:
    """Eight ASCII characters."""
    padded = data + bytes(-len(data) % BLOCK_BYTES)
    blocks = struct.unpack(f">{len(padded) // BLOCK_BYTES}Q", padded)
    folded = f"{reduce(xor, blocks, 0):016X}".encode()
    first = encrypt(key, folded[:BLOCK_BYTES])
    last = encrypt(key, _xor(first, folded[BLOCK_BYTES:]))
    return last.hex().upper()[:BLOCK_BYTES].encode()


def x9_9(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 algorithm 1, padding 1, eight bytes."""
    return iso9797.generate_cbc_mac(key, data, 1)


def x9_19(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 algorithm 3, padding 1, eight bytes."""
    return iso9797.generate_retail_mac(key[:BLOCK_BYTES], key[BLOCK_BYTES:], data, 1)


MAC_KINDS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "cup-ecb": cup_ecb,
    "x9.9": x9_9,
    "x9.19": x9_19,
}


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
