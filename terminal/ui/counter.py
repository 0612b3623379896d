"""The screen's one conversation with the engine, driven by an event loop; both faces hold one.

It keeps the turn, sends what a key asks for, and has the PIN's proof made in a thread of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from terminal.feed.client import Client, Lost
from terminal.feed.views import FromEngine, View
from terminal.ui import conversation
from terminal.ui.conversation import Order, Prove, Talk, Turn
from terminal.ui.pages import name_of, sheet_of
from terminal.ui.pages.top import top
from terminal.ui.sheet import Sheet, Top
from terminal.ui.state import UiState, Where


class Counter:
    """`show` is called in the event loop after every change."""

    def __init__(self, path: Path, state: UiState, show: Callable[[], None]) -> None:
        self.talk = Talk(state=state)
        self._show = show
        self._client = Client(path, self._hear)
        self._came_at = time.monotonic()
        self._proving: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. Raises WrongVersion."""
        await self._client.run()

    @property
    def sheet(self) -> Sheet:
        return sheet_of(self.talk.view, self.talk.state)

    @property
    def top(self) -> Top:
        return top(self.talk.view, self.talk.state)

    @property
    def page(self) -> str:
        return name_of(self.talk.view, self.talk.state)

    @property
    def serial(self) -> int:
        return self.talk.view.serial if self.talk.view is not None else 0

    @property
    def awaiting(self) -> bool:
        """A command or a proof is on its way and its answer has not come."""
        return self.talk.state.awaiting or bool(self._proving)

    @property
    def connected(self) -> bool:
        return self.talk.state.connected

    @property
    def local(self) -> bool:
        """A page of the screen's own is up."""
        return self.talk.state.where is not Where.PAGE

    def press(self, key: str) -> None:
        self._take(conversation.press(self.talk, key))

    def tick(self) -> None:
        """A second has passed, or about one."""
        age_ms = int((time.monotonic() - self._came_at) * 1000)
        self.talk = conversation.older(self.talk, age_ms)
        self._show()

    def become(self, state: UiState) -> None:
        """A key of the face itself: the theme."""
        self._take((Talk(self.talk.view, state), None))

    def _hear(self, got: FromEngine | Lost) -> None:
        if isinstance(got, View):
            self._came_at = time.monotonic()
        self._take(conversation.hear(self.talk, got))

    def _take(self, turn: Turn) -> None:
        self.talk, order = turn
        self._carry_out(order)
        self._show()

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, Prove):
            proving = asyncio.get_running_loop().create_task(self._prove(order))
            self._proving.add(proving)
            proving.add_done_callback(self._proving.discard)
        elif order is not None:
            self._client.send(order)

    async def _prove(self, order: Prove) -> None:
        proof = await asyncio.to_thread(_proof, order)
        self._take(conversation.proved(self.talk, order, proof))


def _proof(order: Prove) -> str:
    """Argon2id takes 0.15 s and 64 MiB: never in the event loop."""
    from terminal.people.proof import Challenge, Cost, prove  # late: not needed for a first frame

    asked = order.challenge
    cost = Cost(asked.memory_kib, asked.passes, asked.lanes)
    challenge = Challenge(
        asked.operator, bytes.fromhex(asked.salt), bytes.fromhex(asked.nonce), cost
    )
    return prove(order.pin.reveal(), challenge).hex()
