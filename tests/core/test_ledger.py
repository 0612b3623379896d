"""Numbers that a station gives out, and what keeps one from being given twice (I3)."""

from __future__ import annotations

from dataclasses import replace

from protocol.values import TRACE_MAX
from terminal.core import facts
from terminal.core.facts import (
    PostKind,
    PostSays,
    Recorded,
    SignedIn,
    Trouble,
    WhyCashMoved,
)
from tests.core.test_totals import DOUBT, WITHDRAWAL, ledger_of


def test_the_trace_after_the_last_is_the_first() -> None:
    assert ledger_of(replace(WITHDRAWAL, trace=TRACE_MAX)).next_trace == 1


def test_a_trace_still_owed_to_the_bank_is_passed_over() -> None:
    ledger = ledger_of(replace(WITHDRAWAL, trace=1), DOUBT)
    ledger.trace = TRACE_MAX
    assert ledger.next_trace == 2


def test_a_trace_of_an_open_exception_is_passed_over_too() -> None:
    """The bank's statement is asked for it by its number."""
    late = facts.ExceptionOpened(Trouble.REVERSAL_TOO_LATE)
    ledger = ledger_of(replace(WITHDRAWAL, trace=1), DOUBT, late)
    ledger.trace = TRACE_MAX
    assert ledger.next_trace == 2


def test_a_batch_whose_traces_are_used_up_takes_no_more() -> None:
    ledger = ledger_of(WITHDRAWAL)
    ledger.traces_in_batch = TRACE_MAX
    assert ledger.traces_used_up


def test_a_new_batch_has_all_its_traces_before_it() -> None:
    ledger = ledger_of(WITHDRAWAL)
    ledger.traces_in_batch = TRACE_MAX
    ledger.learn(Recorded(2, 1_795_000_000_009, "01", 0, SignedIn(13, "", "", "1123", 0)))
    assert not ledger.traces_used_up


def test_yesterdays_closed_transactions_leave_the_book_and_open_ones_stay() -> None:
    ledger = ledger_of(replace(WITHDRAWAL, trace=1), DOUBT)
    closed = replace(WITHDRAWAL, trace=2)
    no = facts.NotSent("no line")
    ledger.learn(Recorded(3, 1_795_000_000_003, "01", 3, closed))
    ledger.learn(Recorded(4, 1_795_000_000_004, "01", 3, no))
    tomorrow = 1_795_000_000_000 + 86_400_000
    ledger.learn(Recorded(5, tomorrow, "01", 5, replace(WITHDRAWAL, trace=3)))
    assert set(ledger.book) == {1, 5}
    assert ledger.book_lines() == (1, 2, 5)


def test_cash_brought_or_banked_moves_what_should_be_in_the_drawer() -> None:
    ledger = ledger_of(WITHDRAWAL)
    for fact in (
        facts.ShiftOpened(500_000),
        facts.CashMoved(200_000, WhyCashMoved.DELIVERED),
        facts.CashMoved(-100_000, WhyCashMoved.BANKED),
    ):
        ledger.learn(Recorded(ledger.facts + 1, 1_795_000_000_009, "01", 0, fact))
    assert ledger.drawer_fen == 600_000


def test_a_bank_that_has_seen_more_than_there_is_here_has_witnessed_nothing_of_it() -> None:
    """The next consistency proof starts from what the bank vouches for, never from beyond it."""
    ledger = ledger_of(WITHDRAWAL)
    said = facts.PostAnswered(PostKind.CHECKPOINT, PostSays.ROLLED_BACK, 900)
    ledger.learn(Recorded(2, 1_795_000_000_009, "01", 0, said))
    assert ledger.witnessed == 0
