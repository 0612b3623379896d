"""Amounts in figures and in 大写."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.receipts.amounts import FEN_MAX, in_words, rmb, yuan

# 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法), clauses 4.1 to 4.4, and the sheets
PUBLISHED = [
    (140_950, "壹仟肆佰零玖元伍角"),
    (600_714, "陆仟零柒元壹角肆分"),
    (168_032, "壹仟陆佰捌拾元零叁角贰分"),
    (10_700_053, "壹拾万柒仟元零伍角叁分"),
    (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
    (32_504, "叁佰贰拾伍元零肆分"),
    (123_400, "壹仟贰佰叁拾肆元整"),  # station-day.md
    (30_000, "叁佰元整"),  # screens.md
]
DIGITS = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
any_fen = st.integers(0, FEN_MAX) | st.integers(0, 9).map(lambda power: 10**power)


@pytest.mark.parametrize(("fen", "words"), PUBLISHED)
def test_words_are_those_of_the_published_examples(fen: int, words: str) -> None:
    assert in_words(fen) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (1_000_000_000_00, "壹拾亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_001_000_00, "壹亿零壹仟元整"),
        (1_0010_00, "壹万零壹拾元整"),
        (FEN_MAX, "玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_zeros_are_said_once_between_digits_and_never_at_an_end(fen: int, words: str) -> None:
    assert in_words(fen) == words


@given(any_fen)
def test_words_read_back_are_the_amount(fen: int) -> None:
    assert _read(in_words(fen)) == fen


@given(any_fen)
def test_no_zero_is_said_twice_or_before_a_unit(fen: int) -> None:
    words = in_words(fen)
    assert "零零" not in words
    assert not re.search("零[仟佰拾万亿角分]", words)
    assert words == "零元整" or "零元" not in words


@given(any_fen)
def test_whole_yuan_end_with_zheng_and_nothing_else_does(fen: int) -> None:
    assert in_words(fen).endswith("整") == (fen % 100 == 0)


def test_a_larger_amount_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        in_words(FEN_MAX + 1)


def test_figures_have_two_decimals_and_grouped_thousands() -> None:
    assert (rmb(123_400), yuan(123_400), yuan(0)) == ("1,234.00", "￥1,234.00", "￥0.00")
    assert (rmb(-5), yuan(-123_456)) == ("-0.05", "-￥1,234.56")
    assert in_words(-30_000) == "负叁佰元整"


@given(st.integers(-(10**13), 10**13))
def test_figures_read_back_are_the_amount(fen: int) -> None:
    assert int(rmb(fen).replace(",", "").replace(".", "")) == fen
    assert int(re.sub("[￥,.]", "", yuan(fen))) == fen


def _read(words: str) -> int:
    """The amount that a reader takes from 大写; written apart from the code under test."""
    yuan_words, _, rest = words.rpartition("元")
    jiao = re.search("(.)角", rest or words)
    fen = re.search("(.)分", rest or words)
    parts = (DIGITS[jiao[1]] * 10 if jiao else 0) + (DIGITS[fen[1]] if fen else 0)
    return _read_whole(yuan_words) * 100 + parts


def _read_whole(words: str) -> int:
    total = section = digit = 0
    for word in words:
        if word in DIGITS:
            digit = DIGITS[word]
        elif word in PLACES:
            section, digit = section + digit * PLACES[word], 0
        else:  # 万 and 亿 end a section
            total += (section + digit) * {"万": 10**4, "亿": 10**8}[word]
            section = digit = 0
    return total + section + digit
