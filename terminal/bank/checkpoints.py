"""A checkpoint as the bank's witness takes it, and what it answers (`county-wire.md`). Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from terminal.bank.posts import Posted
from terminal.bank.strict_json import UnreadableAnswer, read
from terminal.core.exchange import HeadSeen

HASH_BYTES = 32
PROOF_HASHES_MAX = 63  # C2SP tlog-witness: enough for 2^63 facts
SIZE_MAX = 2**63 - 1
TAKEN, NOT_TAKEN = 200, 409


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    size: Annotated[int, Meta(ge=0, le=SIZE_MAX)]
    root: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{64}\Z")]


def offered(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """The body of the POST: old size, consistency proof from it, empty line, signed note."""
    assert 0 <= old_size <= SIZE_MAX
    assert len(proof) <= PROOF_HASHES_MAX
    assert all(len(one) == HASH_BYTES for one in proof)
    assert note.endswith("\n")
    lines = [f"old {old_size}", *(base64.b64encode(one).decode("ascii") for one in proof), ""]
    return ("\n".join(lines) + "\n" + note).encode("utf-8")


def head_seen(posted: Posted, *, size: int, root: bytes) -> HeadSeen:
    """What the bank says it has; size and root are those that were offered.

    Raises UnreadableAnswer, also when it has taken another head than the offered one.
    """
    if posted.status not in (TAKEN, NOT_TAKEN):
        raise UnreadableAnswer(f"status {posted.status} tells of no head")
    head = read(posted.body, _Head)
    seen = HeadSeen(posted.status == TAKEN, head.size, bytes.fromhex(head.root))
    if seen.accepted and (seen.size, seen.root) != (size, root):
        raise UnreadableAnswer("it has taken another head")
    return seen
