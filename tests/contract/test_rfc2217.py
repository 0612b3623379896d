"""A device behind an RFC 2217 server, as some counters have them (`devices/README.md` rule 8)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api import DeviceFault, Fault
from drivers.registry import MODELS, Settings, open_device
from tests.contract.shop import LINKS
from tests.hw_sim.bench import Bench, BenchSettings

# pyserial 3.5 names its reader thread the old way.
pytestmark = pytest.mark.filterwarnings("ignore:set.* is deprecated:DeprecationWarning")

NOTICED_S = 2.0  # rule 2
TALKING = sorted(model for model in MODELS if model != "magstripe")  # that one says nothing


@pytest.fixture(params=TALKING)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(tmp_path: Path, model: str) -> Iterator[Bench]:
    link = LINKS[model]
    running = Bench(BenchSettings(directory=tmp_path, fitted=(link,), rfc2217={link: 0}))
    running.start()
    yield running
    running.stop()


def test_a_device_behind_an_rfc_2217_server_names_itself(bench: Bench, model: str) -> None:
    url = bench.url(LINKS[model])
    assert url.startswith("rfc2217://")
    device = open_device(model, url, Settings())
    try:
        said = device.identify()
    finally:
        device.close()
    assert said


def test_a_server_that_vanishes_is_noticed_within_two_seconds(bench: Bench, model: str) -> None:
    device = open_device(model, bench.url(LINKS[model]), Settings())
    began_s = time.monotonic()
    bench.pull(LINKS[model])
    with pytest.raises(DeviceFault) as gone:
        device.port.listen(float("inf"))
    noticed_s = time.monotonic() - began_s
    device.close()
    assert gone.value.fault is Fault.GONE
    assert noticed_s < NOTICED_S
