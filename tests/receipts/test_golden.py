"""Every kind of slip as it looks on both papers, in both languages, to be read in review.

`GOLDEN=write` in the environment writes the files again; the diff is then what a reviewer judges.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from terminal.core.deal import Deal
from terminal.core.facts import SlipKind
from terminal.core.ledger import Ledger
from terminal.i18n import N_, Translate
from terminal.receipts import report
from terminal.receipts.shop import Extras
from terminal.receipts.slip import compose
from tests.receipts.counter import (
    APPROVED,
    BALANCE,
    CARD_CONTRIBUTION,
    CASH_CONTRIBUTION,
    CASH_TAKEN,
    DECLINED,
    FORWARDED,
    NO_ANSWER,
    NOT_HANDED,
    OTHER_BANKS_PAN,
    QUEUED,
    REFUSED,
    TOO_LATE,
    UNDONE,
    WITHDRAWAL,
    deal_of,
    drawn,
    shop_of_columns,
)
from tests.receipts.test_report import HEAD, STATEMENT, mismatch, settled, shift_over

FOLDER = Path(__file__).parent / "golden"
COLUMNS = {"58mm": 32, "80mm": 48}
PAID_IN = replace(APPROVED, receipt_number="RN20261123000104")
FEE = replace(WITHDRAWAL, pan=OTHER_BANKS_PAN, fee_fen=150)

SLIPS: tuple[tuple[str, SlipKind, Deal, int], ...] = (
    ("store copy", SlipKind.STORE_COPY, deal_of(WITHDRAWAL, APPROVED), 1),
    ("customer copy, fee", SlipKind.CUSTOMER_COPY, deal_of(FEE, APPROVED), 1),
    ("customer copy again", SlipKind.CUSTOMER_COPY, deal_of(WITHDRAWAL, APPROVED), 2),
    ("voucher, card", SlipKind.VOUCHER, deal_of(CARD_CONTRIBUTION, PAID_IN), 1),
    ("voucher, cash", SlipKind.VOUCHER, deal_of(CASH_CONTRIBUTION, PAID_IN), 1),
    ("declined", SlipKind.DECLINED, deal_of(WITHDRAWAL, DECLINED), 1),
    ("unknown", SlipKind.UNKNOWN, deal_of(WITHDRAWAL, NO_ANSWER), 1),
    ("unknown, cash", SlipKind.UNKNOWN, deal_of(CASH_CONTRIBUTION, NO_ANSWER), 1),
    ("unknown, too late", SlipKind.UNKNOWN, deal_of(WITHDRAWAL, NO_ANSWER, TOO_LATE), 1),
    ("cash not handed over", SlipKind.UNKNOWN, deal_of(WITHDRAWAL, APPROVED, NOT_HANDED), 1),
    ("reversal", SlipKind.REVERSAL, deal_of(WITHDRAWAL, NO_ANSWER, UNDONE), 1),
    ("reversal, card", SlipKind.REVERSAL, deal_of(CARD_CONTRIBUTION, NO_ANSWER, UNDONE), 1),
    ("balance", SlipKind.BALANCE, deal_of(BALANCE, APPROVED), 1),
    ("provisional", SlipKind.PROVISIONAL, deal_of(QUEUED, CASH_TAKEN), 1),
    (
        "exception, too late",
        SlipKind.EXCEPTION,
        deal_of(WITHDRAWAL, NO_ANSWER, TOO_LATE),
        1,
    ),
    (
        "exception, queued and refused",
        SlipKind.EXCEPTION,
        deal_of(QUEUED, CASH_TAKEN, FORWARDED, DECLINED, REFUSED),
        1,
    ),
)


REPORTS: tuple[tuple[str, SlipKind, Ledger, int], ...] = (
    ("settlement, balanced", SlipKind.SETTLEMENT, settled(STATEMENT), 1),
    ("settlement, not balanced, again", SlipKind.SETTLEMENT, mismatch(), 2),
    ("shift handed over", SlipKind.SHIFT, shift_over(), 1),
)


@pytest.mark.parametrize("paper", COLUMNS)
def test_slips_in_chinese_look_as_reviewed(paper: str, extras: Extras) -> None:
    _look(paper, "zh", N_, extras)


@pytest.mark.parametrize("paper", COLUMNS)
def test_slips_in_english_look_as_reviewed(paper: str, english: Translate, extras: Extras) -> None:
    _look(paper, "en", english, extras)


def _look(paper: str, language: str, texts: Translate, extras: Extras) -> None:
    shop = shop_of_columns(COLUMNS[paper], texts)
    extras = replace(extras, balance_fen=123_400)
    rolls: tuple[str, ...] = tuple(
        f"=== {name}\n" + drawn(compose(kind, deal, copy, shop, extras), shop.columns)
        for name, kind, deal, copy in SLIPS
    )
    reports = (
        f"=== {name}\n" + drawn(report.compose(kind, ledger, HEAD, copy, shop), shop.columns)
        for name, kind, ledger, copy in REPORTS
    )
    rolls = (*rolls, *reports)
    file, roll = FOLDER / f"{paper}_{language}.txt", "\n".join(rolls)
    if os.environ.get("GOLDEN") == "write":
        file.write_text(roll, "utf-8")
    assert roll == file.read_text("utf-8")
