"""The screens: what the operator sees of the station, and the way of a key to the engine.

A screen may be killed: then nothing is seen and no key arrives, until it is back and gets the
newest view. A key names the view it answers, so one pressed twice, on a stale screen, or on a
second one just behind, must do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from terminal.feed.views import Act, Challenge, Command, Question, Reprint, Today, View
from terminal.inputs import Input, ScreenAsked, ScreenSaid
from tests.sim.agenda import Agenda, Life
from tests.sim.weather import Weather

KEY_MS = (5, 80)
TWICE_MS = 150


class Screens:
    """view is the newest, before it the one that another screen may still show."""

    def __init__(self, agenda: Agenda, weather: Weather, chance: Random) -> None:
        self._agenda, self._weather, self._chance = agenda, weather, chance
        self._deliver: Callable[[Input], None] = lambda item: None
        self._life, self._screen = Life(alive=False), Life()
        self.view: View | None = None
        self.before: View | None = None
        self._newest: View | None = None
        self.watched_by: Callable[[], None] = lambda: None

    def belong_to(self, life: Life, deliver: Callable[[Input], None]) -> None:
        """A station has started; the screens find its socket."""
        self._life, self._deliver = life, deliver
        self.view = self.before = self._newest = None

    def show(self, view: View) -> None:
        """What the engine publishes."""
        self._newest = view
        if self._screen.alive:
            self.before, self.view = self.view, view
            self.watched_by()

    def kill(self, down_ms: int) -> None:
        """Keys on their way die with it."""
        self._screen.alive = False
        self._screen = Life(alive=False)
        self.view = self.before = None
        self._agenda.after(down_ms, self._back)

    def _back(self) -> None:
        self._screen = Life()
        if self._newest is not None:
            self.show(self._newest)

    # --- keys

    def press(self, act: Act, value: str = "") -> None:
        """The key, as whoever presses it sees the page; perhaps twice, perhaps on an old page."""
        view = self.view
        if view is None:
            return
        if self.before is not None and self._weather.strikes("stale_view"):
            view = self.before
        self._send(Command(view.serial, act, value))
        if self._weather.strikes("key_twice"):
            self._send(Command(view.serial, act, value), TWICE_MS)

    def reprint(self, tx: int) -> None:
        if self.view is not None:
            self._send(Reprint(self.view.serial, tx))

    def ask(self, about: str, value: str, told: Callable[[Today | Challenge], None]) -> None:
        question = Question(number=1, about=about, value=value)
        self._later(ScreenAsked(question, told), self._chance.randint(*KEY_MS))

    def _send(self, command: Command | Reprint, extra_ms: int = 0) -> None:
        self._later(ScreenSaid(command), self._chance.randint(*KEY_MS) + extra_ms)

    def _later(self, item: Input, ms: int) -> None:
        screen, life = self._screen, self._life

        def arrives() -> None:
            if screen.alive and life.alive:
                self._deliver(item)

        self._agenda.after(ms, arrives)
