"""The engine keeps the money's promises whatever is pressed, pulled or cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api import Cancelled, DeviceFault, Fault
from drivers.attachment import Health
from terminal.core import facts
from terminal.core.effects import AskPin, PrintSlip, StopPad
from terminal.core.exchange import Answer, Doubt, NotSent, Unknown, Verdict
from terminal.feed.views import Act, Lamp, Page
from terminal.inputs import HealthCame
from terminal.keys.api import Vault
from tests.engine.counter import CHIP, PAN, SIGNED_IN, WRONG_PIN, YES, Counter

SILENCE = Unknown(Doubt.NO_ANSWER, "time-out")
UNDONE = Answer(Verdict.APPROVED, "00", "", bank_day="1123")


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    return counter


def test_a_withdrawal_ends_with_the_cash_handed_over(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    assert counter.page is Page.APPROVED
    counter.press(Act.CASH_HANDED)
    assert counter.page is Page.HOME
    assert counter.view.drawer_fen == 800_000 - 30_000


def test_two_syncs_lie_between_enter_and_the_cash_and_five_in_the_whole(counter: Counter) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    before = counter.journal.syncs
    counter.swipe()
    counter.enter_pin()
    counter.bank(YES)
    assert counter.journal.syncs - before == 2
    counter.print_all()
    counter.press(Act.CASH_HANDED)
    assert counter.journal.syncs - before <= 5


def test_the_request_is_on_disk_before_it_is_sent(counter: Counter) -> None:
    counter.ask_for(300)
    assert [type(fact) for fact in counter.facts()][-1] is facts.Requested
    assert len(counter.money_sent()) == 1


def test_a_key_pressed_twice_does_nothing_the_second_time(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    serial = counter.view.serial
    counter.press(Act.CASH_HANDED, view=serial)
    counter.press(Act.CASH_HANDED, view=serial)
    assert len(counter.facts(facts.CashHanded)) == 1


def test_in_flight_no_key_does_anything(counter: Counter) -> None:
    counter.ask_for(300)
    for act in Act:
        counter.press(act, "1")
    assert counter.page is Page.WAIT
    assert len(counter.money_sent()) == 1


def test_declined_pays_nothing_and_says_why(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(WRONG_PIN)
    assert (counter.page, counter.view.deal.code) == (Page.DECLINED, "55")
    assert counter.view.drawer_fen == 800_000


def test_silence_is_unknown_and_owes_a_reversal_that_leaves_at_once(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    assert counter.page is Page.UNKNOWN
    assert counter.money_sent()[-1].ask.reversal_reason == "98"
    assert counter.money_sent()[-1].ask.trace == counter.money_sent()[0].ask.trace


def test_while_a_reversal_is_open_no_new_money_leaves(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    counter.press(Act.DONE)
    counter.press(Act.WITHDRAWAL)
    assert [lack.kind for lack in counter.view.lacks] == ["reversal_open"]
    counter.bank(UNDONE)
    counter.press(Act.DONE)
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.AMOUNT


def test_a_request_that_never_left_owes_nothing(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(NotSent("connection refused"))
    assert counter.page is Page.NOT_SENT
    assert counter.view.alerts == ()
    assert counter.view.bar.link is Lamp.TROUBLE


def test_power_cut_in_flight_is_in_doubt_and_never_paid(counter: Counter) -> None:
    counter.ask_for(300)
    counter.power_cut()
    assert len(counter.facts(facts.InDoubt)) == 1
    counter.open_for_business()
    assert counter.page is Page.UNKNOWN
    assert counter.money_sent()[-1].ask.reversal_reason == "98"


def test_power_cut_after_the_approval_asks_again_whether_cash_was_handed_over(
    counter: Counter,
) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.power_cut()
    counter.open_for_business()
    assert counter.page is Page.APPROVED
    counter.press(Act.CASH_HANDED)
    assert counter.view.drawer_fen == 770_000


def test_after_a_power_cut_the_operator_must_sign_on_again(counter: Counter) -> None:
    counter.power_cut()
    assert counter.page is Page.LOCKED


def test_power_cut_before_the_request_leaves_nothing_behind(counter: Counter) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    counter.swipe()
    counter.power_cut()
    counter.open_for_business()
    assert counter.page is Page.HOME
    assert counter.money_sent() == []


def test_a_reversal_survives_any_number_of_power_cuts(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    for _ in range(3):
        counter.power_cut()
        counter.open_for_business()
        assert counter.money_sent()[-1].ask.reversal_reason == "98"
    counter.bank(UNDONE)
    assert len(counter.facts(facts.Reversed)) == 1
    assert counter.view.alerts == ()


def test_cash_not_handed_over_is_undone_at_the_bank(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_NOT_HANDED, "left")
    assert counter.page is Page.CANCELLED
    assert counter.money_sent()[-1].ask.reversal_reason == "06"
    assert counter.view.drawer_fen == 800_000


def test_a_chip_card_is_not_taken_by_its_stripe(counter: Counter) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    counter.swipe(CHIP)
    assert (counter.page, counter.view.deal.reason) == (Page.STOPPED, "chip")


@pytest.mark.parametrize(
    "fen", ["0", "500", "1234", "200001000", "12.5", "-1000", "", "九", "2000" * 9]
)
def test_a_wrong_amount_is_refused_with_its_rule_and_asked_again(
    counter: Counter, fen: str
) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, fen)
    assert (counter.page, counter.view.deal.reason) == (Page.AMOUNT, "amount_rule")


def test_more_cash_than_the_drawer_holds_is_refused(tmp_path: Path, vault: Vault) -> None:
    counter = Counter(tmp_path / "poor.sqlite", vault)
    for name in ("reader", "pad", "printer"):
        counter.engine.handle(HealthCame(Health(name, True, None)))
    counter.bank(SIGNED_IN)
    counter.press(Act.SIGN_ON, "01 aa bb")
    counter.press(Act.OPEN_SHIFT, "10000")
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    assert counter.view.deal.reason == "no_cash"


def test_three_unreadable_swipes_end_it_without_a_request(counter: Counter) -> None:
    from drivers.api import BadSwipe

    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    for _ in range(3):
        counter.swipe(BadSwipe.UNREADABLE)
    assert (counter.page, counter.view.deal.reason) == (Page.STOPPED, "bad_swipe")
    assert counter.money_sent() == []


def test_esc_at_the_pin_waits_for_the_pad_and_sends_nothing_even_if_a_pin_arrives(
    counter: Counter,
) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    counter.swipe()
    counter.press(Act.CANCEL)
    assert StopPad() in counter.done
    counter.enter_pin()
    assert counter.page is Page.HOME
    assert counter.money_sent() == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [(Cancelled(), "cancelled_by_villager"), (DeviceFault(Fault.GONE), "pad_gone")],
)
def test_a_pad_without_a_pin_ends_it_with_nothing_sent(
    counter: Counter, result: object, reason: str
) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    counter.swipe()
    counter.enter_pin(result)
    assert (counter.page, counter.view.deal.reason) == (Page.STOPPED, reason)
    assert counter.money_sent() == []


@pytest.mark.parametrize(
    ("name", "fault", "lack"),
    [
        ("printer", Fault.PAPER_OUT, "paper_out"),
        ("printer", Fault.COVER_OPEN, "cover_open"),
        ("pad", Fault.GONE, "pad"),
        ("reader", Fault.SILENT, "reader"),
    ],
)
def test_preflight_names_what_is_missing_before_a_card_is_touched(
    counter: Counter, name: str, fault: Fault, lack: str
) -> None:
    counter.engine.handle(HealthCame(Health(name, fault is not Fault.GONE, fault)))
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.BLOCKED
    assert [one.kind for one in counter.view.lacks] == [lack]


def test_the_pad_shows_the_amount_and_no_fact_holds_the_card_number_in_clear(
    counter: Counter,
) -> None:
    counter.ask_for(300)
    assert [e.amount_fen for e in counter.done if isinstance(e, AskPin)] == [30_000]
    assert PAN.encode() not in b"".join(p.read_bytes() for p in counter.file.parent.iterdir())


def test_no_view_of_a_whole_withdrawal_holds_the_card_number(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    assert PAN not in repr(counter.views)


def test_an_idle_screen_locks_itself_and_a_busy_one_never(counter: Counter) -> None:
    counter.ask_for(300)
    counter.pass_time(16 * 60_000)
    assert counter.page is Page.WAIT
    counter.bank(WRONG_PIN)
    counter.press(Act.DONE)
    counter.pass_time(16 * 60_000)
    assert counter.page is Page.LOCKED


def test_both_copies_are_printed_and_recorded(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    slips = [effect.slip.value for effect in counter.done if isinstance(effect, PrintSlip)]
    assert slips == ["store_copy", "customer_copy"]
    counter.print_all()
    assert [fact.slip.value for fact in counter.facts(facts.SlipPrinted)] == slips
    assert counter.view.deal.slip == "printed"


def test_trace_numbers_are_never_used_twice_in_a_batch(counter: Counter) -> None:
    for _ in range(3):
        counter.ask_for(100)
        counter.bank(WRONG_PIN)
        counter.press(Act.DONE)
    traces = [fact.trace for fact in counter.facts(facts.Requested)]
    assert len(set(traces)) == len(traces)


def test_a_declined_query_may_be_printed_and_its_second_copy_says_so(counter: Counter) -> None:
    counter.press(Act.CONTRIBUTION)
    counter.press(Act.PERSON, "11010119881212001" + "0")
    counter.bank(Answer(Verdict.DECLINED, "P1", "参保人不存在", bank_day="1123"))
    assert counter.page is Page.DECLINED
    counter.press(Act.PRINT_AGAIN)
    counter.print_all()
    deal = counter.engine.state.deal_of(counter.money_sent()[-1].tx)
    assert len(deal.slips) == 1


def test_a_withdrawal_being_cancelled_may_be_printed(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(YES)
    counter.print_all()
    counter.press(Act.CASH_NOT_HANDED, "left")
    counter.press(Act.PRINT_AGAIN)
    assert [e.slip.value for e in counter.done if isinstance(e, PrintSlip)] == ["unknown"]
