"""Totals by side are what the bank has booked and not undone (`county-wire.md`, totals side)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.values import Pan
from terminal.core import facts
from terminal.core.exchange import Doubt, Entry, Service, Totals, Verdict
from terminal.core.facts import Fact, Recorded, Requested
from terminal.core.ledger import Ledger
from terminal.core.totals import of
from tests.core.walk import PAN

YES = facts.Answered("00", Verdict.APPROVED, "")
NO = facts.Answered("55", Verdict.DECLINED, "")
DOUBT = facts.InDoubt(Doubt.NO_ANSWER, "time-out")
NOT_HANDED = facts.CashNotHanded(facts.WhyNoCash.LEFT)
WITHDRAWAL = Requested(Service.WITHDRAWAL, 1, 12, 1, Entry.STRIPE, 30_000, 150, Pan(PAN))
BY_CARD = replace(WITHDRAWAL, service=Service.CONTRIBUTION_CARD, fee_fen=0)
IN_CASH = replace(BY_CARD, service=Service.CONTRIBUTION_CASH, pan=None)
BALANCE = replace(WITHDRAWAL, service=Service.BALANCE, amount_fen=0)


def ledger_of(request: Requested, *more: Fact) -> Ledger:
    ledger = Ledger()
    for seq, fact in enumerate((request, *more), start=1):
        ledger.learn(Recorded(seq, 1_795_000_000_000 + seq, "01", 1, fact))
    return ledger


@pytest.mark.parametrize(
    ("request_", "told", "sums"),
    [
        (WITHDRAWAL, (YES,), Totals(30_000, 1, 0, 0)),
        (WITHDRAWAL, (YES, facts.CashHanded(30_000)), Totals(30_000, 1, 0, 0)),
        (BY_CARD, (YES,), Totals(30_000, 1, 0, 0)),
        (IN_CASH, (YES,), Totals(0, 0, 30_000, 1)),
        (BALANCE, (YES,), Totals()),
        (WITHDRAWAL, (NO,), Totals()),
        (WITHDRAWAL, (DOUBT,), Totals()),
        (WITHDRAWAL, (DOUBT, facts.Reversed()), Totals()),
        (WITHDRAWAL, (YES, NOT_HANDED), Totals(30_000, 1, 0, 0)),
        (WITHDRAWAL, (YES, NOT_HANDED, facts.Reversed()), Totals()),
    ],
)
def test_what_stands_at_the_bank_counts_with_its_amount_without_fee(
    request_: Requested, told: tuple[Fact, ...], sums: Totals
) -> None:
    assert of(ledger_of(request_, *told).totals, 12) == sums


def test_a_day_head_carries_the_totals() -> None:
    ledger = ledger_of(WITHDRAWAL, YES)
    lines = [
        Recorded(1, 1_795_000_000_001, "01", 1, WITHDRAWAL),
        Recorded(2, 1_795_000_000_002, "01", 1, YES),
    ]
    resumed = Ledger.resumed(ledger.carried(), lines)
    assert resumed == ledger


def test_a_reversal_after_the_head_is_taken_off_the_totals() -> None:
    ledger = ledger_of(WITHDRAWAL, YES, NOT_HANDED)
    book = [
        Recorded(1, 1_795_000_000_001, "01", 1, WITHDRAWAL),
        Recorded(2, 1_795_000_000_002, "01", 1, YES),
        Recorded(3, 1_795_000_000_003, "01", 1, NOT_HANDED),
    ]
    resumed = Ledger.resumed(ledger.carried(), book)
    resumed.learn(Recorded(4, 1_795_000_000_004, "01", 1, facts.Reversed()))
    assert of(resumed.totals, 12) == Totals()
