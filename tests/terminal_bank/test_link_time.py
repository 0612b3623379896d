"""By which time the bank's certificate is judged: the bank's own, once a sign-in has brought it."""

from __future__ import annotations

import pytest

from terminal.bank.link import BankLink
from terminal.bank.posts import CHECKPOINT
from terminal.core.exchange import Answer, Verdict
from tests.terminal_bank.asks import ASKS
from tests.terminal_bank.conftest import Clock
from tests.terminal_bank.front import NOW_S, Front, json_answer
from tests.terminal_bank.test_link import ECHO, KEYS, SIGN_IN

WITHDRAWAL = ASKS["withdrawal"]
DEAD_BATTERY_S = 86_400  # 1970-01-02


def sign_in(link: BankLink, front: Front) -> None:
    front.changed = {62: KEYS.hex().upper()}
    answer = link.exchange(SIGN_IN)
    assert isinstance(answer, Answer)
    assert answer.verdict is Verdict.APPROVED
    front.changed = {}


def checkpoint(link: BankLink, front: Front) -> None:
    front.answer = lambda request: json_answer(b"{}")
    link.post(CHECKPOINT, b"old 0\n", 1)
    front.answer = None


def test_before_the_first_sign_in_of_a_run_no_time_is_known(link: BankLink, front: Front) -> None:
    checkpoint(link, front)
    link.exchange(ECHO)
    link.exchange(SIGN_IN)
    assert front.bank_times == [None, None, None]


@pytest.mark.parametrize("clock_s", [DEAD_BATTERY_S, NOW_S, NOW_S + 10**8])
def test_after_it_all_business_goes_by_the_banks_time_whatever_our_clock_says(
    link: BankLink, front: Front, clock: Clock, clock_s: int
) -> None:
    clock.at_s = clock_s
    sign_in(link, front)
    clock.at_s += 40
    link.exchange(WITHDRAWAL)
    checkpoint(link, front)
    assert front.bank_times == [None, NOW_S + 40, NOW_S + 40]


def test_a_clock_that_jumps_during_the_day_does_not_keep_the_next_sign_in_out(
    link: BankLink, front: Front, clock: Clock
) -> None:
    """What was known of the bank's time is wrong from there on."""
    sign_in(link, front)
    clock.at_s = DEAD_BATTERY_S
    sign_in(link, front)
    link.exchange(WITHDRAWAL)
    assert front.bank_times == [None, None, NOW_S]


def test_a_sign_in_that_failed_has_brought_no_time(link: BankLink, front: Front) -> None:
    front.changed = {39: "05", 62: None}
    link.exchange(SIGN_IN)
    front.changed = {}
    link.exchange(WITHDRAWAL)
    assert front.bank_times == [None, None]
