"""Whatever comes back, an exchange has an end: a stranger's is unknown, a true bank's is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.bank.elements import FORMS
from terminal.bank.link import BankLink
from terminal.core.exchange import Answer, Doubt, Unknown, Verdict
from tests.hw_sim.bank.http_signatures import HttpAnswer
from tests.terminal_bank.asks import ASKS
from tests.terminal_bank.front import Front

WITHDRAWAL = ASKS["withdrawal"]
ONE_LINK = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


def digits(size: int, least: int | None = None) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=size if least is None else least, max_size=size)


def text(size: int, least: int | None = None) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=size if least is None else least, max_size=size)


def element(tag: str, value: bytes) -> bytes:
    return f"{tag}{len(value):03d}".encode() + value


TAGS = st.sampled_from(sorted(FORMS))
VALUES = st.binary(max_size=12) | text(12, 0).map(str.encode)
DE62 = st.binary(max_size=40) | st.lists(st.builds(element, TAGS, VALUES), max_size=6).map(b"".join)
ODD = st.fixed_dictionaries(
    {},
    optional={
        12: digits(6),
        13: digits(4),
        15: digits(4),
        37: text(12),
        38: text(6),
        39: text(2) | st.just("00"),
        54: text(60, 0),
        60: digits(17, 0),
        62: DE62.map(lambda data: data.hex().upper()),
    },
)


@given(
    status=st.integers(100, 599),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["Signature", "Signature-Input", "Content-Digest", "Content-Type"]),
            st.text(max_size=40),
        )
    ),
    body=st.binary(max_size=64),
)
@ONE_LINK
def test_whatever_a_stranger_answers_is_unknown_and_no_accident(
    link: BankLink, front: Front, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    def stranger(answer: HttpAnswer) -> None:
        answer.status_code, answer.body, answer.headers = status, body, dict(headers)

    front.on_the_way = stranger
    end = link.exchange(WITHDRAWAL)
    assert isinstance(end, Unknown)
    assert end.doubt is Doubt.NO_ANSWER


@pytest.mark.parametrize("case", ASKS)
@given(odd=ODD)
@settings(ONE_LINK, max_examples=40)
def test_whatever_a_true_bank_puts_into_its_frame_the_end_is_an_answer_or_unknown(
    link: BankLink, front: Front, case: str, odd: dict[int, str]
) -> None:
    front.changed = odd
    end = link.exchange(replace(ASKS[case], terminal_seq=5))
    assert isinstance(end, Answer | Unknown)
    if isinstance(end, Answer) and end.verdict is Verdict.APPROVED:
        assert front.changed.get(39, "00") in {"00", "10", "11", "16", "A2", "A4", "A5", "A6"}
