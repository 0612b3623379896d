"""结算单 and 交班单: what facts stand on them, and that neither says more (I6)."""

from __future__ import annotations

import json

from terminal.core import facts
from terminal.core.exchange import Balance, Totals
from terminal.core.facts import DayHead, Fact, PostKind, PostSays, Recorded, SlipKind
from terminal.core.ledger import Ledger
from terminal.receipts.report import compose
from tests.receipts.counter import (
    APPROVED,
    CASH_CONTRIBUTION,
    CASH_TAKEN,
    NO_ANSWER,
    SENT_MS,
    TOO_LATE,
    WITHDRAWAL,
    said,
    shop_of_columns,
)

HEAD = DayHead(41, "0123456789abcdef" * 4, "note", "", "{}", "")
SHOP = shop_of_columns(32)
START = facts.SettlementStarted(12, 30_000, 1, 20_000, 1)
OURS, THEIRS = Totals(30_000, 1, 20_000, 1), Totals(0, 0, 20_000, 1)
STATEMENT = facts.PostAnswered(PostKind.STATEMENT, PostSays.LISTED)


def ledger_of(*rows: tuple[int, Fact]) -> Ledger:
    """Each fact with its tx; 0: its own sequence."""
    ledger = Ledger()
    for seq, (tx, fact) in enumerate(rows, start=1):
        ledger.learn(Recorded(seq, SENT_MS + seq * 60_000, "01", tx or seq, fact))
    return ledger


def settled(*between: Fact, theirs: Totals = OURS) -> Ledger:
    over = facts.Settled(12, 13, theirs == OURS, *OURS, *theirs)
    return ledger_of((0, START), *((1, fact) for fact in (*between, over)))


def mismatch() -> Ledger:
    return settled(
        facts.TotalsCompared(Balance.NOT_BALANCED, *THEIRS),
        facts.Differed(104, 30_000, 0),
        STATEMENT,
        facts.BatchUploaded("1-2", "00"),
        theirs=THEIRS,
    )


def shift_over() -> Ledger:
    """A float of 8,000: 300 paid out, 200 paid in, 2,000 from the bank; 100 are missing."""
    return ledger_of(
        (0, facts.ShiftOpened(800_000)),
        (0, WITHDRAWAL),
        (2, APPROVED),
        (2, facts.CashHanded(30_000)),
        (0, CASH_CONTRIBUTION),
        (5, APPROVED),
        (5, CASH_TAKEN),
        (0, facts.CashMoved(200_000, facts.WhyCashMoved.DELIVERED)),
        (0, facts.ShiftHandedOver("02", 990_000, 980_000, "unknown")),
    )


def slip(ledger: Ledger, kind: SlipKind, copy: int = 1) -> str:
    return said(compose(kind, ledger, HEAD, copy, SHOP))


def test_a_balanced_settlement_has_both_sides_and_the_days_head() -> None:
    text = slip(settled(), SlipKind.SETTLEMENT)
    assert text.count("借方 1 笔  RMB 300.00") == text.count("贷方 1 笔  RMB 200.00") == 2
    assert "对账平" in text
    assert "41 条" in text
    assert HEAD.root[:16] in text


def test_a_mismatch_is_said_large_with_both_figures_and_each_line() -> None:
    text = slip(mismatch(), SlipKind.SETTLEMENT)
    assert "对账不平" in text
    assert "借方 1 笔  RMB 300.00" in text
    assert "借方 0 笔  RMB 0.00" in text
    assert "000104 本站 300.00  银行 0.00" in text


def test_an_open_exception_stands_on_the_settlement_by_trace_amount_and_masked_card() -> None:
    over = facts.Settled(12, 13, True, *Totals(), *Totals())
    ledger = ledger_of(
        (0, WITHDRAWAL),
        (1, NO_ANSWER),
        (1, TOO_LATE),
        (0, facts.SettlementStarted(12, 0, 0, 0, 0)),
        (4, over),
    )
    assert WITHDRAWAL.pan is not None
    text = slip(ledger, SlipKind.SETTLEMENT).replace(" ", "")
    assert "000104" in text
    assert "300.00" in text
    assert WITHDRAWAL.pan.masked in text


def test_a_shift_has_its_kinds_its_cash_the_count_and_the_variance_with_its_reason() -> None:
    text = slip(shift_over(), SlipKind.SHIFT)
    for row in (
        *("助农取款 1 笔 300.00", "备用金 RMB 8,000.00", "付出现金 RMB 300.00"),
        *("收到现金 RMB 200.00", "银行送来 RMB 2,000.00"),
        *("应有 RMB 9,900.00", "实点 RMB 9,800.00", "差额 RMB -100.00", "原因 查不出原因"),
    ):
        assert row in text


def test_a_further_copy_says_so() -> None:
    assert "重打印 第1次" in slip(settled(), SlipKind.SETTLEMENT, copy=2)


def test_a_day_head_carries_settlement_and_shift() -> None:
    for ledger in (mismatch(), shift_over()):
        resumed = Ledger.resumed(json.loads(json.dumps(ledger.carried())), [])
        assert resumed.settlement == ledger.settlement
        assert (resumed.shift, resumed.last_shift) == (ledger.shift, ledger.last_shift)
