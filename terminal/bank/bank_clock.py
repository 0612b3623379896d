"""The bank's time by DE12 and DE13 of an answer, where no signature tells it. Pure.

DE13 has no year: it is the one that brings the moment nearest to ours (`bank-wire.md` section 11).
"""

from __future__ import annotations

from datetime import datetime

from terminal.core.exchange import Answer
from terminal.core.local_time import SHANGHAI


def at_ms(answer: Answer, now_s: int) -> int | None:
    """UTC ms; now_s is our own corrected time (unix s). None where the answer tells none."""
    year = datetime.fromtimestamp(now_s, SHANGHAI).year
    moments = (_moment(year + step, answer) for step in (-1, 0, 1))
    told = [moment for moment in moments if moment is not None]
    if not told:
        return None
    return int(min(told, key=lambda moment: abs(moment.timestamp() - now_s)).timestamp()) * 1000


def _moment(year: int, answer: Answer) -> datetime | None:
    told = f"{year:04d}{answer.bank_date}{answer.bank_time}+0800"
    try:
        return datetime.strptime(told, "%Y%m%d%H%M%S%z")
    except ValueError:  # nothing told, or 29 February of another year
        return None
