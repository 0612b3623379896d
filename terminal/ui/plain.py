"""The screen as plain lines: each new sheet on stdout, each line of stdin an input. For pipes and
ssh.

A sheet begins with `== <page> #<serial of the view> ==` and ends with its keys. An input line is a
digit for a choice, or what a field asks for; empty is Enter, `c` is Esc, `q` ends the screen only.
What comes up while a sheet stands (a cable is pulled) is said in a line of its own, `▲` before it.
The end of the input ends the screen with 0. A line is taken only after the engine has answered the
line before.
"""

from __future__ import annotations

import asyncio
import sys
import termios
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from terminal.feed.codec import WrongVersion
from terminal.i18n import texts
from terminal.ui.counter import Counter
from terminal.ui.layout import plain_lines
from terminal.ui.sheet import BACKSPACE, ENTER, ESCAPE, Alerts, Sheet, Takes
from terminal.ui.state import UiState

COLUMNS = 80
CANCEL_LINE, QUIT_LINE = "c", "q"
SECOND_S = 1.0


def run_plain(path: Path, state: UiState) -> int:
    """Exit code: 0 at the end of stdin, 1 when the engine is of another release."""
    return asyncio.run(_run(path, state))


async def _run(path: Path, state: UiState) -> int:
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read_stdin, args=(loop, lines), daemon=True).start()
    echo = Echo(sys.stdin)
    try:
        return await PlainFace(path, state, sys.stdout, echo).run(lines)
    finally:
        echo.set(visible=True)


def _read_stdin(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]) -> None:
    """A thread of its own: stdin may be a file, which no event loop can watch."""
    with suppress(RuntimeError):  # the loop has ended first
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
        loop.call_soon_threadsafe(lines.put_nowait, None)


class PlainFace:
    """One run of the plain screen."""

    def __init__(self, path: Path, state: UiState, out: TextIO, echo: Echo) -> None:
        self.counter = Counter(path, state, self._changed)
        self._out = out
        self._echo = echo
        self._head = ""
        self._shown: tuple[str, ...] = ()
        self._alerts: tuple[str, ...] = ()  # those that have been said and still stand
        self._silent = False  # in the middle of an input line or of a tick
        self._moved = asyncio.Event()

    async def run(self, lines: asyncio.Queue[str | None]) -> int:
        self._changed()
        listening = asyncio.create_task(self.counter.run())
        ticking = asyncio.create_task(self._tick())
        reading = asyncio.create_task(self._read(lines))
        await asyncio.wait((listening, reading), return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, ticking, reading):
            task.cancel()
        try:
            await listening
        except WrongVersion:
            _ = texts(self.counter.talk.state.language)
            self._print((_("屏幕与服务的版本不同，请重新启动站点。"),))
            return 1
        except asyncio.CancelledError:
            return 0
        return 0

    async def _read(self, lines: asyncio.Queue[str | None]) -> None:
        """Line by line until the end; each waits for the answer to the one before."""
        while True:
            line = await lines.get()
            if line == QUIT_LINE:
                return
            while self.counter.awaiting or (line is not None and not self.counter.connected):
                self._moved.clear()
                await self._moved.wait()
            if line is None:
                return
            self._input(line)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(SECOND_S)
            self._silent = True
            self.counter.tick()
            self._silent = False

    def _input(self, line: str) -> None:
        self._silent = True
        known = self._press(line)
        self._silent = False
        if known:
            self._show(self._lines())
        else:
            _ = texts(self.counter.talk.state.language)
            self._print((_("? 这里没有这个键"),))

    def _press(self, line: str) -> bool:
        """The keys of an input line; False when it means nothing here."""
        sheet = self.counter.sheet
        wanted = sheet.input
        if line == CANCEL_LINE or not line:
            name = ENTER if not line else ESCAPE
            self.counter.press(name)
            return sheet.move(name) is not None
        if wanted.takes is Takes.NOTHING or len(line) > wanted.length_max:
            self.counter.press(line)
            return sheet.move(line) is not None
        for _place in range(wanted.length_max):
            self.counter.press(BACKSPACE)
        for character in line:
            self.counter.press(character)
        self.counter.press(ENTER)
        return True

    def _changed(self) -> None:
        """A view of a serial already shown prints only what is new to be dealt with; pages of the
        screen's own always do.
        """
        self._moved.set()
        if self._silent:
            return
        lines = self._lines()
        if lines[0] != self._head or self.counter.local:
            self._show(lines)
        else:
            self._say_new_alerts()

    def _say_new_alerts(self) -> None:
        """Once each; one that went and comes again is new."""
        alerts = _alerts(self.counter.sheet)
        self._print(tuple(f"▲ {alert}" for alert in alerts if alert not in self._alerts))
        self._alerts = alerts

    def _lines(self) -> tuple[str, ...]:
        head = f"== {self.counter.page} #{self.counter.serial} =="
        return (head, *plain_lines(self.counter.sheet, COLUMNS))

    def _show(self, lines: tuple[str, ...]) -> None:
        if lines == self._shown:
            return
        self._head, self._shown = lines[0], lines
        self._alerts = _alerts(self.counter.sheet)
        self._print(lines)
        self._echo.set(visible=not self.counter.sheet.input.secret)

    def _print(self, lines: tuple[str, ...]) -> None:
        self._out.write("".join(f"{line}\n" for line in lines))
        self._out.flush()


def _alerts(sheet: Sheet) -> tuple[str, ...]:
    blocks = (block for block in sheet.blocks if isinstance(block, Alerts))
    return tuple(line for block in blocks for line in block.lines)


class Echo:
    """Whether a terminal shows what is typed: a PIN is not shown. Nothing to do for a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._file = stream.fileno() if stream.isatty() else None

    def set(self, *, visible: bool) -> None:
        if self._file is None:
            return
        modes = termios.tcgetattr(self._file)
        modes[3] = modes[3] | termios.ECHO if visible else modes[3] & ~termios.ECHO
        termios.tcsetattr(self._file, termios.TCSADRAIN, modes)
