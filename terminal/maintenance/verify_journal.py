"""Proves a whole journal, and with what the bank stored that nothing of it is missing at the end.

A chain cannot show that facts were cut off behind, nor that this is yesterday's copy: only somebody
else's memory can. Without a checkpoint the last line says which head nobody vouches for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from terminal.journal import checkpoint, heads
from terminal.journal.checkpoint import BadCheckpoint, Checkpoint
from terminal.journal.files import read_only
from terminal.journal.heads import Head
from terminal.journal.tree import EMPTY_ROOT, Frontier


class NotProved(Exception):
    """The facts hang together, and are not those that somebody vouches for."""


@dataclass
class Walk:
    """What a walk over all facts has met. witnessed_root: the root at the witnessed size."""

    tree: Frontier = field(default_factory=Frontier)
    chain: str = ""
    head_count: int = 0
    unsigned: int = 0  # heads by keys that were not given
    last: Head | None = None
    origin: str = ""
    witnessed_root: bytes | None = None


def verify(path: Path, keys: Sequence[bytes], witnessed: str | None = None) -> Iterator[str]:
    """Lines for a person. keys: SPKI DER, none: signatures are not judged. witnessed: the signed
    note that the bank stored.

    Raises JournalInUse, JournalDamaged, BadCheckpoint, NotProved.
    """
    stated = _stated(witnessed, keys) if witnessed is not None else None
    walk = _walk(path, keys, stated)
    yield f"{path}: {walk.tree.size} facts, chain whole, head {walk.chain[:16]}"
    yield f"tree of {walk.tree.size} facts: root {walk.tree.root().hex()[:16]}"
    yield _heads_line(walk, keys)
    if keys and walk.last is not None and not walk.last.signed:
        raise NotProved(f"the last head, fact {walk.last.seq}, is signed by none of these keys")
    if stated is None:
        yield _not_vouched_for(walk)
    else:
        _compare(walk, stated)
        yield _vouched_for(walk, stated, keys)


def _walk(path: Path, keys: Sequence[bytes], stated: Checkpoint | None) -> Walk:
    walk = Walk()
    wanted = stated.size if stated else -1
    if wanted == 0:
        walk.witnessed_root = EMPTY_ROOT
    with read_only(path) as db:
        for row, tree, head in heads.walked(db, keys):
            walk.tree, walk.chain = tree, row.chain.hex()
            if head is not None:
                walk.head_count, walk.last = walk.head_count + 1, head
                walk.unsigned += not head.signed
                walk.origin = checkpoint.read(checkpoint.signed_part(row.values["note"])).origin
            if row.seq == wanted:
                walk.witnessed_root = tree.root()
    return walk


def _stated(witnessed: str, keys: Sequence[bytes]) -> Checkpoint:
    if keys:
        return checkpoint.opened(witnessed, keys)
    return checkpoint.read(checkpoint.signed_part(witnessed))


def _compare(walk: Walk, stated: Checkpoint) -> None:
    if walk.origin and stated.origin != walk.origin:
        raise NotProved(f"the checkpoint is of {stated.origin}, the journal of {walk.origin}")
    if stated.size > walk.tree.size:
        raise NotProved(
            f"fact {walk.tree.size + 1} is missing: the bank has seen {stated.size} facts, "
            "this file is an older copy or was cut off"
        )
    if walk.witnessed_root != stated.root:
        raise NotProved(
            f"the first {stated.size} facts are not those that the bank has seen: "
            "they were rewritten"
        )


def _heads_line(walk: Walk, keys: Sequence[bytes]) -> str:
    if walk.last is None:
        return "no signed head yet"
    line = f"{walk.head_count} heads fit the facts, the last is fact {walk.last.seq}"
    if not keys:
        return f"{line}; their signatures were not judged: no keys were given (--keys)"
    if walk.unsigned:
        return f"{line}; {walk.unsigned} of them are signed by other keys than those given"
    return f"{line}; all their signatures hold"


def _vouched_for(walk: Walk, stated: Checkpoint, keys: Sequence[bytes]) -> str:
    line = f"the {stated.size} facts that the bank has seen are here, unchanged"
    newer = walk.tree.size - stated.size
    if newer:
        line += f"; nobody vouches for the {newer} after them being all"
    return line if keys else f"{line}; the checkpoint's signature was not judged (--keys)"


def _not_vouched_for(walk: Walk) -> str:
    missing = "whether later facts were cut off, or this is an older copy, cannot be seen"
    if walk.last is None:
        return f"nobody vouches for these facts: {missing} without --checkpoint"
    return (
        f"nobody vouches for the head of {walk.last.tree.size} facts, root "
        f"{walk.last.tree.root().hex()[:16]}, being the last: {missing} without --checkpoint"
    )


def read_note(path: Path) -> str:
    """A checkpoint as the bank stored it. Raises BadCheckpoint."""
    try:
        with path.open("rb") as file:
            content = file.read(checkpoint.NOTE_BYTES_MAX + 1)
        return content.decode("utf-8")
    except OSError as why:
        raise BadCheckpoint(f"{path}: {why.strerror}") from why
    except UnicodeDecodeError:
        raise BadCheckpoint(f"{path}: no signed note") from None
