"""The county's time. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def local_time(at_ms: int) -> datetime:
    """An instant in UTC ms as the county's people see it."""
    return datetime.fromtimestamp(at_ms // 1000, SHANGHAI)


def local_date(at_ms: int) -> date:
    return local_time(at_ms).date()
