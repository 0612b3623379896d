"""Answers of chance: what cards and banks must never be able to do harm with."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from protocol.emv.bits import CryptogramType
from protocol.emv.events import CardGone, HostResult, HostUnreachable, Input, Rapdu
from protocol.emv.outcome import Outcome, OutcomeKind
from protocol.emv.session import COMMANDS_MAX
from protocol.emv.tags import ROWS
from tests.protocol.emv.played import Played

# No test depends on how busy the machine is.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = st.sampled_from(
    ["9000", "6283", "6300", "63C0", "6A81", "6A82", "6A83", "6985", "6983", "6F00"]
)
TAGS = st.sampled_from([row.number for row in ROWS]) | st.integers(1, 0xFFFFFF)
LENGTHS = st.integers(0, 2**32 - 1) | st.integers(0, 300)


def length(size: int) -> bytes:
    """A length field of any width, also those a card must not use."""
    if size < 0x80:
        return bytes([size])
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body


@st.composite
def objects(draw: st.DrawFn, depth: int = 3) -> bytes:
    """TLV that may lie about its length, nest anything in anything and say tags twice."""
    tag = draw(TAGS)
    number = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    if depth and draw(st.booleans()):
        value = b"".join(draw(st.lists(objects(depth=depth - 1), max_size=3)))
    else:
        value = draw(st.binary(max_size=20))
    told = draw(st.just(len(value)) | LENGTHS)
    return number + length(told) + value


ANSWERS = st.builds(
    lambda parts, word: b"".join(parts) + bytes.fromhex(word),
    st.lists(objects() | st.binary(max_size=30), max_size=4),
    WORDS,
)
INPUTS: st.SearchStrategy[Input] = st.builds(Rapdu, ANSWERS | st.binary(max_size=300)) | st.just(
    CardGone()
)
HOSTS: st.SearchStrategy[Input] = (
    st.builds(HostResult, st.sampled_from(["00", "51", "10"]), objects() | st.binary(max_size=80))
    | st.just(HostUnreachable())
    | st.just(HostUnreachable(None))
)


def judged(played: Played, host: Input) -> Outcome:
    """What must hold of any end."""
    outcome = played.outcome
    assert len(played.commands) <= COMMANDS_MAX
    if outcome.kind is OutcomeKind.APPROVED:
        assert isinstance(host, HostResult)
        assert host.arc in ("00", "10")
        assert outcome.data.cryptogram_type is CryptogramType.TC
    if played.online is None:
        assert outcome.reversal is None
    assert (outcome.reversal is not None) == (outcome.kind is OutcomeKind.REVERSE)
    return outcome
