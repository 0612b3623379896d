"""T=0 against the worked conversations of `emv/t0.json` (EMV Book 1 clause 9.3.1)."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import t0
from protocol.errors import OurMistake, PeerMistake

FILE = Path(__file__).parents[2] / "vectors" / "emv" / "t0.json"
CASES = {case["name"]: case for case in json.loads(FILE.read_text("utf-8"))["cases"]}
PLAYED = [name for name, case in CASES.items() if isinstance(case["io"], list)]


def play(apdu: bytes, card: Any) -> bytes:
    conversation = t0.exchange(apdu)
    try:
        tpdu = next(conversation)
        while True:
            tpdu = conversation.send(card(tpdu))
    except StopIteration as over:
        return bytes(over.value)


@pytest.mark.parametrize("name", PLAYED)
def test_the_worked_conversation_is_held(name: str) -> None:
    case, script = CASES[name], list(CASES[name]["io"])

    def card(tpdu: bytes) -> bytes:
        expected, answer = script.pop(0)
        assert tpdu == bytes.fromhex(expected)
        return bytes.fromhex(answer)

    assert play(bytes.fromhex(case["command"]), card) == bytes.fromhex(case["result"])
    assert not script


@pytest.mark.parametrize("answer", ["6101", "AA6101", "6C00", "6C01"])
def test_a_card_that_always_has_more_is_given_up(answer: str) -> None:
    asked: list[bytes] = []

    def card(tpdu: bytes) -> bytes:
        asked.append(tpdu)
        return bytes.fromhex(answer)

    with contextlib.suppress(PeerMistake):
        play(bytes.fromhex(CASES["endless 61 guard"]["command"]), card)
    assert len(asked) <= t0.ROUNDS_MAX


def test_an_endless_61_is_an_error() -> None:
    assert CASES["endless 61 guard"]["error"]
    with pytest.raises(PeerMistake, match="endless"):
        play(bytes.fromhex(CASES["endless 61 guard"]["command"]), lambda _: b"\xaa\x61\x01")


def test_case_1_is_sent_with_p3_00() -> None:
    assert t0.first_tpdu(bytes.fromhex("001E0000")) == bytes.fromhex("001E000000")


@pytest.mark.parametrize("apdu", ["", "00A404", "00A4040002A0", "00A4040000A001", "00A404000000"])
def test_what_is_no_short_apdu_is_our_mistake(apdu: str) -> None:
    with pytest.raises(OurMistake):
        t0.first_tpdu(bytes.fromhex(apdu))


@given(st.lists(st.binary(max_size=258), min_size=t0.ROUNDS_MAX, max_size=t0.ROUNDS_MAX))
def test_any_card_ends_in_an_answer_or_a_typed_error(answers: list[bytes]) -> None:
    script = iter(answers)
    with contextlib.suppress(PeerMistake):
        assert len(play(bytes.fromhex("00A4040002A00100"), lambda _: next(script))) >= 2
