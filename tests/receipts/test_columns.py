"""Lines by their width on paper (`escpos-printer.md` sections 1 and 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.receipts.columns import labelled, pad, pair, wrap
from tests.receipts.counter import width

ALPHABET = "ab12 .-，。（）《》“”桃源村￥·"
anything = st.text(ALPHABET, max_size=120) | st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=60
)
papers = st.sampled_from([32, 48, 16, 24])


@given(anything, papers)
def test_no_line_is_wider_than_the_paper(text: str, columns: int) -> None:
    assert all(width(line) <= columns for line in wrap(text, columns))


@given(anything, papers)
def test_wrapping_loses_no_character_but_blanks(text: str, columns: int) -> None:
    assert "".join(wrap(text, columns)).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("桃源村", min_size=1, max_size=20), min_size=1).map("，".join), papers)
def test_no_line_begins_with_a_comma(text: str, columns: int) -> None:
    assert not any(line.startswith("，") for line in wrap(text, columns))


@given(st.lists(st.text("桃源村", min_size=1, max_size=20), min_size=1).map("（".join), papers)
def test_no_line_ends_with_an_opening_bracket(text: str, columns: int) -> None:
    assert not any(line.endswith("（") for line in wrap(text, columns))


def test_an_english_sentence_breaks_between_words() -> None:
    lines = wrap("This code proves that this terminal issued the slip.", 32)
    assert lines == ("This code proves that this", "terminal issued the slip.")


def test_a_word_longer_than_the_paper_is_cut() -> None:
    assert wrap("A" * 40, 32) == ("A" * 32, "A" * 8)


def test_a_han_character_never_hangs_over_the_edge() -> None:
    assert wrap("a" + "村" * 16, 32) == ("a" + "村" * 15, "村")


def test_nothing_is_one_empty_line() -> None:
    assert wrap("", 32) == ("",)


def test_a_pair_stands_at_both_edges() -> None:
    assert pair("批次 000012", "流水 000104", 32) == ("批次 000012          流水 000104",)


def test_a_pair_too_wide_for_one_line_takes_two() -> None:
    left, right = "咨询电话 000-12345", "存根保存 24 个月"
    assert pair(left, right, 32) == (left, right)
    assert pair(left, right, 48) == (left + " " * 14 + right,)


@pytest.mark.parametrize("columns", [32, 48])
def test_a_long_value_hangs_beside_its_label(columns: int) -> None:
    first, second, *_ = labelled("大写", "玖" * 40, columns, 8)
    assert first.startswith("大写    玖")
    assert second.startswith("        玖")


def test_a_label_wider_than_its_column_still_has_a_blank_behind_it() -> None:
    assert labelled("Amount in words", "x", 32, 8) == ("Amount in words x",)


def test_padding_counts_columns_and_cuts_nothing() -> None:
    assert pad("金额", 8) == "金额    "
    assert pad("金额金额金额", 8) == "金额金额金额"
