"""The lines of the socket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.feed.codec import (
    ENGINE_LINE_BYTES_MAX,
    SCREEN_LINE_BYTES_MAX,
    FeedError,
    WrongVersion,
    decode_from_engine,
    decode_from_screen,
    encode,
)
from terminal.feed.views import (
    Act,
    Challenge,
    Command,
    FromScreen,
    Question,
    Reprint,
    Today,
    TodayItem,
    View,
)
from tests.ui.examples import MOMENTS, TODAY, VIEWS

TEXT = st.text(max_size=40)
NUMBER = st.integers(0, 2**40)
FROM_SCREEN = st.one_of(
    st.builds(Command, NUMBER, st.sampled_from(Act), TEXT),
    st.builds(Question, NUMBER, TEXT, TEXT),
    st.builds(Reprint, NUMBER, NUMBER),
)
CHALLENGE = Challenge(3, "01", "00", "11", 65536, 3, 1)
FULL_DAY = Today(
    1, (TodayItem(1, 1, "01", "withdrawal", 1, "", 1, "open", "", "", ("x" * 90,) * 8),) * 700
)


@given(message=FROM_SCREEN)
def test_what_a_screen_says_comes_back_as_it_was(message: FromScreen) -> None:
    assert decode_from_screen(encode(message)) == message


@pytest.mark.parametrize("view", [*VIEWS.values(), *MOMENTS.values()])
def test_every_view_comes_back_as_it_was(view: View) -> None:
    assert decode_from_engine(encode(view)) == view


@pytest.mark.parametrize("message", [TODAY, FULL_DAY, CHALLENGE])
def test_every_answer_comes_back_as_it_was(message: Today | Challenge) -> None:
    assert decode_from_engine(encode(message)) == message


def test_a_line_names_its_version_and_its_kind() -> None:
    line = encode(Command(7, Act.AMOUNT, "30000"))
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "v": 4,
        "kind": "command",
        "body": {"view": 7, "act": "amount", "value": "30000"},
    }


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]",
        b"\xff\xfe",
        b'{"kind":"command","body":{}}',
        b'{"v":3,"kind":"command"}',
        b'{"v":3,"kind":"view","body":{}}',
        b'{"v":3,"kind":"command","body":{"view":"7","act":"amount"}}',
        b'{"v":3,"kind":"command","body":{"view":7,"act":"give_me_all"}}',
        b'{"v":3,"kind":"command","body":{"view":7,"act":"lock"},"more":1}',
        b'{"v":3,"kind":"command","body":{"view":7,"act":"lock"}} {}',
    ],
)
def test_a_line_that_is_no_message_of_a_screen_is_refused(line: bytes) -> None:
    with pytest.raises(FeedError):
        decode_from_screen(line)


@pytest.mark.parametrize("start", [b"", b'{"v":2,"kind":"view","body":', b'{"v":2,"more":'])
@pytest.mark.parametrize("nested", [b"[", b'{"a":'])
def test_a_line_deeper_than_any_message_is_refused(start: bytes, nested: bytes) -> None:
    for decode in (decode_from_screen, decode_from_engine):
        with pytest.raises(FeedError):
            decode(start + nested * 10_000)


@given(line=st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_feed_error(line: bytes) -> None:
    for decode in (decode_from_screen, decode_from_engine):
        with pytest.raises(FeedError):
            decode(line)


def test_another_version_is_told_apart_whatever_else_it_holds() -> None:
    with pytest.raises(WrongVersion) as told:
        decode_from_engine(b'{"v":1,"kind":"hologram","shape":[1]}')
    assert told.value.theirs == 1


def test_a_screen_may_not_say_more_than_64_kib() -> None:
    with pytest.raises(FeedError):
        decode_from_screen(b" " * (SCREEN_LINE_BYTES_MAX + 1))
    with pytest.raises(FeedError):
        encode(Command(1, Act.PERSON, "x" * SCREEN_LINE_BYTES_MAX))


def test_an_engine_s_line_has_a_limit_too() -> None:
    with pytest.raises(FeedError):
        decode_from_engine(b" " * (ENGINE_LINE_BYTES_MAX + 1))


def test_a_refused_line_is_not_quoted() -> None:
    line = b'{"v":4,"kind":"command","body":{"view":1,"act":"11010519491231002X"}}'
    with pytest.raises(FeedError) as told:
        decode_from_screen(line)
    assert "11010519491231002X" not in str(told.value)
    assert told.value.__suppress_context__
