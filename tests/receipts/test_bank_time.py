"""The bank tells month and day; the year is the one nearest to our clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from terminal.core.deal import Deal
from terminal.core.local_time import SHANGHAI
from terminal.receipts.bank_time import bank_moment, our_moment
from tests.receipts.counter import APPROVED, WITHDRAWAL, deal_of


def answered(ours: datetime, bank_date: str, bank_time: str) -> Deal:
    answer = replace(APPROVED, bank_date=bank_date, bank_time=bank_time)
    at_ms = int(ours.timestamp()) * 1000
    return replace(deal_of(WITHDRAWAL, answer), answered_at_ms=at_ms)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "bank", "meant"),
    [
        (local(2026, 11, 23, 9, 31, 25), ("1123", "093120"), local(2026, 11, 23, 9, 31, 20)),
        (local(2027, 1, 1, 0, 0, 5), ("1231", "235958"), local(2026, 12, 31, 23, 59, 58)),
        (local(2026, 12, 31, 23, 59, 58), ("0101", "000003"), local(2027, 1, 1, 0, 0, 3)),
        (local(2028, 2, 29, 12, 0, 0), ("0229", "120001"), local(2028, 2, 29, 12, 0, 1)),
    ],
)
def test_the_year_is_the_one_nearest_to_ours(
    ours: datetime, bank: tuple[str, str], meant: datetime
) -> None:
    assert bank_moment(answered(ours, *bank)) == meant


@pytest.mark.parametrize(
    "bank",
    [("", "093120"), ("1123", ""), ("1399", "093120"), ("1123", "256199"), ("11 3", "0931xx")],
)
def test_a_time_that_cannot_be_read_is_none(bank: tuple[str, str]) -> None:
    assert bank_moment(answered(local(2026, 11, 23, 9, 31, 25), *bank)) is None


def test_our_moment_is_that_of_the_request_before_any_answer() -> None:
    assert our_moment(deal_of(WITHDRAWAL)) == local(2026, 11, 23, 9, 31, 17)
