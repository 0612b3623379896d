"""The bank's date and time of an answer; DE13 has no year, so ours says which one is meant."""

from __future__ import annotations

from datetime import datetime

from terminal.core.deal import Deal
from terminal.core.facts import Answered
from terminal.core.local_time import SHANGHAI

DIGITS = 10  # MMDDhhmmss


def bank_moment(deal: Deal) -> datetime | None:
    """None where the bank told none, or nothing that can be read."""
    if deal.answered is None:
        return None
    ours = our_moment(deal)
    moments = (_in_year(deal.answered, ours.year + step) for step in (-1, 0, 1))
    return min(
        (moment for moment in moments if moment is not None),
        key=lambda moment: abs(moment - ours),
        default=None,
    )


def our_moment(deal: Deal) -> datetime:
    """When the answer or the doubt became a fact, else the request; in the county's time."""
    return datetime.fromtimestamp((deal.answered_at_ms or deal.at_ms) // 1000, SHANGHAI)


def _in_year(answer: Answered, year: int) -> datetime | None:
    digits = answer.bank_date + answer.bank_time
    if len(digits) != DIGITS or not digits.isdigit():
        return None
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(0, DIGITS, 2))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:  # 29 February of another year, or no such time
        return None
