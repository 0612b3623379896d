"""The screen's end of the socket: it comes back, and it never hides a version."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from terminal.feed.client import Client, Lost
from terminal.feed.codec import WrongVersion
from terminal.feed.views import Act, Command, FromEngine, Page
from tests.ui.examples import VIEWS
from tests.ui.fake_engine import FakeEngine

WAIT_S = 5.0
COMMAND = Command(7, Act.LOCK)


class Ear:
    """What the client heard, one by one."""

    def __init__(self, path: Path) -> None:
        self.heard: asyncio.Queue[FromEngine | Lost] = asyncio.Queue()
        self.client = Client(path, self.heard.put_nowait)
        self.running = asyncio.create_task(self.client.run())

    async def next(self) -> FromEngine | Lost:
        return await asyncio.wait_for(self.heard.get(), WAIT_S)


def test_a_client_hears_the_newest_view_and_is_heard(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say(VIEWS[Page.HOME])
            ear = Ear(tmp_path / "s")
            assert await ear.next() == VIEWS[Page.HOME]
            assert ear.client.send(COMMAND)
            assert await engine.next() == COMMAND

    asyncio.run(scenario())


def test_a_missing_engine_is_tried_again_and_nothing_is_kept_for_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        ear = Ear(tmp_path / "s")
        assert await ear.next() == Lost()
        assert not ear.client.send(COMMAND)
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say(VIEWS[Page.HOME])
            assert await ear.next() == VIEWS[Page.HOME]
            assert engine.heard.empty()

    asyncio.run(scenario())


def test_an_engine_that_goes_is_told_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say(VIEWS[Page.HOME])
            ear = Ear(tmp_path / "s")
            await ear.next()
        assert await ear.next() == Lost()

    asyncio.run(scenario())


@pytest.mark.parametrize("line", [b"garbage\n", b"x" * 1_100_000 + b"\n", b'{"v":1'])
def test_an_unreadable_line_ends_the_connection_and_not_the_screen(
    tmp_path: Path, line: bytes
) -> None:
    async def scenario() -> None:
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say_line(line)
            ear = Ear(tmp_path / "s")
            if not line.endswith(b"\n"):
                await asyncio.wait_for(engine.connected.wait(), WAIT_S)
                await engine.__aexit__()
            assert await ear.next() == Lost()
            assert not ear.running.done()

    asyncio.run(scenario())


def test_another_release_ends_the_client(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with FakeEngine(tmp_path / "s") as engine:
            engine.say_line(b'{"v":1,"kind":"view","body":{}}\n')
            ear = Ear(tmp_path / "s")
            with pytest.raises(WrongVersion):
                await asyncio.wait_for(ear.running, WAIT_S)

    asyncio.run(scenario())
