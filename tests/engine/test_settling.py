"""批结算: a batch is closed with the bank, whatever is lost on the way (`bank-wire.md` 10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from terminal.core import effects, facts
from terminal.core.exchange import (
    Answer,
    Balance,
    Booking,
    Detail,
    Doubt,
    Service,
    Totals,
    Unknown,
    Verdict,
)
from terminal.core.facts import PostKind, SlipKind
from terminal.core.flow import Stage
from terminal.core.reversal import Patience
from terminal.county import Queue
from terminal.feed.views import Act, Page
from terminal.inputs import BankCame
from terminal.keys.api import Vault
from tests.engine.counter import PAN, SIGNED_IN, YES, Counter
from tests.engine.test_beside import head, pay_in_cash, posts, replace_county, tell

SILENCE = Unknown(Doubt.NO_ANSWER, "time-out")
OK = Answer(Verdict.APPROVED, "00", "", bank_day="1123", batch=12)
STALE = Answer(Verdict.SIGN_IN_AGAIN, "77", "", batch=12)
OURS = Totals(30_000, 1, 0, 0)
BALANCED = replace(OK, totals=OURS, balance=Balance.BALANCED)
UNBALANCED = replace(OK, totals=Totals(), balance=Balance.NOT_BALANCED)
NEXT = replace(SIGNED_IN, batch=13)


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    """One withdrawal of 300 yuan is booked in batch 12, and the operator looks at the batch."""
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.ask_for(300)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    counter.press(Act.SETTLEMENT)
    return counter


def asked(counter: Counter) -> list[Service]:
    return [sent.ask.service for sent in counter.sent]


def settled(counter: Counter) -> list[facts.Settled]:
    return [fact for fact in counter.facts() if isinstance(fact, facts.Settled)]


def reports(counter: Counter) -> list[SlipKind]:
    return [e.slip for e in counter.done if isinstance(e, effects.PrintReport)]


def test_the_totals_are_frozen_before_the_bank_is_asked(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    assert facts.SettlementStarted(12, *OURS) in counter.facts()
    assert counter.sent[-1].ask.totals == OURS
    assert counter.sent[-1].ask.batch == 12


def test_balanced_closes_the_batch_prints_its_slip_and_signs_in(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(BALANCED)
    assert settled(counter) == [facts.Settled(12, 13, True, *OURS, *OURS)]
    assert reports(counter) == [SlipKind.SETTLEMENT]
    assert asked(counter)[-1] is Service.SIGN_IN
    assert counter.engine.state.ledger.batch == 13


def test_no_new_money_moves_while_a_batch_is_being_settled(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.press(Act.CANCEL)
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.BLOCKED
    assert [lack.kind for lack in counter.view.lacks] == ["settling"]


def test_not_balanced_sends_the_details_and_then_their_end(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(UNBALANCED)
    (detail,) = counter.sent[-1].ask.details
    assert (detail.amount_fen, detail.pan and detail.pan.reveal()) == (30_000, PAN)
    counter.bank(OK)
    assert (asked(counter)[-1], counter.sent[-1].ask.details_sent) == (Service.BATCH_END, 1)
    assert counter.engine.state.ledger.batch == 12
    counter.bank(OK)
    assert settled(counter) == [facts.Settled(12, 13, False, *OURS, *Totals())]


def test_a_detail_that_the_bank_refuses_does_not_stop_the_others(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(UNBALANCED)
    counter.bank(replace(OK, verdict=Verdict.DECLINED, code="12"))
    assert counter.facts(facts.BatchUploaded)[0].code == "12"  # type: ignore[attr-defined]
    assert asked(counter)[-1] is Service.BATCH_END


def test_a_bank_that_cannot_say_leaves_the_batch_as_it_is(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(replace(BALANCED, balance=Balance.ERROR))
    assert settled(counter) == []
    counter.pass_time(120_000)
    assert asked(counter)[-1] is Service.SETTLEMENT
    counter.bank(BALANCED)
    assert len(settled(counter)) == 1


def test_silence_is_tried_three_times_and_then_waits(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    for _ in range(3):
        counter.bank(SILENCE)
        counter.pass_time(2_000)
    assert asked(counter).count(Service.SETTLEMENT) == 3
    counter.pass_time(60_000)
    assert asked(counter).count(Service.SETTLEMENT) == 4


def test_each_message_takes_a_trace_and_a_sequence_of_its_own(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(SILENCE)
    counter.pass_time(2_000)
    counter.bank(UNBALANCED)
    counter.bank(OK)
    numbers = [(s.ask.trace, s.ask.terminal_seq) for s in counter.sent if not s.ask.card]
    assert len({trace for trace, _ in numbers}) == len({seq for _, seq in numbers}) == len(numbers)


def test_a_lost_answer_to_the_0500_is_the_next_sign_ins_batch(counter: Counter) -> None:
    """Both sides open the next batch on the same answer (`county-wire.md`, Batch and day)."""
    counter.press(Act.SETTLE)
    counter.bank(SILENCE)
    counter.pass_time(2_000)
    counter.bank(STALE)
    assert asked(counter)[-1] is Service.SIGN_IN
    counter.bank(NEXT)
    assert settled(counter) == [facts.Settled(12, 13, True, *OURS, *OURS)]
    assert counter.engine.state.ledger.batch == 13


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_a_power_cut_goes_on_at_the_first_message_without_an_answer(
    counter: Counter, answers: int
) -> None:
    wanted = (Service.SETTLEMENT, Service.BATCH_UPLOAD, Service.BATCH_END)[answers]
    counter.press(Act.SETTLE)
    for reply in (UNBALANCED, OK)[:answers]:
        counter.bank(reply)
    counter.power_cut()
    counter.bank(SIGNED_IN)
    assert asked(counter)[-1] is wanted


def test_what_has_gone_up_does_not_go_up_again_after_a_power_cut(counter: Counter) -> None:
    counter.press(Act.CANCEL)
    for _ in range(9):
        counter.ask_for(100)
        counter.bank(YES)
        counter.press(Act.CASH_HANDED)
    counter.press(Act.SETTLEMENT)
    counter.press(Act.SETTLE)
    counter.bank(UNBALANCED)
    first: tuple[Detail, ...] = counter.sent[-1].ask.details
    counter.bank(OK)
    counter.power_cut()
    counter.bank(SIGNED_IN)
    second: tuple[Detail, ...] = counter.sent[-1].ask.details
    assert (len(first), len(second)) == (8, 2)
    assert not {d.trace for d in first} & {d.trace for d in second}


def test_an_open_reversal_goes_first(counter: Counter) -> None:
    counter.press(Act.CANCEL)
    counter.ask_for(200)
    counter.bank(SILENCE)
    counter.press(Act.DONE)
    counter.press(Act.SETTLEMENT)
    counter.press(Act.SETTLE)
    assert [lack.kind for lack in counter.view.lacks] == ["reversal_open"]
    assert Service.SETTLEMENT not in asked(counter)


def test_a_new_accounting_day_settles_the_old_one_by_itself(counter: Counter) -> None:
    counter.press(Act.CANCEL)
    counter.press(Act.TRY_NOW)
    counter.bank(replace(SIGNED_IN, bank_day="1124"))
    assert asked(counter)[-1] is Service.SETTLEMENT


def test_another_batch_of_the_banks_is_settled_and_not_adopted(counter: Counter) -> None:
    counter.press(Act.CANCEL)
    counter.press(Act.TRY_NOW)
    counter.bank(replace(SIGNED_IN, batch=20))
    assert (asked(counter)[-1], counter.sent[-1].ask.batch) == (Service.SETTLEMENT, 20)
    assert counter.sent[-1].ask.totals == OURS
    counter.bank(BALANCED)
    assert counter.engine.state.ledger.batch == 21


def test_another_batch_of_the_banks_is_adopted_while_ours_is_empty(
    tmp_path: Path, vault: Vault
) -> None:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    counter.press(Act.TRY_NOW)
    counter.bank(replace(SIGNED_IN, batch=20))
    assert counter.engine.state.ledger.batch == 20
    assert Service.SETTLEMENT not in asked(counter)


def test_what_was_settled_is_in_no_later_settlement(counter: Counter) -> None:
    counter.press(Act.SETTLE)
    counter.bank(BALANCED)
    counter.bank(NEXT)
    counter.press(Act.SETTLE)
    assert counter.sent[-1].ask.totals == Totals()


def test_yesterdays_bookings_are_settled_with_their_cards(counter: Counter) -> None:
    """The book of a new day keeps what no settlement has closed."""
    counter.press(Act.CANCEL)
    counter.pass_time(86_400_000)
    counter.bank(SIGNED_IN)
    counter.press(Act.SIGN_ON, "01 aa bb")
    counter.ask_for(100)
    counter.bank(YES)
    counter.press(Act.CASH_HANDED)
    counter.press(Act.SETTLEMENT)
    counter.press(Act.SETTLE)
    assert counter.sent[-1].ask.totals == Totals(40_000, 2, 0, 0)
    counter.bank(UNBALANCED)
    assert [d.pan and d.pan.reveal() for d in counter.sent[-1].ask.details] == [PAN, PAN]


def test_the_page_shows_both_sides_and_stays_until_it_is_acknowledged(counter: Counter) -> None:
    assert counter.page is Page.SETTLEMENT
    counter.press(Act.SETTLE)
    counter.bank(UNBALANCED)
    counter.bank(OK)
    counter.bank(OK)
    shown = counter.view.batch
    assert shown is not None
    assert (shown.batch, shown.over, shown.uploaded) == (12, True, 1)
    assert shown.theirs is not None
    assert (shown.ours.debit_fen, shown.theirs.debit_fen) == (30_000, 0)
    counter.press(Act.DONE)
    assert counter.page is Page.HOME


class TestWithAStatement:
    """The profile `county`: the bank gives a statement."""

    @pytest.fixture
    def counter(self, tmp_path: Path, vault: Vault) -> Counter:
        counter = Counter(tmp_path / "journal.sqlite", vault, witness=True)
        tell(counter, head(counter))
        counter.open_for_business()
        counter.ask_for(300)
        counter.bank(YES)
        counter.press(Act.CASH_HANDED)
        counter.press(Act.SETTLEMENT)
        counter.press(Act.SETTLE)
        counter.bank(UNBALANCED)
        return counter

    def test_a_mismatch_asks_for_the_statement_of_the_batch(self, counter: Counter) -> None:
        assert (posts(counter)[-1].kind, posts(counter)[-1].batch) == (PostKind.STATEMENT, 12)

    def test_what_differs_is_listed_line_by_line(self, counter: Counter) -> None:
        trace = counter.engine.state.ledger.trace - 1  # of the withdrawal: the 0500 came after it
        other = Booking(900, 12, "2026-11-23", "withdrawal", 5_000, 0, False, "326112000900")
        undone = replace(other, trace=901, reversed=True)
        tell(counter, (other, undone))
        assert counter.facts(facts.Differed) == [
            facts.Differed(trace, 30_000, 0),
            facts.Differed(900, 0, 5_000),
        ]
        assert asked(counter)[-1] is Service.BATCH_UPLOAD

    def test_a_statement_that_does_not_come_does_not_keep_the_batch_open(
        self, counter: Counter
    ) -> None:
        for _ in range(3):
            tell(counter, SILENCE)
            counter.pass_time(2_000)
        assert asked(counter)[-1] is Service.BATCH_UPLOAD


def test_a_full_batch_is_settled_by_itself(tmp_path: Path, vault: Vault) -> None:
    """`batch.max_count`: counts of the 0500 have three digits."""
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.engine.patience = Patience(batch_count_max=2)
    counter.open_for_business()
    for _ in range(2):
        assert Service.SETTLEMENT not in asked(counter)
        counter.ask_for(100)
        counter.bank(YES)
        counter.press(Act.CASH_HANDED)
    assert asked(counter)[-1] is Service.SETTLEMENT


def test_a_contribution_on_its_way_is_answered_before_another_batch_is_settled(
    counter: Counter,
) -> None:
    """Settlement waits while one is sent and unanswered (`county-wire.md`, rule 5)."""
    counter.press(Act.CANCEL)
    frame = counter.engine.frame
    allowed = replace_county(frame.county, Queue(enabled=True))
    counter.engine.frame = replace(frame, county=allowed)  # type: ignore[arg-type]
    counter.engine.state.sign_in = replace(counter.engine.state.sign_in, stage=Stage.OUT)
    pay_in_cash(counter)
    counter.press(Act.DONE)
    counter.press(Act.TRY_NOW)
    counter.bank(SIGNED_IN)
    counter.bank(SILENCE)
    counter.press(Act.TRY_NOW)
    tries = [sent for sent in counter.sent if sent.ask.queued_at]
    counter.bank(replace(SIGNED_IN, batch=20))
    assert Service.SETTLEMENT not in asked(counter)
    counter.engine.handle(BankCame(tries[-1].tx, tries[-1].ask, SILENCE))
    counter.pass_time(120_000)
    assert len([sent for sent in counter.sent if sent.ask.queued_at]) > len(tries)
    counter.bank(YES)
    assert asked(counter)[-1] is Service.SETTLEMENT
    assert counter.sent[-1].ask.totals == Totals(30_000, 1, 20_000, 1)
