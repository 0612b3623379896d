"""What must hold of every row of the settlement's table, and what differs line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from protocol.values import Pan
from terminal.core import events, facts, settlement
from terminal.core.deal import Deal
from terminal.core.effects import Effect, Record, SendPost, SendRequest
from terminal.core.events import Event
from terminal.core.exchange import Ask, Booking, Entry, Service, Totals, Verdict
from terminal.core.facts import Answered, PostKind, Recorded, Requested
from terminal.core.flow import OutOfTurn, Stage
from terminal.core.reversal import Patience
from terminal.core.settlement import Difference, Settlement, Settling, Work
from tests.core.walk import PAN, YES, moment

ANSWER = Answered("00", YES.verdict, "")
BOOKED = tuple(
    Deal(
        tx,
        0,
        "01",
        Requested(Service.WITHDRAWAL, 100 + tx, 12, tx, amount_fen=tx * 1_000),
        answered=ANSWER,
        answered_seq=tx + 1,
    )
    for tx in range(1, 20, 2)
)
CHIPS = tuple(
    replace(
        deal,
        tx=deal.tx + 100,
        requested=replace(
            deal.requested, entry=Entry.CHIP, pan=Pan(PAN), psn="01", chip="9f3602001c"
        ),
        chip_ended=facts.ChipEnded(agreed=True),
    )
    for deal in BOOKED[:2]
)
SUM = Totals(100_000, 10, 0, 0)
ROW = Booking(900, 12, "2026-11-23", "withdrawal", 5_000, 0, False, "326112000900")
SAMPLES: dict[type, Event] = {
    type(event): event
    for event in (
        events.SettlementDue(12),
        events.Occasion(),
        events.PauseOver(),
        events.Balanced(SUM),
        events.BalancedButChips(SUM),
        events.NotBalanced(Totals()),
        events.BalanceUnknown(SUM),
        events.StatementListed((ROW,)),
        events.NoStatement(),
        events.DetailsTaken("00"),
        events.BatchClosed(),
        events.TryFailed(None),
        events.OccasionFailed(None),
        events.KeysStale(None),
        events.BankMovedOn(),
    )
}
BUT_CHIPS = events.BalancedButChips
START = Work(Settling(), None, BOOKED, statement=True, patience=Patience())
BY_CHIP_TOO = replace(START, booked=(*BOOKED, *CHIPS))
ANSWERS = {  # which answers fit what is under way
    Service.SETTLEMENT: {
        *(events.Balanced, events.BalancedButChips, events.NotBalanced, events.BalanceUnknown)
    },
    PostKind.STATEMENT: {events.StatementListed, events.NoStatement},
    Service.BATCH_UPLOAD: {events.DetailsTaken},
    Service.BATCH_CHIP: {events.DetailsTaken},
    Service.BATCH_CHIP_UNBALANCED: {events.DetailsTaken},
    Service.BATCH_END: {events.BatchClosed},
    Service.BATCH_END_BALANCED: {events.BatchClosed},
}


@dataclass(frozen=True)
class Move:
    before: Work
    event: Event
    after: Work
    effects: tuple[Effect, ...]


def moved(work: Work, event: Event, seq: int) -> Move:
    settling, effects = settlement.step(work, event, moment(seq))
    durable = work.settlement
    for effect in effects:
        if isinstance(effect, Record):
            durable = settlement.apply(durable, effect.recorded)
    return Move(work, event, replace(work, settling=settling, settlement=durable), effects)


def moves() -> Iterator[Move]:
    """Every row from every state that can be reached, with an answer that fits."""
    todo, seen = [(START, 100), (BY_CHIP_TOO, 100)], set()
    while todo:
        work, seq = todo.pop()
        following = settlement.next_service(work) if _open(work.settlement) else None
        uploaded = len(work.settlement.uploaded) if work.settlement else 0
        key = work.settling.stage, following, work.settling.unlisted, uploaded, len(work.booked)
        if key in seen:
            continue
        seen.add(key)
        for stage, kind in settlement.TABLE:
            answers = {each for some in ANSWERS.values() for each in some}
            misfit = kind in answers and (following is None or kind not in ANSWERS[following])
            misfit |= kind is (events.Balanced if work.booked[-1] in CHIPS else BUT_CHIPS)
            if stage is work.settling.stage and not misfit:
                move = moved(work, SAMPLES[kind], seq)
                yield move
                todo.append((move.after, seq + 10))


def _open(durable: Settlement | None) -> bool:
    return durable is not None and not durable.over


MOVES = list(moves())


@pytest.fixture(
    params=MOVES, ids=lambda m: f"{m.before.settling.stage.value}-{type(m.event).__name__}"
)
def move(request: pytest.FixtureRequest) -> Move:
    return request.param


def facts_of(move: Move) -> list[object]:
    return [effect.recorded.fact for effect in move.effects if isinstance(effect, Record)]


def test_the_walk_takes_every_row_of_the_table() -> None:
    assert {(m.before.settling.stage, type(m.event)) for m in MOVES} == set(settlement.TABLE)


def test_facts_stand_before_every_effect_that_cannot_be_undone(move: Move) -> None:
    kinds = [isinstance(effect, Record) for effect in move.effects]
    assert kinds == sorted(kinds, reverse=True)


def test_nothing_is_sent_without_its_number_on_record(move: Move) -> None:
    written = {getattr(fact, "terminal_seq", None) for fact in facts_of(move)}
    for effect in move.effects:
        if isinstance(effect, SendRequest):
            assert effect.ask.terminal_seq in written
        if isinstance(effect, SendPost):
            assert effect.terminal_seq in written


def test_a_settlement_is_over_exactly_when_the_facts_say_so(move: Move) -> None:
    over = move.after.settlement is None or move.after.settlement.over
    assert over == (move.after.settling.stage is Stage.ENDED)


def test_a_restart_goes_on_where_the_facts_end(move: Move) -> None:
    """What would be asked next is the same, whether the station was switched off or not."""
    resumed = replace(move.after, settling=settlement.resume(move.after.settlement))
    if resumed.settling.stage is Stage.ENDED or move.after.settling.unlisted:
        return
    sent = [e.ask.service for e in move.effects if isinstance(e, SendRequest)]
    sent_posts = [e.kind for e in move.effects if isinstance(e, SendPost)]
    if sent or sent_posts:
        assert [settlement.next_service(resumed)] == sent + sent_posts


def test_a_day_head_brings_the_settlement_back_as_it_was(move: Move) -> None:
    durable = move.after.settlement
    assert settlement.of_plain(settlement.plain(durable)) == durable


def test_an_event_without_a_row_is_an_error_and_never_ignored() -> None:
    for event in (events.Balanced(SUM), events.BatchClosed(), events.PauseOver()):
        with pytest.raises(OutOfTurn):
            settlement.step(START, event, moment(1))


def test_a_details_message_holds_eight_and_the_next_one_the_rest() -> None:
    work = moved(START, SAMPLES[events.SettlementDue], 100).after
    work = moved(work, events.NotBalanced(Totals()), 110).after
    first = moved(work, events.StatementListed(()), 120)
    second = moved(first.after, events.DetailsTaken("00"), 140)
    third = moved(second.after, events.DetailsTaken("00"), 160)
    asks = [e.ask for m in (first, second, third) for e in m.effects if isinstance(e, SendRequest)]
    assert [len(ask.details) for ask in asks] == [8, 2, 0]
    assert asks[-1].details_sent == 10


def test_chip_bookings_go_up_one_by_one_under_their_own_trace_behind_the_others() -> None:
    """`bank-wire.md` section 10, flow 4: stripes 201, chips 205, end 202."""
    work = moved(BY_CHIP_TOO, SAMPLES[events.SettlementDue], 100).after
    work = moved(work, events.NotBalanced(Totals()), 110).after
    asks, event = [], SAMPLES[events.StatementListed]
    for seq in range(120, 220, 20):
        move = moved(work, event, seq)
        asks += [e.ask for e in move.effects if isinstance(e, SendRequest)]
        work, event = move.after, events.DetailsTaken("00")
    upload, chip = Service.BATCH_UPLOAD, Service.BATCH_CHIP_UNBALANCED
    assert [ask.service for ask in asks] == [upload, upload, chip, chip, Service.BATCH_END]
    assert [ask.trace for ask in asks[2:4]] == [deal.requested.trace for deal in CHIPS]
    assert all(ask.particulars.chip is not None for ask in asks[2:4])
    assert asks[-1].details_sent == len(BOOKED) + len(CHIPS)


def test_a_balanced_batch_sends_its_chip_details_alone() -> None:
    """Flow 4: only 203, then 207."""
    work = moved(BY_CHIP_TOO, SAMPLES[events.SettlementDue], 100).after
    asks, event = [], SAMPLES[BUT_CHIPS]
    for seq in range(120, 180, 20):
        move = moved(work, event, seq)
        asks += [e.ask for e in move.effects if isinstance(e, SendRequest)]
        work, event = move.after, events.DetailsTaken("00")
    once = Service.BATCH_CHIP
    assert [ask.service for ask in asks] == [once, once, Service.BATCH_END_BALANCED]
    assert moved(work, events.BatchClosed(), 200).after.settlement.over  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("bank", "lines"),
    [
        ((replace(ROW, trace=101, amount_fen=1_000),), ()),
        ((replace(ROW, trace=101, amount_fen=900),), (Difference(101, 1_000, 900),)),
        ((replace(ROW, trace=101, amount_fen=1_000, reversed=True),), (Difference(101, 1_000, 0),)),
        ((), (Difference(101, 1_000, 0),)),
        (
            (replace(ROW, trace=101, amount_fen=1_000), ROW),
            (Difference(900, 0, 5_000),),
        ),
    ],
)
def test_a_line_differs_by_amount_or_by_one_side_not_having_it(
    bank: tuple[Booking, ...], lines: tuple[Difference, ...]
) -> None:
    assert settlement.differences(BOOKED[:1], bank) == lines


def test_a_fact_of_another_transaction_leaves_a_settlement_as_it_is() -> None:
    begun = settlement.apply(None, Recorded(7, 0, "01", 7, facts.SettlementStarted(12, *SUM)))
    other = Recorded(9, 0, "01", 8, facts.BatchUploaded("1-3", "00"))
    assert settlement.apply(begun, other) == begun


def test_a_balanced_batch_is_over_whatever_the_bank_says_to_its_end() -> None:
    """207 only follows what the 0510 has closed: a bank that knows none blocks nobody."""
    work = moved(BY_CHIP_TOO, SAMPLES[events.SettlementDue], 100).after
    work = moved(work, SAMPLES[BUT_CHIPS], 110).after
    ask = Ask(Service.BATCH_END_BALANCED, 1, 12, 1, "01")
    said = settlement.hear(replace(YES, verdict=Verdict.DECLINED, code="12"), ask, work)
    assert said == events.BatchClosed()


def test_a_card_without_a_sequence_number_has_000_in_its_detail() -> None:
    """Else the detail could never be built, and the batch would never be over."""
    nameless = replace(CHIPS[0], requested=replace(CHIPS[0].requested, psn=""))
    work = moved(replace(START, booked=(nameless,)), SAMPLES[events.SettlementDue], 100).after
    move = moved(work, SAMPLES[BUT_CHIPS], 110)
    (ask,) = [e.ask for e in move.effects if isinstance(e, SendRequest)]
    assert ask.particulars.chip is not None
    assert ask.particulars.chip.sequence == "000"


def test_a_lost_0510_still_owes_the_chip_details() -> None:
    """Only totals that agree open the next batch with a 0500, so 203 and 207 are due."""
    work = moved(BY_CHIP_TOO, SAMPLES[events.SettlementDue], 100).after
    work = moved(work, events.OccasionFailed(None), 110).after
    event = settlement.moved_on(work)
    assert event == events.BalancedButChips(work.settlement.ours)  # type: ignore[union-attr]
    (ask,) = [e.ask for e in moved(work, event, 120).effects if isinstance(e, SendRequest)]
    assert ask.service is Service.BATCH_CHIP
    assert settlement.moved_on(replace(work, booked=BOOKED)) == events.BankMovedOn()
