"""The shop of these tests: devices wired to a pty, or reached without one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hw_sim.villager import Villager
from tests.hw_sim_tests.shop import DirectShop, Shop, WiredShop, villager, wired_shop

OpenShop = Callable[[Villager], Shop]


@pytest.fixture(params=["direct", "pty"])
def open_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenShop]:
    """Opens a shop for one villager, through a pty or without."""
    with ExitStack() as open_shops:

        def open_one(person: Villager) -> Shop:
            if request.param == "direct":
                return DirectShop(person)
            return open_shops.enter_context(wired_shop(tmp_path, person))

        yield open_one


@pytest.fixture
def direct() -> DirectShop:
    return DirectShop(villager())


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[WiredShop]:
    with wired_shop(tmp_path, villager()) as shop:
        yield shop
