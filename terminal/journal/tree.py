"""The Merkle tree over the facts (RFC 6962 section 2.1, RFC 9162 section 2.1). Pure.

A leaf is `chain.leaf` of an entry; a node is SHA-256(01 || left || right), split at the largest
power of two below the size. `Frontier` is all that an append needs; `Subtree` is the hash of a run
of leaves, which is all that a proof needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32

Subtree = Callable[[int, int], bytes]
"""(start, end) -> root of the tree over the leaves start to end - 1, counted from 0."""


class BadFrontier(ValueError):
    """A text that is no frontier of its size."""


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """Roots of the perfect subtrees that `size` leaves fall into, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> Frontier:
        """One leaf more, in at most log2(size) hashes: a bit that carries joins two subtrees."""
        kept = len(self.hashes)
        size = self.size
        while size & 1:
            kept -= 1
            leaf = node(self.hashes[kept], leaf)
            size >>= 1
        return Frontier(self.size + 1, (*self.hashes[:kept], leaf))

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node(left, root)
        return root

    def spans(self) -> Iterator[tuple[int, int]]:
        """The (start, end) of each perfect subtree, as `hashes` has them."""
        start = 0
        for bit in reversed(range(self.size.bit_length())):
            if self.size >> bit & 1:
                yield start, start + (1 << bit)
                start += 1 << bit

    def text(self) -> str:
        return ",".join(one.hex() for one in self.hashes)


def frontier_of(size: int, text: str) -> Frontier:
    """The inverse of `Frontier.text`. Raises BadFrontier."""
    try:
        hashes = tuple(bytes.fromhex(one) for one in text.split(",") if one)
    except ValueError:
        raise BadFrontier("a frontier is hashes in hex") from None
    if size < 0 or len(hashes) != size.bit_count() or any(len(h) != HASH_BYTES for h in hashes):
        raise BadFrontier(f"these are not the subtrees of {size} leaves")
    return Frontier(size, hashes)


def grown(frontier: Frontier, leaves: Iterable[bytes]) -> Frontier:
    """`frontier` with all of `leaves` added."""
    for leaf in leaves:
        frontier = frontier.add(leaf)
    return frontier


def inclusion_proof(subtree: Subtree, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` (from 0) in the tree of `size` (RFC 6962 section 2.1.1)."""
    assert 0 <= index < size
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def included(leaf: bytes, index: int, size: int, root: bytes, path: tuple[bytes, ...]) -> bool:
    """Whether `path` proves the leaf (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node(found, step)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(subtree: Subtree, old: int, new: int) -> tuple[bytes, ...]:
    """That the tree of `new` begins with the tree of `old` (RFC 6962 section 2.1.2).

    Empty for old = 0 and old = new. Left of `old` it asks for perfect subtrees of the old frontier
    only, so whoever has that frontier reads no older leaf.
    """
    assert 0 <= old <= new
    if old in (0, new):
        return ()
    start, end, proof, whole = 0, new, list[bytes](), True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:  # the verifier knows the old root, so it is sent only where it is a part
        proof.append(subtree(start, end))
    return tuple(reversed(proof))


def consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: tuple[bytes, ...]
) -> bool:
    """Whether `proof` shows that nothing of the old tree was changed (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        known = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return known and not proof
    path = (old_root, *proof) if old.bit_count() == 1 else proof
    if not path:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_found = new_found = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_found, new_found = node(step, old_found), node(step, new_found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new_found = node(new_found, step)
        first, last = first >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _split(count: int) -> int:
    """The largest power of two below `count` (RFC 6962 section 2.1)."""
    return 1 << (count - 1).bit_length() - 1
