"""What the operator reads after a power cut: one plain sentence, whatever stood on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api import Printed
from terminal.core import facts
from terminal.core.effects import PrintSlip
from terminal.core.facts import SlipKind
from terminal.core.flow import AFTER_RESTART
from terminal.feed.views import Act, Page
from terminal.inputs import SlipCame
from terminal.keys.api import Vault
from tests.engine.counter import WRONG_PIN, YES, Counter


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    return counter


def test_cash_that_may_have_been_handed_over_is_asked_about_and_not_simply_due(
    counter: Counter,
) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.power_cut()
    counter.open_for_business()
    assert (counter.page, counter.view.deal.reason) == (Page.APPROVED, AFTER_RESTART)


def test_a_decline_that_may_not_have_been_read_stands_there_again(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(WRONG_PIN)
    counter.power_cut()
    counter.open_for_business()
    assert (counter.page, counter.view.deal.code) == (Page.DECLINED, "55")
    counter.press(Act.DONE)
    assert counter.page is Page.HOME


def test_what_has_been_paid_and_confirmed_does_not_come_back(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    counter.power_cut()
    counter.open_for_business()
    assert counter.page is Page.HOME


def test_an_outcome_that_the_counter_has_left_behind_does_not_come_back(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(WRONG_PIN)
    counter.press(Act.DONE)
    counter.press(Act.BALANCE)
    counter.swipe()
    counter.enter_pin()
    counter.power_cut()
    counter.open_for_business()
    assert counter.page is Page.HOME


def test_an_outcome_of_a_shift_that_is_closed_does_not_come_back(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(WRONG_PIN)
    counter.press(Act.DONE)
    counter.press(Act.CLOSE_SHIFT, "800000")
    counter.power_cut()
    counter.open_for_business()
    assert counter.page is Page.HOME


def test_a_clock_that_jumped_while_off_does_not_hide_an_unread_outcome(counter: Counter) -> None:
    """Cash of a booked contribution would be given back from a page that says nothing."""
    counter.ask_for(300)
    counter.bank(WRONG_PIN)
    counter.clock.ms += 14 * 86_400_000
    counter.power_cut()
    counter.open_for_business()
    assert (counter.page, counter.view.deal.code) == (Page.DECLINED, "55")


def test_a_slip_printed_after_the_power_cut_never_passes_for_the_first(counter: Counter) -> None:
    """Its first copy may be out though no fact knows of it (I6)."""
    counter.ask_for(300)
    counter.bank(YES)
    counter.power_cut()
    assert counter.facts(facts.SlipPrinted) == []
    assert counter.engine.state.maybe_printed == {deal_tx(counter)}


def deal_tx(counter: Counter) -> int:
    flow = counter.engine.state.counter
    assert flow is not None
    assert flow.deal is not None
    return flow.deal.tx


def test_a_reprint_from_the_list_is_one_key_one_copy(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    tx = deal_tx(counter)
    counter.print_all()
    counter.press(Act.CASH_HANDED)
    serial = counter.view.serial
    for _ in range(3):
        counter.reprint(tx, view=serial)
    assert [e.slip for e in counter.done if isinstance(e, PrintSlip)] == [SlipKind.CUSTOMER_COPY]
    counter.engine.handle(SlipCame(tx, SlipKind.CUSTOMER_COPY, 2, Printed()))
    assert counter.facts(facts.SlipPrinted)[-1].copy == 2
