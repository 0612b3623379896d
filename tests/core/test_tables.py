"""What must hold of every row of every service's table."""

from __future__ import annotations

import pytest

from protocol.values import PinBlock, Track2
from terminal.core.deal import Cash, Outcome
from terminal.core.effects import EndChip, OweReversal, PrintSlip, Record, SendRequest
from terminal.core.events import (
    Approved,
    ApprovedForChip,
    ChipRefused,
    Declined,
    NoAnswer,
    Unsent,
)
from terminal.core.exchange import MOVES_MONEY, Entry
from terminal.core.facts import (
    Answered,
    CashHanded,
    CashTaken,
    InDoubt,
    Queued,
    Requested,
    SlipKind,
)
from terminal.core.flow import OutOfTurn, Stage, step
from terminal.core.resume import resume
from tests.core.walk import SAMPLES, SERVICES, Move, moment, moves

MOVES = [(name, move) for name, (table, start) in SERVICES.items() for move in moves(table, start)]


@pytest.fixture(
    params=MOVES, ids=lambda m: f"{m[0]}-{m[1].before.stage.value}-{type(m[1].event).__name__}"
)
def move(request: pytest.FixtureRequest) -> Move:
    return request.param[1]


def facts_of(move: Move) -> list[object]:
    return [effect.recorded.fact for effect in move.effects if isinstance(effect, Record)]


@pytest.mark.parametrize("name", SERVICES)
def test_the_walk_takes_every_row_of_the_table(name: str) -> None:
    taken = {(m.before.stage, type(m.event)) for n, m in MOVES if n == name}
    assert taken == set(SERVICES[name][0])


def test_facts_stand_before_every_effect_that_cannot_be_undone(move: Move) -> None:
    kinds = [isinstance(effect, Record) for effect in move.effects]
    assert kinds == sorted(kinds, reverse=True)


def test_nothing_is_sent_without_its_request_on_record(move: Move) -> None:
    for effect in move.effects:
        if isinstance(effect, SendRequest):
            assert any(isinstance(fact, Requested) for fact in facts_of(move))


def test_cash_may_be_handed_over_only_behind_a_recorded_approval(move: Move) -> None:
    """I2: the stage that says 请付现金 is entered by a row that records the answer."""
    if move.after.stage is Stage.APPROVED:
        assert move.after.deal is not None
        assert move.after.deal.outcome is Outcome.APPROVED


def test_a_customer_copy_is_printed_only_for_an_approval(move: Move) -> None:
    for effect in move.effects:
        if isinstance(effect, PrintSlip) and effect.slip is SlipKind.CUSTOMER_COPY:
            assert move.after.deal is not None
            assert move.after.deal.outcome is Outcome.APPROVED


def test_doubt_about_money_always_owes_a_reversal_and_doubt_about_none_never(move: Move) -> None:
    doubtful = any(isinstance(fact, InDoubt) for fact in facts_of(move))
    owes = any(isinstance(effect, OweReversal) for effect in move.effects)
    if doubtful:
        assert owes
        assert move.after.service in MOVES_MONEY
    if owes:
        assert move.after.deal is not None
        assert move.after.deal.owes_reversal


def test_a_restart_resumes_exactly_what_was_lived(move: Move) -> None:
    if facts_of(move):
        assert move.after.deal is not None
        resumed = resume(move.after.deal)
        # told to a person, or asked anew without the bank: nothing is open, a restart forgets it
        ends = {Stage.STOPPED, Stage.ENDED, Stage.YEAR}
        assert resumed.stage is move.after.stage or move.after.stage in ends
        assert resumed.deal == move.after.deal


def test_tracks_and_pin_leave_the_flow_with_the_request(move: Move) -> None:
    if move.after.stage not in (Stage.CARD, Stage.APPLICATION, Stage.PIN, Stage.CRYPTOGRAM):
        card = move.after.draft.card
        assert card is None or (card.track2, card.track3, card.arqc) == (None, None, None)
        assert move.after.draft.pin is None


def test_a_card_that_made_a_cryptogram_hears_the_banks_answer_once(move: Move) -> None:
    """Else the issuer's scripts and its own counters would be lost."""
    heard = [effect for effect in move.effects if isinstance(effect, EndChip)]
    by_chip = move.before.deal is not None and move.before.deal.requested.entry is Entry.CHIP
    replies = (Approved, ApprovedForChip, Declined, Unsent, NoAnswer)
    answered = move.before.stage is Stage.SENT and isinstance(move.event, replies)
    assert len(heard) == (by_chip and answered)


def test_an_approval_that_the_card_refuses_is_undone_with_what_the_card_said(move: Move) -> None:
    if isinstance(move.event, ChipRefused):
        deal = move.after.deal
        assert deal is not None
        assert deal.owes_reversal
        assert deal.undo.hex() == move.event.ended.undo
        assert deal.cash is Cash.NONE


def test_no_fact_holds_a_track_or_a_pin_block(move: Move) -> None:
    for fact in facts_of(move):
        values = [getattr(fact, name) for name in fact.__dataclass_fields__]  # type: ignore[attr-defined]
        assert not any(isinstance(value, Track2 | PinBlock) for value in values)


def test_cash_enters_the_drawer_only_with_the_approval_or_when_it_is_queued(move: Move) -> None:
    taken = [fact for fact in facts_of(move) if isinstance(fact, CashTaken)]
    if taken:
        assert any(isinstance(fact, Answered | Queued) for fact in facts_of(move))
        assert move.after.service.value == "contribution_cash"


def test_cash_leaves_the_drawer_only_when_the_operator_says_so(move: Move) -> None:
    if any(isinstance(fact, CashHanded) for fact in facts_of(move)):
        assert type(move.event).__name__ == "CashConfirmed"


def test_in_flight_no_key_of_the_operator_has_a_row() -> None:
    keys = {"Cancel", "Acknowledged", "SlipAsked", "AmountChosen", "CashConfirmed", "CashRefused"}
    for table, _ in SERVICES.values():
        assert not [k for s, k in table if s in (Stage.SENT, Stage.ASKED) and k.__name__ in keys]


@pytest.mark.parametrize("name", SERVICES)
def test_an_event_without_a_row_is_an_error_and_never_ignored(name: str) -> None:
    table, start = SERVICES[name]
    for move in moves(table, start):
        for kind, event in SAMPLES.items():
            if (move.before.stage, kind) not in table:
                with pytest.raises(OutOfTurn):
                    step(table, move.before, event, moment(1))
