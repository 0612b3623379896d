"""A key is destroyed when nothing needs it any more, and never before (I7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from protocol.values import IdNumber, Pan
from terminal.core.deal import Cash, Deal
from terminal.core.exchange import Doubt, Service, Verdict
from terminal.core.facts import Answered, Requested, Trouble
from terminal.journal.erasure import card_keys_over, person_keys_over
from terminal.journal.records import card_key

KEYS = ["card-000011", "card-000012", "card-000013", "person-2026-10", "person-2026-11", "other"]
NOW = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp() * 1000)
APPROVED = Answered("00", Verdict.APPROVED, "")


def deal(batch: int = 11, service: Service = Service.WITHDRAWAL) -> Deal:
    pan = Pan("6229990100000012343")
    asked = Requested(service, 1, batch, 1, amount_fen=10_000, pan=pan, person=IdNumber("5" * 18))
    return Deal(1, NOW, "01", asked, answered=APPROVED, cash=Cash.HANDED)


OPEN = {
    "not answered": replace(deal(), answered=None, cash=Cash.NONE),
    "in doubt": replace(deal(), answered=None, doubt=Doubt.NO_ANSWER),
    "cash not confirmed": replace(deal(), cash=Cash.UNCONFIRMED),
    "cash not handed over": replace(deal(), cash=Cash.NOT_HANDED),
    "too late for its reversal": replace(
        deal(), doubt=Doubt.NO_ANSWER, trouble=Trouble.REVERSAL_TOO_LATE
    ),
    "queued": replace(deal(), queued=True, answered=None),
    "queued and refused": replace(deal(), queued=True, trouble=Trouble.QUEUED_REFUSED),
}
OVER = {
    "handed over": deal(),
    "reversed": replace(deal(), doubt=Doubt.NO_ANSWER, reversed=True),
    "closed by the statement": replace(
        deal(),
        doubt=Doubt.NO_ANSWER,
        trouble=Trouble.REVERSAL_TOO_LATE,
        trouble_closed="statement",
    ),
}


def test_the_key_of_a_closed_batch_is_destroyed() -> None:
    assert card_keys_over(KEYS, [], batch=12) == ("card-000011",)


def test_the_key_of_the_open_batch_and_of_the_next_stay() -> None:
    assert card_keys_over(KEYS, [], batch=11) == ("card-000013",)


def test_after_the_last_batch_number_the_first_is_the_next() -> None:
    assert card_keys_over([card_key(999_999), card_key(1)], [], batch=999_999) == ()


@pytest.mark.parametrize("name", OPEN)
def test_a_batch_with_something_open_keeps_its_key(name: str) -> None:
    assert card_keys_over(KEYS, [OPEN[name]], batch=12) == ()


@pytest.mark.parametrize("name", OVER)
def test_a_batch_whose_transactions_are_all_over_needs_no_key(name: str) -> None:
    assert card_keys_over(KEYS, [OVER[name]], batch=12) == ("card-000011",)


@pytest.mark.parametrize(("months", "gone"), [(0, ("person-2026-10",)), (1, ()), (2, ()), (24, ())])
def test_persons_are_kept_as_many_months_as_the_county_says(
    months: int, gone: tuple[str, ...]
) -> None:
    assert person_keys_over(KEYS, [], NOW, months) == gone


def test_months_are_counted_over_the_end_of_a_year() -> None:
    keys = ["person-2024-10", "person-2024-11", "person-2025-12"]
    assert person_keys_over(keys, [], NOW, 24) == ("person-2024-10",)


def test_the_month_of_an_open_transaction_keeps_its_key() -> None:
    long_ago = replace(OPEN["queued"], at_ms=NOW - 31 * 86_400_000)
    assert person_keys_over(KEYS, [long_ago], NOW, 0) == ()


def test_a_later_generation_of_a_key_is_erased_by_the_same_rule() -> None:
    keys = ["card-000011-2", "card-000012-2", "person-2020-01-2"]
    assert card_keys_over(keys, [], batch=12) == ("card-000011-2",)
    assert person_keys_over(keys, [], NOW, 24) == ("person-2020-01-2",)


def test_card_numbers_are_kept_until_their_batch_is_settled() -> None:
    """A mismatch uploads them (`bank-wire.md` section 10)."""
    booked = OVER["handed over"]
    assert card_keys_over(KEYS, [booked], batch=12, unsettled=[booked]) == ()
