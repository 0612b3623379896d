"""However the facts came in, the read model tells what the running engine's fold tells."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as draw

from protocol.values import IdNumber, Pan
from terminal.core import facts
from terminal.core.deal import apply, begin
from terminal.core.exchange import Doubt, Payer, Service
from terminal.core.facts import Fact, Requested, SlipKind, Trouble, WhyNoCash
from terminal.journal.history import History
from terminal.journal.store import Journal
from terminal.keys.vault import FileVault
from tests.journal.test_history import APPROVED, DECLINED, PAN, PERSON, contribution, tell

A_FACT = draw.sampled_from(
    [
        APPROVED,
        DECLINED,
        facts.NotSent("no route"),
        facts.InDoubt(Doubt.WRONG_MAC, "MAC"),
        facts.CashHanded(20_000),
        facts.CashNotHanded(WhyNoCash.LEFT),
        facts.CashTaken(20_000),
        facts.SlipPrinted(SlipKind.VOUCHER, 1, whole=True),
        facts.ReversalSent(1, 9),
        facts.ReversalAnswered("25", "原交易拒绝"),
        facts.Reversed(),
        facts.LateReply("00"),
        facts.Forwarded(1, 13, 8),
        facts.ExceptionOpened(Trouble.REVERSAL_UNANSWERED),
        facts.ExceptionOpened(Trouble.REVERSAL_TOO_LATE),
        facts.ExceptionClosed("statement"),
        facts.ShiftOpened(500_000),
        facts.ShiftHandedOver("02", 500_000, 490_000, "少"),
        facts.ClockMoved(1, 2),
    ]
)
A_BEGINNING = draw.sampled_from(
    [
        contribution(),
        Requested(Service.SIGN_IN, 1, 12, 1),
        Requested(Service.CONTRIBUTION_CASH, 2, 12, 2, amount_fen=5_000, person=IdNumber(PERSON)),
        facts.Queued(3, 5_000, IdNumber(PERSON), 2026, 20_000, Payer.SELF, "0" * 16),
        Requested(Service.BALANCE, 3, 12, 3, pan=Pan(PAN)),
    ]
)
# (0: begin another; else a fact of one of those begun, how many facts are learnt at once)
STEPS = draw.lists(
    draw.tuples(draw.integers(0, 6), A_BEGINNING, A_FACT, draw.integers(1, 8)), max_size=40
)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
@given(steps=STEPS)
def test_however_it_was_learnt_it_is_what_the_facts_tell(
    vault: FileVault, steps: list[tuple[int, Fact, Fact, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal, history = Journal(Path(folder) / "j.sqlite", vault), History(None)
        begun: list[int] = []
        for choice, beginning, fact, at_most in steps:
            if choice == 0 or not begun:
                begun.append(tell(journal, beginning))
            else:
                tell(journal, fact, tx=begun[choice % len(begun)])
            history.learn(journal, at_most)
        while not history.learn(journal):
            pass
        assert history.equal_to_rebuilt(journal)
        assert outcomes(history) == told_outcomes(journal)
        journal.close()


def outcomes(history: History) -> dict[int, tuple[str, str]]:
    return {row["tx"]: (row["outcome"], row["cash"]) for row in history.rows("transactions")}


def told_outcomes(journal: Journal) -> dict[int, tuple[str, str]]:
    """By the fold of the running engine, over clear facts."""
    deals = {}
    for told in journal.replay():
        if told.seq == told.tx and getattr(told.fact, "service", None) is not Service.SIGN_IN:
            deals[told.tx] = begin(told)
        elif told.tx in deals:
            deals[told.tx] = apply(deals[told.tx], told)
    return {tx: (deal.outcome.value, deal.cash.value) for tx, deal in deals.items()}
