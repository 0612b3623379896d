"""Two screens on one engine, and a screen older than the engine: a key on an old view does nothing.

`design.md` decision 1. What a stale key could do is the worst there is: hand the cash over twice,
or cancel what has been paid.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminal.feed.views import Act, Page, View
from tests.bench import site
from tests.e2e.counter import Counter, running_counter
from tests.e2e.raw_screen import RawScreen


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running_counter(tmp_path_factory.mktemp("b"), seed=9) as counter:
        yield counter


@pytest.fixture
def left(counter: Counter) -> Iterator[RawScreen]:
    screen = RawScreen(counter.bench.site.socket)
    yield screen
    screen.close()


@pytest.fixture
def right(counter: Counter) -> Iterator[RawScreen]:
    screen = RawScreen(counter.bench.site.socket)
    yield screen
    screen.close()


def approved(counter: Counter, screen: RawScreen) -> View:
    """A withdrawal of 100 yuan up to the moment the cash may be handed over."""
    counter.shop.at_the_counter(counter.shop.stripe_villager())
    screen.until(Page.HOME)
    screen.press(Act.WITHDRAWAL)
    screen.until(Page.AMOUNT)
    screen.press(Act.AMOUNT, "10000")
    return screen.until(Page.APPROVED)


def test_both_screens_show_the_same_view(left: RawScreen, right: RawScreen) -> None:
    assert left.until(Page.HOME) == right.until(Page.HOME)


def test_the_amount_keyed_on_the_other_screen_is_not_asked_of_the_bank_as_well(
    counter: Counter, left: RawScreen, right: RawScreen
) -> None:
    before = len(counter.facts("Requested"))
    counter.shop.at_the_counter(counter.shop.stripe_villager())
    left.press(Act.WITHDRAWAL)
    old = right.until(Page.AMOUNT)
    left.press(Act.AMOUNT, "10000")
    right.press(Act.AMOUNT, "50000", on=old)
    left.until(Page.APPROVED)
    left.press(Act.CASH_HANDED)
    assert [fact["amount_fen"] for fact in counter.facts("Requested")[before:]] == [10000]


def test_a_key_meant_for_the_question_before_a_refusal_does_nothing(
    left: RawScreen, right: RawScreen
) -> None:
    """305 yuan is refused and asked again: the same page, another view."""
    left.press(Act.WITHDRAWAL)
    old = right.until(Page.AMOUNT)
    left.press(Act.AMOUNT, "30500")
    right.press(Act.AMOUNT, "50000", on=old)
    assert right.view.page is Page.AMOUNT
    right.press(Act.CANCEL, on=old)
    assert right.view.page is Page.AMOUNT
    right.press(Act.CANCEL)
    left.until(Page.HOME)


def test_cash_is_handed_over_once_whoever_confirms_it(
    counter: Counter, left: RawScreen, right: RawScreen
) -> None:
    old = approved(counter, left)
    before, drawer_fen = len(counter.facts("CashHanded")), left.view.drawer_fen
    left.press(Act.CASH_HANDED)
    right.press(Act.CASH_HANDED, on=old)
    left.press(Act.CASH_HANDED, on=old)
    assert len(counter.facts("CashHanded")) == before + 1
    assert right.view.drawer_fen == drawer_fen - 10000


def test_what_has_been_paid_is_not_cancelled_by_the_other_screen(
    counter: Counter, left: RawScreen, right: RawScreen
) -> None:
    old = approved(counter, left)
    left.press(Act.CASH_HANDED)
    right.press(Act.CASH_NOT_HANDED, "left", on=old)
    assert right.view.page is Page.HOME
    assert counter.facts("CashNotHanded") == []
    assert counter.differences() == []


def test_a_key_for_a_view_before_the_restart_does_nothing(counter: Counter) -> None:
    """The page after the restart looks the same: approved, cash not confirmed."""
    screen = RawScreen(counter.bench.site.socket)
    old = approved(counter, screen)
    handed = len(counter.facts("CashHanded"))
    screen.close()
    counter.bench.end("station", kill=True)
    counter.bench.start_station()
    counter.screen.answer("locked", site.OPERATOR)
    counter.screen.answer("operator_pin", site.OPERATOR_PIN, secret=True)

    screen = RawScreen(counter.bench.site.socket)
    screen.until(Page.APPROVED)
    screen.press(Act.CASH_HANDED, on=old)
    assert screen.view.page is Page.APPROVED
    assert len(counter.facts("CashHanded")) == handed

    screen.press(Act.CASH_HANDED)
    assert screen.view.page is Page.HOME
    assert len(counter.facts("CashHanded")) == handed + 1
    screen.close()


def test_no_number_of_a_view_is_used_again_after_a_restart(counter: Counter) -> None:
    screen = RawScreen(counter.bench.site.socket)
    before = screen.view.serial
    screen.close()
    counter.bench.end("station")
    counter.bench.start_station()
    screen = RawScreen(counter.bench.site.socket)
    assert screen.view.serial > before
    screen.close()


def test_two_screens_and_two_restarts_later_the_books_agree(counter: Counter) -> None:
    assert counter.differences() == []
    counter.screen.leave()
    assert counter.screen.complaints == ""
    assert "Traceback" not in counter.bench.log("station")
