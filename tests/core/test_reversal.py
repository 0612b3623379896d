"""A reversal never vanishes, and ends only when the bank says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.values import Pan
from terminal.core import facts, reversal
from terminal.core.deal import Deal, Outcome, apply, begin
from terminal.core.effects import Record, SendRequest, SignInAgain, Wait
from terminal.core.events import Occasion, PauseOver, TooLate, Undone
from terminal.core.exchange import Answer, Doubt, Entry, NotSent, Service, Unknown, Verdict
from terminal.core.facts import Recorded, Requested
from terminal.core.flow import Flow, Stage, step
from tests.core.walk import PAN, moment

PATIENCE = reversal.Patience(attempts=3, interval_ms=2_000)
TABLE = reversal.table(PATIENCE)
UNDONE = Answer(Verdict.APPROVED, "00", "", bank_day="1123")
NO_ORIGINAL = Answer(Verdict.DECLINED, "25", "没有原始交易", bank_day="1123")
STALE = Answer(Verdict.SIGN_IN_AGAIN, "77", "请重新签到", bank_day="1123")
FAULT = Answer(Verdict.DECLINED, "96", "交换中心异常", bank_day="1123")
SILENCE = Unknown(Doubt.NO_ANSWER, "time-out")


def in_doubt(*, bank_day: str = "1123") -> Deal:
    wanted = Requested(
        Service.WITHDRAWAL, 104, 12, 500, Entry.STRIPE, 30_000, 0, Pan(PAN), bank_day=bank_day
    )
    deal = begin(Recorded(7, 1_795_000_000_000, "01", 7, wanted))
    doubt = facts.InDoubt(Doubt.NO_ANSWER, "time-out")
    return apply(deal, Recorded(8, 1_795_000_060_000, "01", 7, doubt))


def play(deal: Deal, *replies: object) -> tuple[Flow, list[object]]:
    """The flow after an occasion whose tries get `replies`, and all effects on the way."""
    flow, happened = step(TABLE, reversal.owed(deal), Occasion(), moment(20))
    told = list(happened)
    for count, reply in enumerate(replies):
        if flow.stage in (Stage.PAUSED, Stage.STALE):
            flow, happened = step(TABLE, flow, PauseOver(), moment(30 + 10 * count))
            told += happened
        heard = reversal.hear(reply, flow, PATIENCE)  # type: ignore[arg-type]
        flow, happened = step(TABLE, flow, heard, moment(35 + 10 * count))
        told += happened
    return flow, told


def recorded(told: list[object]) -> list[object]:
    return [effect.recorded.fact for effect in told if isinstance(effect, Record)]


def test_the_reversal_is_a_fact_before_it_leaves() -> None:
    _, told = play(in_doubt())
    assert [type(effect) for effect in told] == [Record, SendRequest]


def test_it_repeats_trace_and_batch_under_a_new_http_sequence_without_track_or_pin() -> None:
    _, told = play(in_doubt())
    ask = next(effect.ask for effect in told if isinstance(effect, SendRequest))
    assert (ask.trace, ask.batch, ask.reversal_reason) == (104, 12, "98")
    assert ask.terminal_seq == moment(20).terminal_seq
    assert (ask.card.pan, ask.card.track2, ask.pin) == (Pan(PAN), None, None)


def test_approval_ends_it() -> None:
    flow, told = play(in_doubt(), UNDONE)
    assert flow.stage is Stage.ENDED
    assert facts.Reversed() in recorded(told)
    assert flow.deal is not None
    assert flow.deal.outcome is Outcome.REVERSED


def test_no_original_ends_it_on_provably_the_same_bank_day() -> None:
    flow, _ = play(in_doubt(), NO_ORIGINAL)
    assert flow.deal is not None
    assert flow.deal.outcome is Outcome.REVERSED


def test_a_bank_may_end_reversals_with_other_codes() -> None:
    """`bank-wire.md` section 13: profile `reversal.final_codes`."""
    own = reversal.Patience(final_codes=frozenset({"94"}))
    heard = {
        code: reversal.hear(replace(NO_ORIGINAL, code=code), reversal.owed(in_doubt()), own)
        for code in ("25", "94")
    }
    assert not isinstance(heard["25"], Undone | TooLate)
    assert isinstance(heard["94"], Undone)


@pytest.mark.parametrize("asked_on", ["1122", ""])
def test_no_original_on_what_may_be_another_day_becomes_an_exception(asked_on: str) -> None:
    flow, _ = play(in_doubt(bank_day=asked_on), NO_ORIGINAL)
    assert flow.deal is not None
    assert flow.deal.outcome is Outcome.EXCEPTION
    assert not flow.deal.owes_reversal


@pytest.mark.parametrize("reply", [SILENCE, NotSent("no route"), FAULT])
def test_three_tries_two_seconds_apart_then_a_minute_and_never_the_end(reply: object) -> None:
    flow, told = play(in_doubt(), reply, reply, reply)
    assert [effect.after_ms for effect in told if isinstance(effect, Wait)] == [
        2_000,
        2_000,
        60_000,
    ]
    assert flow.stage is Stage.OWED
    assert flow.deal is not None
    assert flow.deal.owes_reversal


def test_after_the_first_failed_occasion_it_is_an_exception_once() -> None:
    flow, told = play(in_doubt(), SILENCE, SILENCE, SILENCE)
    assert facts.ExceptionOpened(facts.Trouble.REVERSAL_UNANSWERED) in recorded(told)
    assert flow.deal is not None
    _, again = play(flow.deal, SILENCE, SILENCE, SILENCE)
    assert not [f for f in recorded(again) if isinstance(f, facts.ExceptionOpened)]


def test_occasions_come_back_after_1_2_5_then_every_10_minutes() -> None:
    flow, waits = reversal.owed(in_doubt()), []
    for _ in range(6):
        for _ in range(PATIENCE.attempts):
            kick = Occasion() if flow.stage is Stage.OWED else PauseOver()
            flow, _sent = step(TABLE, flow, kick, moment(20))
            flow, told = step(TABLE, flow, reversal.hear(SILENCE, flow, PATIENCE), moment(24))
        waits.append(next(effect.after_ms // 60_000 for effect in told if isinstance(effect, Wait)))
    assert waits == [1, 2, 5, 10, 10, 10]


def test_the_exception_closes_when_the_reversal_is_answered_at_last() -> None:
    flow, _ = play(in_doubt(), SILENCE, SILENCE, SILENCE)
    assert flow.deal is not None
    ended, told = play(flow.deal, UNDONE)
    assert facts.ExceptionClosed("reversal") in recorded(told)
    assert ended.deal is not None
    assert ended.deal.trouble_closed


def test_stale_keys_sign_in_again_and_the_reversal_waits_for_fresh_ones() -> None:
    flow, told = play(in_doubt(), STALE)
    assert SignInAgain() in told
    assert flow.stage is Stage.STALE


def test_keys_that_stay_stale_end_the_occasion_and_never_loop() -> None:
    """A bank that answers 77 after every sign-in is asked as seldom as a silent one."""
    flow, told = play(in_doubt(), STALE, STALE, STALE)
    assert flow.stage is Stage.OWED
    assert told.count(SignInAgain()) == 2
    assert Wait(7, 60_000) in told


def test_a_withdrawal_whose_cash_was_not_handed_over_is_reversed_for_another_reason() -> None:
    deal = replace(in_doubt(), doubt=None)
    answer = facts.Answered("00", Verdict.APPROVED, "")
    deal = apply(deal, Recorded(8, 1, "01", 7, answer))
    deal = apply(deal, Recorded(9, 2, "01", 7, facts.CashNotHanded(facts.WhyNoCash.LEFT)))
    _, told = play(deal)
    assert next(e.ask.reversal_reason for e in told if isinstance(e, SendRequest)) == "06"
