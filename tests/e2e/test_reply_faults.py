"""Each fault of the bank's reply against a withdrawal, through the real processes.

The faults are those of `county-wire.md` rule 8, one message each; where a fault may strike before
or after the booking, both are played. What must come of it is I1, I2 and I8 of `money-safety.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.counter import Counter, running_counter

PAY, DO_NOT_PAY = "请付现金", "请勿付现金"

# fault, its argument, how the station's journal ends, what stands in the bank's books
FAULTS = [
    ("drop_before", "", "reversed", "not booked"),
    ("drop_after", "", "reversed", "reversed"),
    ("late", "90", "reversed", "reversed"),
    ("twice", "", "approved", "booked"),
    ("reorder", "", "reversed", "not booked"),
    ("bad_mac", "", "reversed", "reversed"),
    ("bad_signature", "", "reversed", "reversed"),
    ("unsigned", "", "reversed", "reversed"),
    ("other_terminal", "", "reversed", "reversed"),
    ("garbage", "", "reversed", "reversed"),
    ("truncate", "", "reversed", "reversed"),
    ("http_500", "before", "reversed", "not booked"),
    ("http_500", "after", "reversed", "reversed"),
    ("redirect", "before", "reversed", "not booked"),
    ("redirect", "after", "reversed", "reversed"),
    ("slow_drip", "0.5", "reversed", "reversed"),
    ("restart", "before", "reversed", "not booked"),
    ("restart", "after", "reversed", "reversed"),
    ("day_cut", "", "approved", "booked"),
]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running_counter(tmp_path_factory.mktemp("b"), seed=5) as counter:
        yield counter


@pytest.mark.parametrize(("fault", "arg", "outcome", "books"), FAULTS)
def test_only_a_verified_approval_is_paid_and_every_doubt_is_reversed(
    counter: Counter, fault: str, arg: str, outcome: str, books: str
) -> None:
    counter.bench.bank(
        op="fault",
        name=fault,
        times=1,
        match={"mti": "0200", "service": "withdrawal"},
        **({"arg": arg} if arg else {}),
    )
    if outcome == "approved":
        counter.withdraw("approved")
        counter.screen.type("1")
    else:
        counter.withdraw("unknown")
        assert PAY not in "".join(counter.told)
        assert DO_NOT_PAY in counter.screen.sheet.text
        counter.screen.type("c")
    counter.screen.expect("home")

    deal = counter.settled()
    assert (deal.outcome, counter.booked(deal)) == (outcome, books)
    assert counter.differences() == []


def test_after_every_fault_the_next_villager_is_served_and_nobody_saw_a_traceback(
    counter: Counter,
) -> None:
    counter.withdraw("approved")
    counter.screen.answer("approved", "1")
    counter.screen.expect("home")
    counter.screen.leave()
    assert counter.settled().outcome == "approved"
    assert counter.differences() == []
    assert counter.screen.complaints == ""
    assert "Traceback" not in counter.bench.log("station")
