"""Deliberate faults of ours, put in from outside: each is caught, and by the rule meant for it.

A safeguard that no sabotage can break is not proven. The table is `table.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from tests.sabotage.report import PROPERTY
from tests.sabotage.row import Invariant, Result, tried
from tests.sabotage.table import ROWS

FAST = {row.says: row for row in ROWS if not row.slow}


@cache
def result(says: str) -> Result:
    return tried(FAST[says])


@pytest.mark.parametrize(
    "says", [pytest.param(says, id=f"{row.invariant.name}: {says}") for says, row in FAST.items()]
)
def test_the_fault_is_caught_by_its_rule(
    says: str, record_property: Callable[[str, object], None]
) -> None:
    record_property(PROPERTY, result(says).cells())
    assert result(says).caught, result(says).cells()


def test_the_same_worlds_are_clean_without_the_fault() -> None:
    assert {says: result(says).without for says in FAST if result(says).without} == {}


def test_every_invariant_is_sabotaged_more_than_once() -> None:
    caught = Counter(row.invariant for row in FAST.values())
    assert min(caught[invariant] for invariant in Invariant) >= 2


def test_every_row_says_something_else() -> None:
    assert len({row.says for row in ROWS}) == len(ROWS)
