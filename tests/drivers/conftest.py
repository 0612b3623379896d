"""A pty pair for every driver test, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers.port import LineSettings, Port, open_port
from tests.drivers.peer import Clock, Peer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def peer(clock: Clock) -> Iterator[Peer]:
    other_end = Peer(clock)
    yield other_end
    other_end.pull()


@pytest.fixture
def open_line(peer: Peer, clock: Clock) -> Iterator[Callable[..., Port]]:
    """Opens the peer's line; closes the port at the end."""
    with ExitStack() as ports:

        def opened(line: LineSettings = LineSettings()) -> Port:  # noqa: B008
            port = open_port(peer.url, line, clock)
            ports.callback(port.close)
            return port

        yield opened
