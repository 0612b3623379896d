"""An engine that only talks: a test says what it shows and reads what a screen asked.

`python -m tests.ui.fake_engine SOCKET` walks through the pages by their own keys, to look at them.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from terminal.feed.codec import decode_from_screen, encode
from terminal.feed.views import (
    Act,
    Challenge,
    Command,
    FromEngine,
    FromScreen,
    Page,
    Question,
    View,
)
from tests.ui.examples import ASKED, CONTRIBUTION, IN_CASH, PERSON, TIERS, TODAY, VIEWS, WITHDRAWAL

ANSWER_WAIT_S = 5.0
NONCE, SALT = "00" * 16, "11" * 16


class FakeEngine:
    """Listens on `path`; everything that screens say comes out of `heard`, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._gone = asyncio.Event()
        self.connected = asyncio.Event()  # a screen has come
        self._newest: bytes = b""
        self.heard: asyncio.Queue[FromScreen] = asyncio.Queue()

    async def __aenter__(self) -> FakeEngine:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_why: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        self._path.unlink(missing_ok=True)

    def say(self, message: FromEngine) -> None:
        self.say_line(encode(message), keep=isinstance(message, View))

    def say_line(self, line: bytes, *, keep: bool = True) -> None:
        """To every screen; kept for those that connect later."""
        self._newest = line if keep else self._newest
        for writer in self._writers:
            writer.write(line)

    async def next(self) -> FromScreen:
        return await asyncio.wait_for(self.heard.get(), ANSWER_WAIT_S)

    async def all_gone(self) -> None:
        """Until no screen is connected."""
        await asyncio.wait_for(self._gone.wait(), ANSWER_WAIT_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._gone.clear()
        writer.write(self._newest)
        self.connected.set()
        try:
            while line := await reader.readline():
                self.heard.put_nowait(decode_from_screen(line))
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
            if not self._writers:
                self._gone.set()


# --- a walk through the pages, by page and act: what is shown next

WALK: dict[tuple[Page, Act], View] = {
    (Page.LOCKED, Act.SIGN_ON): VIEWS[Page.OPEN_SHIFT],
    (Page.OPEN_SHIFT, Act.OPEN_SHIFT): VIEWS[Page.HOME],
    (Page.OPEN_SHIFT, Act.LOCK): VIEWS[Page.LOCKED],
    (Page.HOME, Act.LOCK): VIEWS[Page.LOCKED],
    (Page.HOME, Act.WITHDRAWAL): VIEWS[Page.AMOUNT],
    (Page.HOME, Act.CONTRIBUTION): VIEWS[Page.PERSON],
    (Page.HOME, Act.BALANCE): VIEWS[Page.BALANCE],
    (Page.AMOUNT, Act.AMOUNT): VIEWS[Page.CARD],
    (Page.APPROVED, Act.CASH_NOT_HANDED): VIEWS[Page.CANCELLED],
    (Page.APPROVED, Act.PRINT_AGAIN): VIEWS[Page.APPROVED],
    (Page.UNKNOWN, Act.TRY_NOW): replace(
        VIEWS[Page.UNKNOWN], deal=replace(WITHDRAWAL, reversed=True)
    ),
    (Page.PERSON, Act.PERSON): replace(VIEWS[Page.ECHO], deal=replace(ASKED, person=PERSON)),
    (Page.ECHO, Act.CONFIRM): VIEWS[Page.YEAR],
    (Page.YEAR, Act.YEAR): replace(VIEWS[Page.TIER], deal=replace(ASKED, year=2026, tiers=TIERS)),
    (Page.TIER, Act.TIER): replace(VIEWS[Page.PAYER], deal=CONTRIBUTION),
    (Page.PAYER, Act.PAYER): VIEWS[Page.MEANS],
    (Page.MEANS, Act.MEANS): VIEWS[Page.COUNT],
    (Page.COUNT, Act.COUNTED): replace(VIEWS[Page.WAIT], deal=IN_CASH),
}
BY_ITSELF_S = 4.0
BY_ITSELF: dict[Page, Page] = {
    Page.CARD: Page.PIN,
    Page.PIN: Page.WAIT,
    Page.WAIT: Page.APPROVED,
}


async def _walk(path: Path) -> None:
    async with FakeEngine(path) as engine:
        view = replace(VIEWS[Page.LOCKED], serial=1)
        engine.say(view)
        while True:
            wait_s = BY_ITSELF_S if view.page in BY_ITSELF else None
            try:
                said = await asyncio.wait_for(engine.heard.get(), wait_s)
            except TimeoutError:
                view = replace(VIEWS[BY_ITSELF[view.page]], serial=view.serial + 1)
                engine.say(view)
                continue
            if isinstance(said, Question) and said.about == "today":
                engine.say(replace(TODAY, number=said.number))
            elif isinstance(said, Question):
                engine.say(Challenge(said.number, said.value, SALT, NONCE, 65536, 3, 1))
            elif isinstance(said, Command) and said.view == view.serial:
                after = WALK.get((view.page, said.act), VIEWS[Page.HOME])
                view = replace(after, serial=view.serial + 1)
                engine.say(view)


if __name__ == "__main__":
    asyncio.run(_walk(Path(sys.argv[1])))
