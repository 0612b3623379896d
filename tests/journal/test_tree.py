"""The tree is that of RFC 6962, whichever way it is computed."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, lists, tuples

from terminal.journal import chain, tree
from terminal.journal.tree import EMPTY_ROOT, Frontier
from tests.vectors import vectors

VECTOR = next(v for v in vectors("crypto/journal.json") if v["id"] == "rfc6962-tree")
ENTRIES = [bytes.fromhex(leaf) for leaf in VECTOR["leaves_hex"]]
LEAVES = [chain.leaf(entry) for entry in ENTRIES]
A_TREE = lists(binary(max_size=4), max_size=70)


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word: MTH over the entries."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def of(entries: list[bytes]) -> Frontier:
    return tree.grown(Frontier(), (chain.leaf(entry) for entry in entries))


def subtree_of(entries: list[bytes]) -> tree.Subtree:
    return lambda start, end: naive_root(entries[start:end])


@pytest.mark.parametrize("size", sorted(VECTOR["roots"], key=int))
def test_the_roots_are_the_published_ones(size: str) -> None:
    assert of(ENTRIES[: int(size)]).root().hex() == VECTOR["roots"][size]


def test_the_tree_of_nothing_has_the_published_root() -> None:
    assert Frontier().root().hex() == EMPTY_ROOT.hex() == VECTOR["empty_root"]


def test_the_inclusion_proof_is_the_published_one() -> None:
    wanted = VECTOR["inclusion"]
    path = tree.inclusion_proof(subtree_of(ENTRIES), wanted["index"], wanted["size"])
    assert [step.hex() for step in path] == wanted["path"]


def test_the_consistency_proof_is_the_published_one() -> None:
    wanted = VECTOR["consistency"]
    proof = tree.consistency_proof(subtree_of(ENTRIES), wanted["from"], wanted["to"])
    assert [step.hex() for step in proof] == wanted["proof"]


@given(A_TREE)
def test_adding_leaf_by_leaf_gives_the_root_of_the_definition(entries: list[bytes]) -> None:
    assert of(entries).root() == naive_root(entries)


@given(integers(0, 2000))
def test_an_append_keeps_one_hash_a_set_bit_of_the_size(size: int) -> None:
    frontier = tree.grown(Frontier(), [bytes(32)] * size)
    assert len(frontier.hashes) == size.bit_count() == len(list(frontier.spans()))


@given(A_TREE)
def test_the_spans_of_a_frontier_are_the_subtrees_of_its_hashes(entries: list[bytes]) -> None:
    frontier = of(entries)
    assert tuple(naive_root(entries[a:b]) for a, b in frontier.spans()) == frontier.hashes


@given(A_TREE)
def test_a_frontier_is_read_back_from_its_text(entries: list[bytes]) -> None:
    assert tree.frontier_of(len(entries), of(entries).text()) == of(entries)


@pytest.mark.parametrize(
    ("size", "text"), [(1, ""), (2, "00,00"), (1, "zz"), (1, "00" * 31), (-1, "")]
)
def test_a_text_that_is_no_frontier_is_refused(size: int, text: str) -> None:
    with pytest.raises(tree.BadFrontier):
        tree.frontier_of(size, text)


@given(
    lists(binary(max_size=4), min_size=1, max_size=70).flatmap(
        lambda entries: tuples(integers(0, len(entries) - 1)).map(lambda at: (entries, at[0]))
    )
)
def test_every_leaf_is_proved_and_no_other(case: tuple[list[bytes], int]) -> None:
    entries, index = case
    size, root = len(entries), naive_root(entries)
    path = tree.inclusion_proof(subtree_of(entries), index, size)
    assert tree.included(chain.leaf(entries[index]), index, size, root, path)
    assert not tree.included(chain.leaf(b"another"), index, size, root, path)
    assert not tree.included(chain.leaf(entries[index]), index, size, root, (*path, root))
    assert not tree.included(chain.leaf(entries[index]), size, size, root, path)


@given(A_TREE, integers(0, 70))
def test_growth_is_proved_from_every_older_size(entries: list[bytes], old: int) -> None:
    old = min(old, len(entries))
    proof = tree.consistency_proof(subtree_of(entries), old, len(entries))
    old_root, new_root = naive_root(entries[:old]), naive_root(entries)
    assert tree.consistent(old, old_root, len(entries), new_root, proof)


@given(lists(binary(max_size=4), min_size=2, max_size=70), integers(1, 69), integers(0, 69))
def test_a_rewritten_past_is_not_proved(entries: list[bytes], old: int, at: int) -> None:
    old = min(old, len(entries) - 1)
    at = min(at, old - 1)
    rewritten = [*entries[:at], entries[at] + b"!", *entries[at + 1 :]]
    proof = tree.consistency_proof(subtree_of(rewritten), old, len(entries))
    old_root, new_root = naive_root(entries[:old]), naive_root(rewritten)
    assert not tree.consistent(old, old_root, len(entries), new_root, proof)


@given(lists(binary(max_size=4), min_size=3, max_size=70), integers(1, 69), integers(0, 9))
def test_a_proof_with_one_step_less_more_or_changed_is_none(
    entries: list[bytes], old: int, at: int
) -> None:
    old = min(old, len(entries) - 1)
    proof = tree.consistency_proof(subtree_of(entries), old, len(entries))
    at = min(at, len(proof) - 1)
    ends = (old, naive_root(entries[:old]), len(entries), naive_root(entries))
    for wrong in (proof[:-1], (*proof, bytes(32)), (*proof[:at], bytes(32), *proof[at + 1 :])):
        assert not tree.consistent(*ends, wrong)


@given(A_TREE, integers(1, 70))
def test_growth_is_proved_without_reading_what_the_old_frontier_covers(
    entries: list[bytes], old: int
) -> None:
    old = min(old, len(entries))
    known = dict(zip(of(entries[:old]).spans(), of(entries[:old]).hashes, strict=True))

    def subtree(start: int, end: int) -> bytes:
        assert (start, end) in known or start >= old
        return naive_root(entries[start:end])

    assert tree.consistency_proof(subtree, old, len(entries)) == tree.consistency_proof(
        subtree_of(entries), old, len(entries)
    )


def test_nothing_is_proved_backwards() -> None:
    root = naive_root(ENTRIES)
    assert not tree.included(LEAVES[0], 0, 2, LEAVES[0], ())
    assert not tree.consistent(8, root, 4, naive_root(ENTRIES[:4]), ())
    assert not tree.consistent(8, root, 8, naive_root(ENTRIES[:4]), ())
    assert not tree.consistent(4, root, 8, root, ())
