"""Proves a whole journal, and with what the bank stored that nothing of it is missing at the end.

A chain cannot show that facts were cut off behind, nor that this is yesterday's copy: only somebody
else's memory can. The tail mark beside it shows an accident, villagers' receipts show the facts
they name, and without a checkpoint a line says which head nobody vouches for.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from terminal.journal import checkpoint, heads
from terminal.journal.checkpoint import BadCheckpoint, Checkpoint
from terminal.journal.files import read_only
from terminal.journal.heads import Head
from terminal.journal.mark import Mark
from terminal.journal.tree import EMPTY_ROOT, Frontier
from terminal.maintenance.judge_receipt import Verdict, judge
from terminal.receipts.proof import CHAIN_BYTES, Sealed


class NotProved(Exception):
    """The facts hang together, and are not those that somebody vouches for."""


@dataclass
class Walk:
    """What a walk over all facts has met. witnessed_root: the root at the witnessed size; chains:
    the chain hashes of the facts that were asked about.
    """

    tree: Frontier = field(default_factory=Frontier)
    chain: str = ""
    head_count: int = 0
    unsigned: int = 0  # heads by keys that were not given
    last: Head | None = None
    origin: str = ""
    witnessed_root: bytes | None = None
    chains: dict[int, bytes] = field(default_factory=dict)


def verify(
    path: Path,
    keys: Sequence[bytes],
    witnessed: str | None = None,
    receipts: Sequence[Sealed] = (),
) -> Iterator[str]:
    """Lines for a person. keys: SPKI DER, none: signatures are not judged. witnessed: the signed
    note that the bank stored. receipts: each must be of a fact that is here.

    Raises JournalInUse, JournalDamaged, JournalUnavailable, BadCheckpoint, NotProved.
    """
    stated = _stated(witnessed, keys) if witnessed is not None else None
    mark = Mark(path.with_suffix(".mark"))
    walk = _walk(path, keys, stated, {mark.seq, *(one.proof.seq for one in receipts)})
    _expect_marked(walk, mark)
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
    for sealed in receipts:
        yield _found(walk, sealed, keys)


def _walk(
    path: Path, keys: Sequence[bytes], stated: Checkpoint | None, asked: Container[int]
) -> Walk:
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
            if row.seq in asked:
                walk.chains[row.seq] = row.chain
    return walk


def _stated(witnessed: str, keys: Sequence[bytes]) -> Checkpoint:
    if keys:
        return checkpoint.opened(witnessed, keys)
    return checkpoint.read(checkpoint.signed_part(witnessed))


def _expect_marked(walk: Walk, mark: Mark) -> None:
    """Not signed, so it shows an accident, and nobody who has removed it too."""
    if mark.seq > walk.tree.size:
        raise NotProved(
            f"fact {walk.tree.size + 1} is missing: {mark.seq} were here when the station wrote "
            "its mark"
        )
    if mark.seq and walk.chains[mark.seq] != mark.chain:
        raise NotProved(f"fact {mark.seq} is another than the one that was here")


def _found(walk: Walk, sealed: Sealed, keys: Sequence[bytes]) -> str:
    """A receipt carries the first bytes of its fact's chain hash (`security.md` section 6)."""
    seq = sealed.proof.seq
    line = f"receipt of fact {seq}:"
    if seq not in walk.chains:
        raise NotProved(f"{line} it is not here, the last is {walk.tree.size}")
    if walk.chains[seq][:CHAIN_BYTES] != sealed.proof.chain:
        raise NotProved(f"{line} another fact is here, or the receipt is of another station")
    if not keys:
        return f"{line} it is here; its signature was not judged (--keys)"
    verdict = judge(sealed, keys)
    if verdict is not Verdict.VALID:
        raise NotProved(f"{line} {verdict.value} by the keys given")
    return f"{line} it is here, and its signature holds"


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
