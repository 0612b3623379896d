"""A checkpoint for the bank's witness: what is offered, and what its answer may say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.bank.checkpoints import head_seen, offered
from terminal.bank.posts import Posted
from terminal.bank.strict_json import UnreadableAnswer
from terminal.core.exchange import HeadSeen
from tests.vectors import vectors

CHECKPOINT = next(
    row for row in vectors("crypto/journal.json") if row["id"] == "checkpoint-profile"
)
NOTE: str = CHECKPOINT["note"]
ROOT = bytes(range(32))
BANKS = bytes(reversed(range(32)))
NOW_MS = 1_795_000_000_000


def told(status: int = 200, **changed: Any) -> Posted:
    said = {"size": 8, "root": ROOT.hex(), **changed}
    return Posted(status, json.dumps(said).encode(), NOW_MS)


def seen(posted: Posted) -> HeadSeen:
    return head_seen(posted, size=8, root=ROOT)


def test_a_first_checkpoint_goes_from_nothing_without_a_proof() -> None:
    assert offered(0, [], NOTE) == b"old 0\n\n" + NOTE.encode()


def test_the_proof_stands_between_the_old_size_and_an_empty_line() -> None:
    """base64 of 32 zero bytes and of 32 bytes 0xFF, by hand: 43 letters and one =."""
    assert offered(5, [bytes(32), b"\xff" * 32], NOTE) == (
        b"old 5\n" + b"A" * 43 + b"=\n" + b"/" * 42 + b"8=\n" + b"\n" + NOTE.encode()
    )


@pytest.mark.parametrize(
    ("old", "proof", "note"),
    [
        (-1, [], NOTE),
        (5, [bytes(31)], NOTE),
        (5, [bytes(32)] * 64, NOTE),
        (5, [], NOTE.rstrip("\n")),
    ],
    ids=["a size below 0", "a short hash", "too long", "no last line end"],
)
def test_nothing_else_is_ever_offered(old: int, proof: list[bytes], note: str) -> None:
    with pytest.raises(AssertionError):
        offered(old, proof, note)


def test_the_bank_has_taken_the_head_that_was_offered() -> None:
    assert seen(told()) == HeadSeen(True, 8, ROOT)


def test_the_bank_has_another_head_and_says_which() -> None:
    """Ours is smaller, N is not its size, or the proof fails: 409 with the bank's own."""
    assert seen(told(409, size=12, root=BANKS.hex())) == HeadSeen(False, 12, BANKS)


def test_a_root_may_be_written_in_capital_hex() -> None:
    assert seen(told(409, root=BANKS.hex().upper())).root == BANKS


def test_a_bank_that_knows_nothing_of_us_says_size_0() -> None:
    assert seen(told(409, size=0)).size == 0


@pytest.mark.parametrize("other", [{"size": 7}, {"size": 9}, {"root": BANKS.hex()}], ids=str)
def test_a_bank_that_took_another_head_than_the_offered_one_is_no_witness(
    other: dict[str, Any],
) -> None:
    with pytest.raises(UnreadableAnswer, match="another head"):
        seen(told(200, **other))


@pytest.mark.parametrize("status", [201, 403, 429, 500])
def test_no_other_status_tells_of_a_head(status: int) -> None:
    with pytest.raises(UnreadableAnswer, match=str(status)):
        seen(told(status))


@pytest.mark.parametrize("status", [200, 409])
@pytest.mark.parametrize(
    "changed",
    [
        *({"size": wrong} for wrong in (-1, 2**63, "8", 8.0, True, None)),
        *({"root": wrong} for wrong in ("", ROOT.hex()[:-1], ROOT.hex() + "00", "g" * 64, None)),
        {"root": ROOT.hex() + "\n"},
        {"root": "０" * 64},
        {"note": "x"},
    ],
    ids=str,
)
def test_a_head_in_another_form_is_refused(status: int, changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        seen(told(status, **changed))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",  # a signed 409 for a number used twice
        b'{"size": 8}',
        json.dumps({"root": ROOT.hex()}).encode(),
        json.dumps({"size": 8, "root": ROOT.hex()}).encode()[:-1],
        b'{"size": 9, ' + json.dumps({"size": 8, "root": ROOT.hex()}).encode()[1:],
    ],
    ids=["empty", "list", "used twice", "no root", "no size", "cut short", "a key twice"],
)
def test_what_is_no_head_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        seen(Posted(409, body, NOW_MS))


@given(st.sampled_from([200, 409]), st.binary(max_size=60))
def test_noise_is_refused_and_no_accident(status: int, noise: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        seen(Posted(status, noise, NOW_MS))
