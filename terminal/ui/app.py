"""The screen in a terminal: paints the lines of `layout` and hands keys and touches to the counter.

Textual gives the terminal, the keys and the mouse; there is one widget, because what stands on the
screen is one pure value and only the lines that differ are painted again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from terminal.feed.codec import WrongVersion
from terminal.feed.views import Page
from terminal.i18n import texts
from terminal.ui.counter import Counter
from terminal.ui.layout import Line, Size, lay_out
from terminal.ui.sheet import BACKSPACE, DOWN, ENTER, ESCAPE, PAGE_DOWN, PAGE_UP, UP
from terminal.ui.state import Theme, UiState
from terminal.ui.theme import INKS, Style
from terminal.ui.width import width

SECOND_S = 1.0
SETTLE_S = 0.4  # a key this soon after a page that came by itself was meant for the one before
WAITING_PAGES = frozenset(
    page.value for page in (Page.CARD, Page.PIN, Page.CHIP, Page.LEAVING, Page.WAIT)
)  # they end without a key
NAMED_KEYS = frozenset({ENTER, ESCAPE, BACKSPACE, UP, DOWN, PAGE_UP, PAGE_DOWN})


class Face(Widget):
    """The whole terminal as lines."""

    DEFAULT_CSS = "Face { width: 100%; height: 100%; }"

    def __init__(self, press: Callable[[str], None], resized: Callable[[], None]) -> None:
        super().__init__()
        self._press = press
        self._resized = resized
        self.lines: tuple[Line, ...] = ()
        self._theme = Theme.DAY

    def show(self, lines: tuple[Line, ...], theme: Theme) -> None:
        """Paint what differs from what stands there."""
        before, columns = self.lines, self.size.width
        whole = theme is not self._theme or len(before) != len(lines)
        self.lines, self._theme = lines, theme
        if whole:
            self.refresh()
            return
        changed = [row for row, line in enumerate(lines) if line != before[row]]
        if changed:
            self.refresh(*(Region(0, row, columns, 1) for row in changed))

    def render_line(self, y: int) -> Strip:
        line = self.lines[y] if y < len(self.lines) else ()
        segments = [Segment(span.text, _rich(self._theme, span.style)) for span in line]
        strip = Strip(segments)
        return strip.adjust_cell_length(self.size.width, _rich(self._theme, Style.TEXT))

    def on_resize(self) -> None:
        self._resized()

    def on_click(self, event: events.Click) -> None:
        """A touch presses the key whose words it hits."""
        column = 0
        for span in self.lines[event.y] if event.y < len(self.lines) else ():
            if span.key and column <= event.x < column + width(span.text):
                self._press(span.key)
                return
            column += width(span.text)


class StationScreen(App[int], inherit_bindings=False):
    """`leave_key` ends the screen, never the engine; without one (a kiosk) nothing does."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(
        self,
        path: Path,
        state: UiState,
        *,
        leave_key: str = "ctrl+q",
        settle_s: float = SETTLE_S,
    ) -> None:
        super().__init__()
        self.sentence = ""  # why the screen ended
        self._leave_key = leave_key
        self._settle_s = settle_s
        self._page = ""
        self._settled_at = 0.0
        self._mounted = False
        self.counter = Counter(path, state, self._show)
        self.face = Face(self._press, self._show)

    def compose(self) -> ComposeResult:
        yield self.face

    def on_mount(self) -> None:
        self._mounted = True
        self.set_interval(SECOND_S, self.counter.tick)
        self.run_worker(self._listen())

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if self._leave_key and event.key == self._leave_key:
            self.exit(0)
        elif event.key == "f2":
            state = self.counter.talk.state
            other = Theme.NIGHT if state.theme is Theme.DAY else Theme.DAY
            self.counter.become(replace(state, theme=other))
        elif event.key in NAMED_KEYS:
            self._press(event.key)
        elif event.is_printable and event.character:
            self._press(event.character)

    async def _listen(self) -> None:
        try:
            await self.counter.run()
        except WrongVersion:
            _ = texts(self.counter.talk.state.language)
            self.sentence = _("屏幕与服务的版本不同，请重新启动站点。")
            self.exit(1)

    def _press(self, key: str) -> None:
        if time.monotonic() >= self._settled_at:
            self.counter.press(key)

    def _show(self) -> None:
        if not self._mounted:
            return
        page = self.counter.page
        if page != self._page:
            if self._page in WAITING_PAGES:
                self._settled_at = time.monotonic() + self._settle_s
            self._page = page
        lines = lay_out(self.counter.sheet, self.counter.top, Size(*self.face.size))
        self.face.show(lines, self.counter.talk.state.theme)


@cache
def _rich(theme: Theme, style: Style) -> RichStyle:
    ink = INKS[theme][style]
    return RichStyle(color=ink.ink, bgcolor=ink.paper, bold=ink.bold)
