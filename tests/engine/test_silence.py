"""What is said of the bank's silence is true: the seconds only when they have been waited."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core.exchange import Doubt, Unknown
from terminal.feed.views import Page
from terminal.keys.api import Vault
from tests.engine.counter import Counter

WAIT_S = 60


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.ask_for(300)
    return counter


def waited_s(counter: Counter) -> int:
    assert counter.page is Page.UNKNOWN
    assert counter.view.deal is not None
    return counter.view.deal.waited_s


def test_a_bank_silent_to_the_end_was_waited_for(counter: Counter) -> None:
    counter.pass_time(WAIT_S * 1000)
    counter.bank(Unknown(Doubt.NO_ANSWER, "the deadline passed"))
    assert waited_s(counter) == WAIT_S


@pytest.mark.parametrize("doubt", [Doubt.NO_ANSWER, Doubt.WRONG_MAC])
def test_a_line_cut_at_once_or_a_reply_that_is_not_the_bank_s_was_not(
    counter: Counter, doubt: Doubt
) -> None:
    counter.pass_time(2_000)
    counter.bank(Unknown(doubt, "cut"))
    assert waited_s(counter) == 0


def test_after_a_power_cut_nobody_knows_how_long_it_was(counter: Counter) -> None:
    counter.pass_time(3_600_000)
    counter.power_cut()
    counter.open_for_business()
    assert waited_s(counter) == 0
