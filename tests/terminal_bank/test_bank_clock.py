"""DE12 and DE13 as a moment: the year is the one that brings it nearest to ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from terminal.bank.bank_clock import at_ms
from terminal.core.exchange import Answer, Verdict

CST = timezone(timedelta(hours=8))
ANSWER = Answer(Verdict.APPROVED, "00", "")


@pytest.mark.parametrize(
    ("ours", "date", "time", "meant"),
    [
        ((2026, 11, 23, 9, 30, 0), "1123", "093015", (2026, 11, 23, 9, 30, 15)),
        ((2026, 12, 31, 23, 59, 0), "0101", "000030", (2027, 1, 1, 0, 0, 30)),
        ((2027, 1, 1, 0, 1, 0), "1231", "235900", (2026, 12, 31, 23, 59, 0)),
        ((2027, 12, 31, 12, 0, 0), "0229", "120000", (2028, 2, 29, 12, 0, 0)),
        ((2000, 1, 1, 0, 0, 0), "1123", "093015", (1999, 11, 23, 9, 30, 15)),
    ],
)
def test_the_year_is_the_nearest(
    ours: tuple[int, ...], date: str, time: str, meant: tuple[int, ...]
) -> None:
    now_s = int(datetime(*ours[:6], tzinfo=CST).timestamp())
    answer = replace(ANSWER, bank_date=date, bank_time=time)
    assert at_ms(answer, now_s) == int(datetime(*meant[:6], tzinfo=CST).timestamp()) * 1000


@pytest.mark.parametrize(("date", "time"), [("", ""), ("1123", ""), ("0231", "120000")])
def test_an_answer_without_a_date_tells_no_time(date: str, time: str) -> None:
    assert at_ms(replace(ANSWER, bank_date=date, bank_time=time), 1_795_000_000) is None
