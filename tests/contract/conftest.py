"""The shop of the contract suites: a population, a counter, and each model attached to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.shop import WIRES, Counter, open_counter
from tests.hw_sim.people import make_people
from tests.hw_sim.villager import Villager, villagers_of

SEED, COUNT = 20261123, 30

OpenCounter = Callable[..., Counter]


@pytest.fixture(scope="session")
def people() -> dict[str, Villager]:
    return villagers_of(make_people(SEED, COUNT, ["103", "104"], ["622999"]))


@pytest.fixture
def villager(people: dict[str, Villager]) -> Villager:
    return people["v01"]


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    """How the devices are reached: a promise holds over a pseudo-terminal and over TCP."""
    return str(request.param)


@pytest.fixture
def open_shop(tmp_path: Path, people: dict[str, Villager], wire: str) -> Iterator[OpenCounter]:
    """Opens a counter; at the end no device has been told anything that its sheet does not know."""
    with ExitStack() as counters:
        opened: list[Counter] = []

        def open_one(**settings: object) -> Counter:
            folder = tmp_path / str(len(opened))
            folder.mkdir()
            one = open_counter(folder, people, wire=wire, **settings)  # type: ignore[arg-type]
            opened.append(counters.enter_context(one))
            return opened[-1]

        yield open_one
        assert [counter.bench.violations() for counter in opened] == [{}] * len(opened)


@pytest.fixture
def counter(open_shop: OpenCounter) -> Counter:
    return open_shop()
