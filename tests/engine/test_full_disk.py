"""A full disk stops new business first, and never ends the station (`money-safety.md`, Faults)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from terminal.core import facts
from terminal.core.facts import Recorded
from terminal.feed.views import Act, Page
from terminal.journal.store import JournalFull
from terminal.keys.api import Vault
from tests.engine.counter import SIGNED_IN, YES, Counter, CountingJournal
from tests.engine.test_beside import SILENCE, UNDONE


class FullDisk(CountingJournal):
    """Takes nothing while `full`, not even from the reserve."""

    full = False

    def append(self, recorded: Sequence[Recorded]) -> None:
        if FullDisk.full:
            raise JournalFull("no space")
        super().append(recorded)

    def has_room(self) -> bool:
        return not FullDisk.full


class CrampedCounter(Counter):
    journal_kind = FullDisk


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    FullDisk.full = False
    counter = CrampedCounter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    return counter


def test_new_business_is_refused_before_anything_is_begun(counter: Counter) -> None:
    FullDisk.full = True
    counter.press(Act.WITHDRAWAL)
    assert [lack.kind for lack in counter.view.lacks] == ["disk"]


def test_a_request_that_cannot_be_recorded_is_not_sent(counter: Counter) -> None:
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, "30000")
    counter.swipe()
    FullDisk.full = True
    counter.enter_pin()
    assert (counter.page, counter.view.deal.reason) == (Page.STOPPED, "disk_full")
    assert counter.money_sent() == []


def test_an_approval_that_cannot_be_recorded_is_told_to_nobody(counter: Counter) -> None:
    """The process ends; the next one finds a request without an answer (I2)."""
    counter.ask_for(300)
    FullDisk.full = True
    with pytest.raises(JournalFull):
        counter.bank(YES)
    assert counter.page is Page.WAIT
    FullDisk.full = False
    counter.power_cut()
    assert len(counter.facts(facts.InDoubt)) == 1


def test_a_reversal_answer_that_cannot_be_recorded_is_asked_for_again(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    FullDisk.full = True
    counter.bank(UNDONE)
    assert counter.facts(facts.Reversed) == []
    FullDisk.full = False
    counter.pass_time(600_000)
    counter.bank(UNDONE)
    assert len(counter.facts(facts.Reversed)) == 1


def test_a_sign_in_that_cannot_be_recorded_is_tried_again_later(counter: Counter) -> None:
    FullDisk.full = True
    counter.press(Act.TRY_NOW)
    FullDisk.full = False
    counter.pass_time(600_000)
    counter.bank(SIGNED_IN)
    assert len(counter.facts(facts.SignedIn)) == 2


def test_a_sign_on_that_cannot_be_recorded_lets_nobody_in(counter: Counter) -> None:
    counter.press(Act.LOCK)
    FullDisk.full = True
    counter.press(Act.SIGN_ON, "01 aa bb")
    assert (counter.page, counter.view.note) == (Page.LOCKED, "disk")


def test_the_answer_to_a_sign_in_that_was_given_up_is_left_alone(counter: Counter) -> None:
    counter.press(Act.TRY_NOW)
    FullDisk.full = True
    counter.bank(SIGNED_IN)
    FullDisk.full = False
    counter.pass_time(600_000)
    counter.bank(SIGNED_IN)
    assert len(counter.facts(facts.SignedIn)) == 2


def test_an_idle_screen_locks_on_a_full_disk_too(counter: Counter) -> None:
    FullDisk.full = True
    counter.pass_time(16 * 60_000)
    assert counter.page is Page.LOCKED
