"""Which erasable keys may be destroyed: destroying the key is erasing what it sealed (I7). Pure.

A batch's card numbers are needed while one of its transactions owes a reversal, waits for cash, is
an exception, or has not been settled: its details may have to go up; a month's persons for as long
as the county keeps them. Facts come first: whoever destroys a key asks with the book as it stands
after the facts that ended the need are durable, so no state of the disk has a destroyed key beside
an open reversal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from protocol.values import next_number
from terminal.core.deal import Deal
from terminal.core.ledger import is_open
from terminal.journal.records import card_key, person_key

CARD_KEY = re.compile(r"(card-[0-9]{6})(-[0-9]+)?")  # and its generations (`keys.vault`)
PERSON_KEY = re.compile(r"(person-([0-9]{4})-([0-9]{2}))(-[0-9]+)?")


def card_keys_over(
    keys: Iterable[str], book: Iterable[Deal], batch: int, unsettled: Iterable[Deal] = ()
) -> tuple[str, ...]:
    """Keys of batches that are not open any more, of which nothing is open and whose upload is
    over.

    `batch` is the bank's open one; the next one's key may have been made ahead.
    """
    needed = {card_key(deal.requested.batch) for deal in book if is_open(deal)}
    needed |= {card_key(deal.requested.batch) for deal in unsettled}
    needed |= {card_key(batch), card_key(next_number(batch))}
    named = ((key, CARD_KEY.fullmatch(key)) for key in keys)
    return tuple(sorted(key for key, found in named if found and found[1] not in needed))


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
            if (found := PERSON_KEY.fullmatch(key))
            and _month(found) < oldest_kept
            and found[1] not in needed
        )
    )


def _month(found: re.Match[str]) -> int:
    """Months since year 0 of a person's key."""
    return int(found[2]) * 12 + int(found[3])
