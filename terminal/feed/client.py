"""The screen's end of the socket: connects, comes back after the engine was gone, forwards
messages.

Nothing is queued while the line is down: a command answers one view, and the view after a
reconnect is another. `WrongVersion` ends `run`; every other trouble is `Lost`, then a new try.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from terminal.feed.codec import (
    ENGINE_LINE_BYTES_MAX,
    FeedError,
    WrongVersion,
    decode_from_engine,
    encode,
)
from terminal.feed.views import FromEngine, FromScreen

FIRST_RETRY_S = 0.2  # an engine that restarts is back before anyone looks up
RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The engine cannot be heard now."""


class Client:
    """One screen's connection. `hear` is called in the event loop, in the order of the lines."""

    def __init__(self, path: Path, hear: Callable[[FromEngine | Lost], None]) -> None:
        self._path = path
        self._hear = hear
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Until cancelled. Raises WrongVersion when the engine is of another release."""
        wait_s = FIRST_RETRY_S
        while True:
            if await self._listen():
                wait_s = FIRST_RETRY_S
            self._hear(Lost())
            await asyncio.sleep(wait_s)
            wait_s = RETRY_S

    def send(self, message: FromScreen) -> bool:
        """Hand one message over; False when there is nobody to hear it."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._writer.write(encode(message))
        return True

    async def _listen(self) -> bool:
        """One connection from beginning to end; whether anything was heard on it."""
        try:
            reader, writer = await asyncio.open_unix_connection(
                self._path, limit=ENGINE_LINE_BYTES_MAX
            )
        except OSError:
            return False
        self._writer = writer
        heard = False
        try:
            while line := await reader.readline():
                self._hear(decode_from_engine(line))
                heard = True
        except WrongVersion:
            raise
        except (FeedError, OSError, ValueError):  # ValueError: a line beyond the limit
            return heard
        finally:
            self._writer = None
            writer.close()
        return heard
