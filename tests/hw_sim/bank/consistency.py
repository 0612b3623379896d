"""Whether one Merkle tree is the beginning of another (RFC 9162 section 2.1.4.2, RFC 6962 trees).

Knows roots and proofs only: the bank never sees the journal's leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def consistent(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the first `old_size` leaves are still the same ones."""
    if old_size > new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:  # every tree begins with nothing, so nothing is to be shown
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    whole = old_size & (old_size - 1) == 0  # the old tree is itself a node of the new one
    return _walk(old_size - 1, new_size - 1, [old_root] if whole else [], proof) == (
        old_root,
        new_root,
    )


def _walk(
    old_at: int, new_at: int, start: Sequence[bytes], proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The two roots that the proof leads to from the last leaves of both trees."""
    while old_at & 1:
        old_at, new_at = old_at >> 1, new_at >> 1
    first, *rest = (*start, *proof)
    old_root = new_root = first
    for sibling in rest:
        if new_at == 0:
            return None
        if old_at & 1 or old_at == new_at:
            old_root, new_root = _node(sibling, old_root), _node(sibling, new_root)
            while old_at and not old_at & 1:
                old_at, new_at = old_at >> 1, new_at >> 1
        else:
            new_root = _node(new_root, sibling)
        old_at, new_at = old_at >> 1, new_at >> 1
    return (old_root, new_root) if new_at == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
