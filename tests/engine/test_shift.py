"""The drawer between two counts: what should be there is derived, never typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core import facts
from terminal.feed.views import Act, Page
from terminal.keys.api import Vault
from tests.engine.counter import YES, Counter


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    return counter


def test_a_close_that_fits_needs_no_reason(counter: Counter) -> None:
    counter.press(Act.CLOSE_SHIFT, "770000")
    assert counter.facts(facts.ShiftClosed) == [facts.ShiftClosed(770_000, 770_000)]
    assert counter.page is Page.LOCKED
    counter.press(Act.SIGN_ON, "01 aa bb")
    assert counter.page is Page.OPEN_SHIFT


def test_a_variance_needs_its_reason(counter: Counter) -> None:
    counter.press(Act.CLOSE_SHIFT, "760000")
    assert counter.facts(facts.ShiftClosed) == []
    counter.press(Act.CLOSE_SHIFT, "760000 one note is missing")
    closed = counter.facts(facts.ShiftClosed)
    assert closed == [facts.ShiftClosed(770_000, 760_000, "one note is missing")]


def test_the_next_operator_goes_on_with_what_was_counted(counter: Counter) -> None:
    counter.engine.frame.names["02"] = "李强"  # type: ignore[index]
    counter.press(Act.HAND_OVER, "02 770000")
    assert counter.facts(facts.ShiftHandedOver)[0].to == "02"
    counter.press(Act.SIGN_ON, "02 aa bb")
    assert (counter.page, counter.view.drawer_fen) == (Page.HOME, 770_000)


@pytest.mark.parametrize("to", ["01", "09", ""])
def test_a_shift_is_handed_to_somebody_else_who_is_admitted(counter: Counter, to: str) -> None:
    counter.press(Act.HAND_OVER, f"{to} 770000")
    assert counter.facts(facts.ShiftHandedOver) == []


@pytest.mark.parametrize("count", ["", "-5", "7e5", "７７０", "9" * 5_000])
def test_a_count_is_digits_and_no_more_than_a_drawer_holds(counter: Counter, count: str) -> None:
    counter.press(Act.CLOSE_SHIFT, f"{count} because")
    assert counter.facts(facts.ShiftClosed) == []


def test_the_drawer_of_a_shift_outlives_a_power_cut(counter: Counter) -> None:
    counter.power_cut()
    counter.open_for_business()
    assert counter.view.drawer_fen == 770_000
