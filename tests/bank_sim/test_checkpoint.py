"""The bank as witness of the journal: heads it takes over, and heads it does not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from tests.bank_sim import journal
from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.counter import TERMINAL, Clock, Counter
from tests.bank_sim.journal import asked, head, leaves, proof, root, signed
from tests.bank_sim.terminal import Terminal, enrol
from tests.bank_sim.vectors import load
from tests.hw_sim.bank import checkpoint
from tests.hw_sim.bank.consistency import EMPTY_ROOT, consistent
from tests.hw_sim.bank.running import RunningBank, running_bank
from tests.hw_sim.bank.signed_note import read_checkpoint, read_note, signed_by
from tests.hw_sim.bank.state import Bank

VECTORS = {row["id"]: row for row in load("crypto/journal.json")["vectors"]}
TREE = VECTORS["rfc6962-tree"]
TREE_LEAVES = [bytes.fromhex(leaf) for leaf in TREE["leaves_hex"]]
CHECKPOINT = "/v1/terminal/checkpoint"
SIZES_MAX = 40
KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def witness(counter: Counter) -> Bank:
    """A bank that knows one P-256 and one Ed25519 key of the terminal and has seen 5 facts."""
    keys = {TERMINAL: (KEY.public_key(), ED_KEY.public_key())}
    bank = replace(counter.bank, signing_keys=keys)
    assert offer(bank, 0, 5)[0] == 200
    return bank


def offer(bank: Bank, old_size: int, size: int, **other: Any) -> tuple[int, dict[str, Any]]:
    entries = other.get("entries", leaves(size))
    steps = other.get("steps", proof(old_size, entries) if old_size < size else [])
    note = other.get("note", signed(head(entries), KEY))
    return checkpoint.witness(bank, TERMINAL, asked(old_size, steps, note))


def stands_at(bank: Bank, size: int) -> bool:
    return checkpoint.last_head(bank, TERMINAL) == (size, root(leaves(size)))


def ed25519_key(vkey: str) -> ed25519.Ed25519PublicKey:
    """`name+hex(keyid4)+base64(01||pub32)`."""
    return ed25519.Ed25519PublicKey.from_public_bytes(
        base64.b64decode(vkey.partition("+")[2].partition("+")[2])[1:]
    )


def test_the_tree_of_these_tests_has_the_published_roots() -> None:
    roots = {str(n): root(TREE_LEAVES[:n]).hex() for n in (1, 2, 4, 8)}
    assert roots == TREE["roots"]
    assert EMPTY_ROOT.hex() == TREE["empty_root"]


def test_the_published_consistency_proof_holds() -> None:
    row = TREE["consistency"]
    steps = [bytes.fromhex(step) for step in row["proof"]]
    old, new = root(TREE_LEAVES[: row["from"]]), bytes.fromhex(TREE["roots"]["8"])
    assert consistent(row["from"], old, row["to"], new, steps)


@pytest.mark.parametrize("old_size", range(SIZES_MAX + 1))
def test_every_proof_by_the_definition_holds(old_size: int) -> None:
    for size in range(old_size, SIZES_MAX + 1):
        entries = leaves(size)
        steps = proof(old_size, entries)
        assert consistent(old_size, root(entries[:old_size]), size, root(entries), steps)


@given(st.data())
def test_a_changed_fact_has_no_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZES_MAX))
    old_size = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old_size - 1))
    entries = leaves(size)
    entries[changed] = b"another fact"
    old_root = root(leaves(old_size))
    assert not consistent(old_size, old_root, size, root(entries), proof(old_size, entries))


@given(st.data())
def test_a_changed_proof_holds_for_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZES_MAX))
    old_size = data.draw(st.integers(1, size - 1))
    steps = proof(old_size, leaves(size))
    at = data.draw(st.integers(0, len(steps) - 1))
    changes = [
        [*steps[:at], bytes(32), *steps[at + 1 :]],
        [*steps[:at], *steps[at + 1 :]],
        [*steps, steps[at]],
    ]
    old, new = root(leaves(old_size)), root(leaves(size))
    assert not any(consistent(old_size, old, size, new, change) for change in changes)


@pytest.mark.parametrize("old_size", range(1, SIZES_MAX + 1))
def test_a_proof_for_a_tree_of_another_height_does_not_hold(old_size: int) -> None:
    old = root(leaves(old_size))
    for size in range(old_size, SIZES_MAX + 1):
        steps, new = proof(old_size, leaves(size)), root(leaves(size))
        for claimed in range(old_size, SIZES_MAX + 1):
            if len(proof(old_size, leaves(claimed))) != len(steps):
                assert not consistent(old_size, old, claimed, new, steps)


def test_the_same_tree_needs_no_proof_and_takes_none() -> None:
    same = root(leaves(5))
    assert not consistent(5, same, 5, same, [same])


def test_the_public_note_is_signed_by_its_key() -> None:
    row = VECTORS["signed-note-go"]
    note = read_note(f"{row['text']}\n{row['signature_line']}\n")
    assert signed_by(note, "PeterNeumann", [ed25519_key(row["vkey"])])
    text = row["text"].replace("the answer", "an answer")
    other = read_note(f"{text}\n{row['signature_line']}\n")
    assert not signed_by(other, "PeterNeumann", [ed25519_key(row["vkey"])])


def test_the_sheets_checkpoint_reads_as_eight_leaves() -> None:
    row = VECTORS["checkpoint-profile"]
    note = read_note(row["note"])
    told = read_checkpoint(note)
    assert (told.origin, told.size, told.root.hex()) == (
        journal.ORIGIN,
        8,
        TREE["roots"]["8"],
    )
    assert signed_by(note, journal.ORIGIN, [ed25519_key(row["vkey"])])


def test_a_journal_that_grew_is_taken_over(witness: Bank) -> None:
    status, told = offer(witness, 5, 9)
    assert (status, told) == (200, {"size": 9, "root": root(leaves(9)).hex()})
    assert stands_at(witness, 9)


def test_the_same_head_again_is_taken_over(witness: Bank) -> None:
    assert offer(witness, 5, 5)[0] == 200


def test_an_ed25519_key_may_sign_too(witness: Bank) -> None:
    assert offer(witness, 5, 9, note=signed(head(leaves(9)), ED_KEY))[0] == 200


@pytest.mark.parametrize(
    ("old_size", "size"),
    [(0, 9), (4, 9), (6, 9), (5, 4)],
    ids=["from nothing", "from before", "from beyond", "smaller"],
)
def test_a_head_that_does_not_begin_at_the_banks_is_409_with_the_banks_own(
    witness: Bank, old_size: int, size: int
) -> None:
    own = {"size": 5, "root": root(leaves(5)).hex()}
    assert offer(witness, old_size, size) == (409, own)
    assert stands_at(witness, 5)


def test_an_old_size_that_is_not_the_banks_is_409_though_the_proof_holds(witness: Bank) -> None:
    assert offer(witness, 4, 9, steps=proof(5, leaves(9)))[0] == 409


def test_a_journal_with_another_past_is_409(witness: Bank) -> None:
    entries = [b"another fact", *leaves(9)[1:]]
    assert offer(witness, 5, 9, entries=entries)[0] == 409
    assert stands_at(witness, 5)


def test_the_same_size_with_another_root_is_409(witness: Bank) -> None:
    assert offer(witness, 5, 5, entries=[b"another fact", *leaves(5)[1:]])[0] == 409


def test_a_bank_that_has_seen_nothing_says_so(counter: Counter) -> None:
    bank = replace(counter.bank, signing_keys={TERMINAL: (KEY.public_key(),)})
    assert offer(bank, 5, 9) == (409, {"size": 0, "root": TREE["empty_root"]})


def with_another_keyid(note: str) -> str:
    line = note.rstrip("\n").rpartition(" ")[2]
    raw = base64.b64decode(line)
    return note.replace(line, base64.b64encode(bytes(4) + raw[4:]).decode())


@pytest.mark.parametrize(
    "note",
    [
        signed(head(leaves(9)), ec.generate_private_key(ec.SECP256R1())),
        signed(head(leaves(9), "huinong.example/44010009"), KEY, "huinong.example/44010009"),
        signed(head(leaves(9), "huinong.example/44010009"), KEY),
        signed(head(leaves(9)), KEY, "huinong.example/44010009"),
        with_another_keyid(signed(head(leaves(9)), KEY)),
        signed(head(leaves(9)), KEY).replace("\n9\n", "\n8\n"),
    ],
    ids=["foreign key", "foreign journal", "foreign origin", "foreign name", "keyid", "text"],
)
def test_a_note_that_is_not_the_terminals_is_403(witness: Bank, note: str) -> None:
    assert offer(witness, 5, 9, note=note) == (403, {})
    assert stands_at(witness, 5)


GOOD = asked(5, proof(5, leaves(9)), signed(head(leaves(9)), KEY))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        GOOD.replace(b"old 5", b"old 05"),
        GOOD.replace(b"old 5", b"size 5"),
        GOOD.replace(b"=\n", b"\n", 1),
        GOOD[: GOOD.index(b"=\n") - 1] + b"/" + GOOD[GOOD.index(b"=\n") :],
        GOOD.replace(b"\n\n", b"\n", 1),
        GOOD[:-1],
        GOOD[: GOOD.rindex(b"\n\n") + 2],
        GOOD.replace("\u2014 ".encode(), b"- "),
        GOOD.replace(b"\n9\n", b"\n09\n"),
        b"\xff" + GOOD,
    ],
    ids=[
        "empty",
        "leading zero",
        "no old",
        "cut hash",
        "bits beyond the hash",
        "no empty line",
        "no last line feed",
        "no signature",
        "a hyphen for the dash",
        "size with leading zero",
        "not text",
    ],
)
def test_a_body_of_another_form_is_400(witness: Bank, body: bytes) -> None:
    assert checkpoint.witness(witness, TERMINAL, body) == (400, {})
    assert stands_at(witness, 5)


def post(terminal: Terminal, old_size: int, size: int) -> httpx.Response:
    entries = leaves(size)
    note = signed(head(entries), terminal.signing_key)
    response = terminal.post(asked(old_size, proof(old_size, entries), note), CHECKPOINT)
    terminal.verify(response)
    return response


def test_over_the_line_both_answers_are_signed_and_bound(terminal: Terminal) -> None:
    taken, refused = post(terminal, 0, 3), post(terminal, 0, 4)
    assert (taken.status_code, taken.json()["size"]) == (200, 3)
    assert (refused.status_code, refused.json()["root"]) == (409, root(leaves(3)).hex())


def test_a_checkpoint_that_is_not_text_is_400(terminal: Terminal) -> None:
    note = signed(head(leaves(3)), terminal.signing_key)
    body = asked(0, [], note)
    response = terminal.http.send(terminal.signed(body, CHECKPOINT, kind="application/json"))
    assert response.status_code == 400


def test_what_the_bank_stored_is_told_and_lies_in_a_file(
    terminal: Terminal, bank: RunningBank, tmp_path: Path
) -> None:
    post(terminal, 0, 3)
    told = bank.control({"op": "checkpoint"})
    assert (told["size"], told["root"]) == (3, root(leaves(3)).hex())
    assert told["file"] == str(tmp_path / "checkpoints" / f"{TERMINAL}.txt")
    assert Path(told["file"]).read_text("utf-8") == told["note"]
    assert told["note"].startswith(head(leaves(3)) + f"\n\u2014 {journal.ORIGIN} ")


def test_before_the_first_head_there_is_no_file(bank: RunningBank) -> None:
    told = bank.control({"op": "checkpoint", "terminal": TERMINAL})
    assert (told["size"], told["note"], told["file"]) == (0, None, None)


def test_a_checkpoint_of_nobody_is_a_plain_error(bank: RunningBank) -> None:
    assert list(bank.control({"op": "checkpoint", "terminal": "44010009"})) == ["error"]


def test_a_second_start_remembers_the_head_and_puts_its_file_back(
    terminal: Terminal, bank: RunningBank, people: dict[str, Any], clock: Clock, tmp_path: Path
) -> None:
    post(terminal, 0, 3)
    before = bank.control({"op": "checkpoint"})
    bank.stop()
    bank.stopped.wait()
    Path(before["file"]).unlink()
    with running_bank(tmp_path, people, COUNTY_FILE, clock=clock) as again:
        assert json.dumps(again.control({"op": "checkpoint"})) == json.dumps(before)


def test_another_origin_is_a_matter_of_configuration(
    people: dict[str, Any], clock: Clock, tmp_path: Path
) -> None:
    enrol(tmp_path)
    with (
        running_bank(tmp_path, people, COUNTY_FILE, clock=clock, log_origin="log.example") as bank,
        Terminal(bank.url, tmp_path, clock) as terminal,
    ):
        text = head(leaves(3), f"log.example/{TERMINAL}")
        note = signed(text, terminal.signing_key, f"log.example/{TERMINAL}")
        assert terminal.post(asked(0, [], note), CHECKPOINT).status_code == 200
        assert post(terminal, 3, 4).status_code == 403
