"""Width, contrast, block digits: what makes a page readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.receipts.amounts import yuan
from terminal.ui.digits import GLYPHS, ROWS, block_rows, drawable
from terminal.ui.identity import identity_problem
from terminal.ui.state import Theme
from terminal.ui.theme import INKS, Ink, Style
from terminal.ui.width import cut, pad, pad_left, width, wrap
from tests.ui.golden_text import LARGE, page

CONTRAST_MIN = 7.0  # WCAG 2.2, success criterion 1.4.6 (level AAA)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, definitions)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: Ink) -> float:
    light, dark = sorted((luminance(ink.ink), luminance(ink.paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast(Ink("#000000", "#ffffff")) == pytest.approx(21)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("style", Style)
def test_every_text_has_contrast_of_7_to_1(theme: Theme, style: Style) -> None:
    assert contrast(INKS[theme][style]) >= CONTRAST_MIN


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("ab", 2), ("取款", 4), ("￥1.00", 6), ("┏━┓", 3), ("…", 1)]
)
def test_a_han_character_is_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


TEXTS = st.text(alphabet="ab 取款，。￥（）1.", max_size=60)


@given(text=TEXTS, columns=st.integers(12, 40))
def test_wrapped_lines_lose_nothing_but_blanks(text: str, columns: int) -> None:
    assert "".join(wrap(text, columns)).replace(" ", "") == text.replace(" ", "")


@given(text=st.text(alphabet="取款ab", max_size=40), columns=st.integers(1, 30))
def test_padded_text_is_exactly_as_wide(text: str, columns: int) -> None:
    assert width(pad(text, columns)) == width(pad_left(text, columns)) == columns
    assert width(cut(text, columns)) <= columns


def test_no_line_begins_with_a_full_stop() -> None:
    assert wrap("取款取款。", 8) == ("取款取", "款。")


@given(fen=st.integers(0, 99_999_999_99))
def test_every_amount_can_be_drawn_in_block_digits(fen: int) -> None:
    amount = yuan(fen)
    assert drawable(amount)
    rows = block_rows(amount)
    assert len(rows) == ROWS
    assert len({len(row) for row in rows}) == 1


def test_no_two_digits_look_alike() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS)


def test_a_large_screen_draws_the_amount_large() -> None:
    drawn = [line for line in page("amount_keyed", "zh", LARGE) if "##" in line]
    assert len(drawn) == ROWS


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("11010519491231002X", ""),  # GB 11643-1999, its own example
        ("440524188001010014", ""),  # the same
        ("110105194912310021", "id_check"),
        ("1101051949123100", "id_length"),
        ("", "id_length"),
        ("1101051949X231002X", "id_check"),
    ],
)
def test_an_identity_number_is_judged_by_length_and_check_digit(number: str, problem: str) -> None:
    assert identity_problem(number) == problem


def test_an_identity_number_of_a_day_that_never_was_is_refused() -> None:
    body = "11010519490231002"
    right = next(digit for digit in "0123456789X" if _check_ok(body + digit))
    assert identity_problem(body + right) == "id_date"


def _check_ok(number: str) -> bool:
    """ISO 7064 MOD 11-2 as GB 11643 writes it: weights 2^(18-i) mod 11, the sum is 1."""
    weights = [2 ** (17 - place) % 11 for place in range(18)]
    digits = [10 if digit == "X" else int(digit) for digit in number]
    return sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 1
