"""Sequences of a day head's book, drawn together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.core import spans


def test_runs_are_drawn_together() -> None:
    assert spans.text([12, 13, 14, 15, 40, 41, 99]) == "12-15,40-41,99"


@given(st.sets(st.integers(1, 10_000)))
def test_the_text_gives_the_numbers_back(numbers: set[int]) -> None:
    assert list(spans.numbers(spans.text(sorted(numbers)))) == sorted(numbers)
