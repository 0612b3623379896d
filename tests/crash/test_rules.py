"""Each rule on the shortest history that breaks it; and a sound day breaks none."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from protocol.values import IdNumber, Pan
from terminal.core import facts as f
from terminal.core.exchange import Doubt, Entry, Payer, Service, Verdict
from terminal.core.facts import Fact, Recorded, SlipKind, Trouble, WhyNoCash
from tests.crash import rules
from tests.crash.marks import Asked, CashOut, Erased, Left, Mark, Paper, Reached, Told
from tests.crash.rules import ALWAYS, AT_REST, Rule

CARD = Pan("6229990100000012343")
ASKED = f.Requested(Service.WITHDRAWAL, 1, 12, 1, Entry.STRIPE, amount_fen=10_000, pan=CARD)
YES = f.Answered("00", Verdict.APPROVED, "")
NO = f.Answered("55", Verdict.DECLINED, "")
DOUBT = f.InDoubt(Doubt.NO_ANSWER, "")
LINE = Asked("withdrawal", 12, 1, 1, 10_000)
QUEUED = f.Queued(1, 10_000, IdNumber("11010519491231002X"), 2026, 10_000, Payer.SELF, "00")


class Row(NamedTuple):
    batch: int = 12
    trace: int = 1
    amount_fen: int = 10_000
    fee_fen: int = 0
    state: str = "booked"


def told(*said: Fact) -> list[Recorded]:
    """Facts of a journal; each but a beginning belongs to the transaction begun last."""
    recorded: list[Recorded] = []
    tx = 0
    for seq, fact in enumerate(said, 1):
        tx = seq if isinstance(fact, f.Requested | f.Queued) else tx
        alone = isinstance(fact, f.StationOpened)
        recorded.append(Recorded(seq, 0, "01", 0 if alone else tx, fact))
    return recorded


RESTART = f.StationOpened("", "")
CASH = f.CashHanded(10_000)
NOT_HANDED = f.CashNotHanded(WhyNoCash.LEFT)
TOO_LATE = f.ExceptionOpened(Trouble.REVERSAL_TOO_LATE)
PAID_IN = f.Requested(Service.CONTRIBUTION_CASH, 1, 12, 1, amount_fen=10_000)
NEXT = replace(ASKED, trace=2, terminal_seq=2)

SOUND: dict[str, tuple[list[Recorded], list[Row], list[Mark]]] = {
    "paid out": (
        told(ASKED, YES, f.SlipPrinted(SlipKind.STORE_COPY, 1, whole=True), CASH),
        [Row()],
        [
            Left(LINE),
            Reached(LINE, "00"),
            Told("approved", 12, 1),
            Paper("store_copy", 1, 12, 1),
            CashOut(12, 1, 10_000),
        ],
    ),
    "declined": (told(ASKED, NO), [], [Left(LINE), Reached(LINE, "55"), Told("declined", 12, 1)]),
    "never sent": (told(ASKED, f.NotSent("")), [], []),
    "reversed": (
        told(ASKED, DOUBT, f.ReversalSent(1, 2), f.Reversed()),
        [Row(state="reversed")],
        [Left(LINE), Reached(LINE, "00"), Told("unknown", 12, 1)],
    ),
    "booked and too late to reverse": (
        told(ASKED, DOUBT, f.ReversalSent(1, 2), TOO_LATE),
        [Row()],
        [Left(LINE)],
    ),
    "queued, and forwarded twice": (
        told(QUEUED, f.CashTaken(10_000), f.Forwarded(1, 12, 1), f.Forwarded(2, 12, 2), YES),
        [Row()],
        [Told("queued", 0, 1), *(Left(Asked("", 12, 1, n, queued=True)) for n in (1, 2))],
    ),
}

BROKEN: list[tuple[Rule, str, list[Recorded], list[Row], list[Mark]]] = [
    (rules.books_agree, "declined here, booked there", told(ASKED, NO), [Row()], []),
    (rules.books_agree, "approved here, unknown there", told(ASKED, YES), [], []),
    (
        rules.books_agree,
        "reversed here, booked there",
        told(ASKED, DOUBT, f.Reversed()),
        [Row()],
        [],
    ),
    (rules.books_agree, "another amount", told(ASKED, YES), [Row(amount_fen=1)], []),
    (rules.books_agree, "booked, never asked", [], [Row()], []),
    (rules.no_cash_on_hope, "pay, says the screen", told(ASKED), [], [Told("approved", 12, 1)]),
    (rules.no_cash_on_hope, "a slip", told(ASKED), [], [Paper("store_copy", 1, 12, 1)]),
    (rules.paid_cash_stays_paid, "in doubt", told(ASKED, DOUBT), [], [CashOut(12, 1, 10_000)]),
    (rules.cash_is_counted, "handed, not told", told(ASKED, YES), [], [CashOut(12, 1, 10_000)]),
    (rules.cash_is_counted, "told, not handed", told(ASKED, YES, CASH), [], []),
    (rules.cash_is_counted, "taken, not approved", told(PAID_IN, f.CashTaken(10_000)), [], []),
    (rules.cash_is_counted, "approved, not taken", told(PAID_IN, YES), [], []),
    (rules.cash_is_handed_once, "twice", [], [], [CashOut(12, 1, 10_000)] * 2),
    (rules.every_request_has_its_fact, "left unwritten", [], [], [Left(LINE)]),
    (rules.what_was_queued_is_kept, "told, forgotten", [], [], [Told("queued", 0, 1)]),
    (rules.facts_are_unbroken, "one is missing", told(ASKED, YES)[1:], [], []),
    (rules.traces_are_used_once, "in the journal", told(ASKED, YES, ASKED), [], []),
    (rules.traces_are_used_once, "on the line", [], [], [Left(LINE), Left(LINE)]),
    (rules.sequence_only_rises, "in the journal", told(ASKED, YES, ASKED), [], []),
    (rules.sequence_only_rises, "on the line", [], [], [Left(LINE), Left(LINE)]),
    (rules.no_money_while_in_doubt, "the next villager", told(ASKED, DOUBT, NEXT), [], []),
    (rules.no_money_while_in_doubt, "not handed", told(ASKED, YES, NOT_HANDED, NEXT), [], []),
    (rules.silence_is_doubt, "a restart forgets", told(ASKED, RESTART), [], []),
    (rules.doubt_is_tried, "never sent", told(ASKED, DOUBT), [], []),
    (rules.no_doubt_is_left, "still owed", told(ASKED, DOUBT, f.ReversalSent(1, 2)), [], []),
    (rules.no_doubt_is_left, "still queued", told(QUEUED, f.Forwarded(1, 12, 1)), [], []),
    (rules.unknown_is_not_declined, "written", told(ASKED, NO), [], []),
    (rules.unknown_is_not_declined, "shown", told(ASKED), [], [Told("declined", 12, 1)]),
    (
        rules.first_copies_come_once,
        "two originals",
        [],
        [],
        [Paper("store_copy", 1, 12, 1), Paper("store_copy", 1, 12, 1)],
    ),
    (rules.reversals_keep_their_card, "erased", told(replace(ASKED, pan=None), DOUBT), [], []),
    (rules.erased_stays_erased, "back again", told(ASKED, YES), [], [Erased("card-000012")]),
]


@pytest.mark.parametrize("day", SOUND)
def test_a_sound_history_breaks_no_rule(day: str) -> None:
    facts, bookings, marks = SOUND[day]
    broken = [rule.__name__ for rule in {**ALWAYS, **AT_REST} if rule(facts, bookings, marks)]
    assert broken == []


@pytest.mark.parametrize(
    ("rule", "facts", "bookings", "marks"),
    [pytest.param(*row[:1], *row[2:], id=f"{row[0].__name__}: {row[1]}") for row in BROKEN],
)
def test_a_rule_names_the_history_that_breaks_it(
    rule: Rule, facts: list[Recorded], bookings: list[Row], marks: list[Mark]
) -> None:
    assert rule(facts, bookings, marks) != []


def test_every_rule_has_a_history_that_breaks_it() -> None:
    assert {row[0] for row in BROKEN} == set(ALWAYS) | set(AT_REST)
