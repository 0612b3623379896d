"""The hash chain over the facts (`security.md` section 7). Pure.

leaf = SHA-256(00 || entry); chain_n = SHA-256(02 || chain_(n-1) || leaf_n); chain_0 = 32 zero
bytes.
"""

from __future__ import annotations

import hashlib

GENESIS = bytes(32)


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def link(before: bytes, leaf_hash: bytes) -> bytes:
    return hashlib.sha256(b"\x02" + before + leaf_hash).digest()
