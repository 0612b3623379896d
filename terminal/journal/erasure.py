"""Which erasable keys may be destroyed: destroying the key is erasing what it sealed (I7). Pure.

A batch's card numbers are needed while one of its transactions owes a reversal, waits for cash or
is an exception; a month's persons for as long as the county keeps them. Facts come first: whoever
destroys a key asks with the book as it stands after the facts that ended the need are durable, so
no state of the disk has a destroyed key beside an open reversal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from protocol.values import next_number
from terminal.core.deal import Deal
from terminal.core.ledger import is_open
from terminal.journal.records import card_key, person_key

CARD_KEY = re.compile(r"card-[0-9]{6}")
PERSON_KEY = re.compile(r"person-([0-9]{4})-([0-9]{2})")


def card_keys_over(keys: Iterable[str], book: Iterable[Deal], batch: int) -> tuple[str, ...]:
    """Keys of batches that are not open any more and of which nothing is open.

    `batch` is the bank's open one; the next one's key may have been made ahead.
    """
    needed = {card_key(deal.requested.batch) for deal in book if is_open(deal)}
    needed |= {card_key(batch), card_key(next_number(batch))}
    return tuple(sorted(k for k in keys if CARD_KEY.fullmatch(k) and k not in needed))


def person_keys_over(
    keys: Iterable[str], book: Iterable[Deal], now_ms: int, keep_months: int
) -> tuple[str, ...]:
    """Keys of months that ended `keep_months` whole months ago or earlier, and are not needed.

    `keep_months` is `retention.person_months` of county.toml.
    """
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    needed = {person_key(deal.at_ms) for deal in book if is_open(deal)}
    oldest_kept = now.year * 12 + now.month - keep_months
    return tuple(
        sorted(
            key
            for key in keys
            if (month := _month(key)) is not None and month < oldest_kept and key not in needed
        )
    )


def _month(key: str) -> int | None:
    """Months since year 0 of a person's key; None for any other name."""
    found = PERSON_KEY.fullmatch(key)
    return int(found[1]) * 12 + int(found[2]) if found else None
