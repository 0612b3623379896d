"""T=1 against the worked blocks and ISO/IEC 7816-3 clause 11 (`gempc-serial.md` section 5.5).

The cards here are scripts of whole blocks as the clause prescribes them.
"""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import t1
from protocol.errors import PeerMistake
from protocol.t1 import Link, Sent
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("gempc-serial")
IFS, SELECT = VECTORS["t1-ifs"], VECTORS["t1-iblock"]
APDU = bytes.fromhex("00 A4 04 00 07 62 76 01 FF 00 00 00")


def tpdu_of(wire: bytes) -> bytes:
    return wire[12:-1]


def block(body: str) -> bytes:
    """A block with its LRC: XOR over all bytes is 00."""
    data = bytes.fromhex(body)
    lrc = 0
    for byte in data:
        lrc ^= byte
    return data + bytes([lrc])


def play(conversation: t1.Exchange, *steps: tuple[bytes, bytes | None]) -> bytes:
    """The result, when the terminal sends exactly the first of each step."""
    heard: list[Sent] = []
    try:
        heard.append(next(conversation))
        for expected, answer in steps:
            assert heard[-1].wire == expected, heard[-1].wire.hex(" ")
            heard.append(conversation.send(answer))
    except StopIteration as over:
        assert len(heard) == len(steps)
        return bytes(over.value)
    raise AssertionError(f"the terminal goes on with {heard[-1].wire.hex(' ')}")


ASKED = tpdu_of(SELECT.steps[0][1])
ANSWER = tpdu_of(SELECT.steps[2][1])


def test_the_block_size_is_agreed_as_in_the_worked_exchange() -> None:
    step = tpdu_of(IFS.steps[0][1]), tpdu_of(IFS.steps[2][1])
    assert play(Link(32).negotiate(), step) == b""


def test_an_apdu_in_one_block_is_the_worked_exchange() -> None:
    assert play(Link(32).exchange(APDU), (ASKED, ANSWER)) == bytes.fromhex(SELECT.decoded["sw"])


def test_numbers_alternate_from_one_exchange_to_the_next() -> None:
    link = Link(32)
    play(link.exchange(APDU), (ASKED, ANSWER))
    second = block("00 40 0C" + APDU.hex()), block("00 40 02 90 00")
    assert play(link.exchange(APDU), second) == b"\x90\x00"


def test_a_long_apdu_goes_in_chained_blocks() -> None:
    steps = (
        (block("00 20 08" + APDU[:8].hex()), block("00 90 00")),
        (block("00 40 04" + APDU[8:].hex()), block("00 00 02 90 00")),
    )
    assert play(Link(8).exchange(APDU), *steps) == b"\x90\x00"


def test_a_long_answer_is_asked_for_block_by_block() -> None:
    steps = (
        (ASKED, block("00 20 02 AA BB")),
        (block("00 90 00"), block("00 60 02 CC DD")),
        (block("00 80 00"), block("00 00 02 90 00")),
    )
    assert play(Link(32).exchange(APDU), *steps) == bytes.fromhex("AABBCCDD9000")


def test_the_link_goes_on_after_chains_in_both_directions() -> None:
    link = Link(8)
    play(
        link.exchange(APDU),
        (block("00 20 08" + APDU[:8].hex()), block("00 90 00")),
        (block("00 40 04" + APDU[8:].hex()), block("00 20 01 AA")),
        (block("00 90 00"), block("00 40 02 90 00")),
    )
    third = block("00 00 05 00 B0 00 00 00"), block("00 00 02 90 00")
    assert play(link.exchange(bytes.fromhex("00B0000000")), third) == b"\x90\x00"


def test_a_card_that_needs_time_gets_it() -> None:
    conversation = Link(32).exchange(APDU)
    next(conversation)
    granted = conversation.send(block("00 C3 01 03"))
    assert granted == Sent(block("00 E3 01 03"), 3)
    with pytest.raises(StopIteration) as over:
        conversation.send(ANSWER)
    assert over.value.value == b"\x6a\x82"


def test_a_card_may_change_its_block_size() -> None:
    link = Link(32)
    play(link.exchange(APDU), (ASKED, block("00 C1 01 08")), (block("00 E1 01 08"), ANSWER))
    conversation = link.exchange(APDU)
    assert next(conversation).wire == block("00 60 08" + APDU[:8].hex())


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [(None, "00 81 00"), (ANSWER[:-1] + b"\x00", "00 81 00"), (b"", "00 81 00")],
)
def test_a_damaged_block_is_asked_for_again(bad: bytes | None, complaint: str) -> None:
    steps = (ASKED, bad), (block(complaint), ANSWER)
    assert play(Link(32).exchange(APDU), *steps) == b"\x6a\x82"


def test_a_block_of_the_wrong_number_is_not_taken_for_the_answer() -> None:
    steps = (ASKED, block("00 40 02 90 00")), (block("00 82 00"), ANSWER)
    assert play(Link(32).exchange(APDU), *steps) == b"\x6a\x82"


def test_a_card_that_lost_our_block_gets_the_same_one_again() -> None:
    steps = (ASKED, block("00 81 00")), (ASKED, ANSWER)
    assert play(Link(32).exchange(APDU), *steps) == b"\x6a\x82"


@pytest.mark.parametrize("bad", [None, block("00 81 00")])
def test_two_repetitions_that_do_not_help_end_the_exchange(bad: bytes | None) -> None:
    conversation = Link(32).exchange(APDU)
    next(conversation)
    for _ in range(t1.REPEATS_MAX):
        conversation.send(bad)
    with pytest.raises(PeerMistake, match="lost"):
        conversation.send(bad)


def test_an_aborted_chain_ends_the_exchange() -> None:
    conversation = Link(32).exchange(APDU)
    next(conversation)
    with pytest.raises(PeerMistake, match="aborted"):
        conversation.send(block("00 C2 00"))


@given(st.lists(st.binary(max_size=300) | st.none(), max_size=20), st.booleans())
def test_any_card_ends_in_an_answer_or_a_typed_error(
    answers: list[bytes | None], dress: bool
) -> None:
    conversation = Link(32).exchange(APDU)
    next(conversation)
    with contextlib.suppress(PeerMistake, StopIteration):
        for answer in answers:
            body = answer if answer is None or not dress else b"\x00" + answer[:1] + b"\x00"
            conversation.send(block(body.hex()) if dress and body else body)


def test_a_card_that_always_needs_more_time_is_given_up() -> None:
    conversation = Link(32).exchange(APDU)
    waits = [block("00 C3 01 01")] * (t1.BLOCKS_MAX - 1)
    next(conversation)
    assert len([conversation.send(wait) for wait in waits]) == len(waits)
    with pytest.raises(PeerMistake, match="endless"):
        conversation.send(waits[0])
