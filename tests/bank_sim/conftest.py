"""Fixtures of the shop: the county, its people, a counter in memory, a bank on the line."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bank_sim.counter import MERCHANT, TERMINAL, TMK_M, TMK_P, Clock, Counter
from tests.bank_sim.teller import SIGNING_KEY, Teller
from tests.bank_sim.terminal import Terminal, enrol
from tests.hw_sim.bank import state
from tests.hw_sim.bank.counter_desk import CounterDesk
from tests.hw_sim.bank.county import County, read_county
from tests.hw_sim.bank.opening import STATION_OPENING_FEN
from tests.hw_sim.bank.running import RunningBank, running_bank
from tests.hw_sim.people import make_people

COUNTY_FILE = Path(__file__).parents[2] / "deploy" / "examples" / "county.toml"
SEED = 7
COUNT = 10


@pytest.fixture(scope="session")
def county() -> County:
    return read_county(COUNTY_FILE)


@pytest.fixture(scope="session")
def people(county: County) -> dict[str, Any]:
    return make_people(SEED, COUNT, county.scheme.townships, county.own_bins)


@pytest.fixture
def counter(people: dict[str, Any], county: County) -> Iterator[Counter]:
    yield from balanced(Counter(people, county, STATION_OPENING_FEN))


@pytest.fixture
def strict_counter(people: dict[str, Any], county: County) -> Iterator[Counter]:
    """A county that takes no part payments."""
    scheme = replace(county.scheme, part_payment=False)
    yield from balanced(Counter(people, replace(county, scheme=scheme), STATION_OPENING_FEN))


@pytest.fixture
def poor_counter(people: dict[str, Any], county: County) -> Iterator[Counter]:
    """A station with 50 yuan in its settlement account."""
    yield from balanced(Counter(people, county, 5_000))


def balanced(counter: Counter) -> Iterator[Counter]:
    """Signed in; and after every test the double-entry books balance."""
    counter.sign_in()
    yield counter
    assert counter.books_sum() == 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(tmp_path: Path, people: dict[str, Any], clock: Clock) -> Iterator[RunningBank]:
    enrol(tmp_path)
    with running_bank(tmp_path, people, COUNTY_FILE, seed=SEED, clock=clock) as running:
        yield running
        assert running.stopped.is_set() or running.control({"op": "books"})["sum"] == 0


@pytest.fixture
def terminal(bank: RunningBank, tmp_path: Path, clock: Clock) -> Iterator[Terminal]:
    with Terminal(bank.url, tmp_path, clock) as enrolled:
        yield enrolled


@pytest.fixture
def desk(people: dict[str, Any], county: County, clock: Clock) -> CounterDesk:
    return CounterDesk(
        county,
        people,
        [state.Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)],
        clock=clock,
        chance=random.Random(1),
        signing_keys={TERMINAL: (SIGNING_KEY.public_key(),)},
    )


@pytest.fixture
def teller(desk: CounterDesk) -> Iterator[Teller]:
    signed_in = Teller(desk)
    signed_in.sign_in()
    yield signed_in
    assert sum(desk.audit.totals().values()) == 0
