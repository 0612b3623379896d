"""The drawer between two counts: what should be there is derived, never typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core import facts
from terminal.core.effects import PrintReport
from terminal.core.facts import PostKind, SlipKind
from terminal.feed.views import Act, Page
from terminal.keys.api import Vault
from tests.engine.counter import YES, Counter
from tests.engine.test_beside import head, posts, tell


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


@pytest.mark.parametrize(
    "count",
    [
        *("", "-5", "7e5", "７７０", "9" * 5_000),
        *("10000x77,10000x1", "10000x", "x5", "300x5", "10000x77;50x1", "10000x99999", "10x٣"),
    ],
)
def test_a_count_is_digits_and_no_more_than_a_drawer_holds(counter: Counter, count: str) -> None:
    counter.press(Act.CLOSE_SHIFT, f"{count} because")
    assert counter.facts(facts.ShiftClosed) == []


def test_a_count_by_denomination_is_added_up_here_and_kept_in_the_fact(counter: Counter) -> None:
    """76 notes of 100, one of 50, four fives: 7,600 + 50 + 20 yuan, and 3 jiao too much."""
    notes = "10000x76,5000x1,500x4,10x3"
    counter.press(Act.CLOSE_SHIFT, f"{notes} wrong_payment")
    closed = counter.facts(facts.ShiftClosed)
    assert closed == [facts.ShiftClosed(770_000, 767_030, "wrong_payment", notes)]


def test_a_shift_is_opened_by_the_same_count(counter: Counter) -> None:
    counter.press(Act.CLOSE_SHIFT, "770000")
    counter.press(Act.SIGN_ON, "01 aa bb")
    counter.press(Act.OPEN_SHIFT, "10000x50,100x7")
    assert counter.facts(facts.ShiftOpened)[-1] == facts.ShiftOpened(500_700, "10000x50,100x7")
    assert counter.view.drawer_fen == 500_700


def test_cash_that_the_bank_brings_and_gets_moves_what_should_be_there(counter: Counter) -> None:
    counter.press(Act.CASH_MOVED, "500000 delivered")
    assert (counter.view.drawer_fen, counter.view.note) == (1_270_000, "delivered 500000")
    counter.press(Act.CASH_MOVED, "1000000 banked")
    assert counter.view.drawer_fen == 270_000
    counter.press(Act.CLOSE_SHIFT, "270000")
    assert counter.facts(facts.ShiftClosed) == [facts.ShiftClosed(270_000, 270_000)]


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("770100 banked", "drawer"),  # more than there is
        ("99999999 delivered", "drawer"),  # more than a drawer holds
        ("0 delivered", "count"),
        ("-100 banked", "count"),
        ("100 lent", "count"),
        ("", "count"),
    ],
)
def test_cash_that_cannot_have_moved_is_refused_and_named(
    counter: Counter, value: str, note: str
) -> None:
    counter.press(Act.CASH_MOVED, value)
    assert counter.facts(facts.CashMoved) == []
    assert (counter.view.drawer_fen, counter.view.note) == (770_000, note)


def test_what_was_refused_is_forgotten_with_the_next_key(counter: Counter) -> None:
    counter.press(Act.CLOSE_SHIFT, "760000")
    assert counter.view.note == "count"
    counter.press(Act.BALANCE)
    counter.press(Act.CANCEL)
    assert counter.view.note == ""


def test_the_screen_is_told_who_else_may_take_the_shift(counter: Counter) -> None:
    counter.engine.frame.names["02"] = "李强"  # type: ignore[index]
    counter.press(Act.BALANCE)
    assert counter.view.others == ()  # only the page with the menu needs it
    counter.press(Act.CANCEL)
    counter.swipe()
    assert counter.view.others == (("02", "李强"),)


def test_the_drawer_of_a_shift_outlives_a_power_cut(counter: Counter) -> None:
    counter.power_cut()
    counter.open_for_business()
    assert counter.view.drawer_fen == 770_000


def test_the_head_of_the_day_goes_to_the_bank_behind_a_close(tmp_path: Path, vault: Vault) -> None:
    """`security.md` section 7: one at day's end too, so that nothing of the day can be cut off."""
    counter = Counter(tmp_path / "journal.sqlite", vault, witness=True)
    tell(counter, head(counter))
    counter.open_for_business()
    counter.press(Act.CLOSE_SHIFT, "800000")
    told = [type(fact) for fact in counter.facts()[-4:]]
    assert told == [facts.ShiftClosed, facts.OperatorSignedOut, facts.DayHead, facts.Posted]
    assert posts(counter)[-1].kind is PostKind.CHECKPOINT


def reports(counter: Counter) -> list[PrintReport]:
    return [effect for effect in counter.done if isinstance(effect, PrintReport)]


def test_a_close_and_a_hand_over_print_the_shift(counter: Counter) -> None:
    counter.engine.frame.names["02"] = "李强"  # type: ignore[index]
    counter.press(Act.HAND_OVER, "02 770000")
    handed = next(r for r in counter.journal.replay() if type(r.fact) is facts.ShiftHandedOver)
    assert reports(counter) == [PrintReport(SlipKind.SHIFT, handed.seq)]
    counter.press(Act.SIGN_ON, "02 aa bb")
    counter.press(Act.CLOSE_SHIFT, "770000")
    assert len(reports(counter)) == 2


def test_the_shift_has_what_came_in_and_went_out_until_the_count(counter: Counter) -> None:
    counter.press(Act.CASH_MOVED, "200000 delivered")
    counter.press(Act.CLOSE_SHIFT, "960000 unknown")
    told = counter.engine.state.ledger.last_shift
    assert told is not None
    assert told.kinds == (("withdrawal", 1, 30_000),)
    assert (told.opening_fen, told.handed_fen, told.delivered_fen) == (800_000, 30_000, 200_000)
    assert (told.expected_fen, told.counted_fen, told.why) == (970_000, 960_000, "unknown")


def test_the_next_shift_begins_with_what_was_counted_and_no_sums(counter: Counter) -> None:
    counter.engine.frame.names["02"] = "李强"  # type: ignore[index]
    counter.press(Act.HAND_OVER, "02 770000")
    begun = counter.engine.state.ledger.shift
    assert begun is not None
    assert (begun.operator, begun.opening_fen, begun.kinds) == ("02", 770_000, ())


def test_a_power_cut_keeps_the_sums_of_the_shift(counter: Counter) -> None:
    lived = counter.engine.state.ledger.shift
    counter.power_cut()
    assert counter.engine.state.ledger.shift == lived
