"""A simulated operator: reads the plain screen (`huinong ui --plain`) and types what a person
would.
"""

from __future__ import annotations

import os
import queue
import re
import select
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.bench import site as making
from tests.bench.site import BenchFault, Site

WAIT_S = 30.0
HEADER = re.compile(r"^== (\w+) #(\d+) ==$")
QUIET_S = 0.05  # a sheet is whole when so long nothing follows


@dataclass(frozen=True)
class Sheet:
    """One screenful as printed."""

    page: str
    serial: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Operator:
    """`see` is told every sheet as the operator sees it, and every line typed."""

    def __init__(self, site: Site, see: Callable[[str], None], *, language: str = "zh") -> None:
        self._see = see
        self._sheets: queue.SimpleQueue[Sheet | None] = queue.SimpleQueue()
        command = making.huinong("ui", "--plain", "--socket", str(site.socket), "--lang", language)
        self._screen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=site.environment,
        )
        threading.Thread(target=self._read, name="operator", daemon=True).start()
        self.sheet = Sheet("", 0, ())
        self.complaints = ""  # what the screen wrote on stderr, once it has ended

    def _read(self) -> None:
        """Sheets as they come: one is whole when nothing follows it for a moment."""
        assert self._screen.stdout is not None
        source, pending = self._screen.stdout.fileno(), b""
        while chunk := os.read(source, 65536):
            pending += chunk
            if select.select([source], [], [], QUIET_S)[0]:
                continue
            for sheet in _sheets(pending.decode("utf-8")):
                self._sheets.put(sheet)
            pending = b""
        self._sheets.put(None)

    def expect(self, *pages: str, says: str = "", wait_s: float = WAIT_S) -> Sheet:
        """The first sheet from now on that is one of `pages` and holds `says`. BenchFault when none
        comes.
        """
        until = time.monotonic() + wait_s
        while self.sheet.page not in pages or says not in self.sheet.text:
            self._next(until, pages)
        return self.sheet

    def _next(self, until: float, pages: tuple[str, ...]) -> None:
        try:
            sheet = self._sheets.get(timeout=max(until - time.monotonic(), 0.001))
        except queue.Empty:
            raise BenchFault(
                f"expected {' or '.join(pages)}, on the screen is {self.sheet.page}:\n"
                f"{self.sheet.text}"
            ) from None
        if sheet is None:
            raise BenchFault("the screen ended")
        self.sheet = sheet
        self._see("\n".join(f"  操作员屏幕 │ {line}" for line in sheet.lines))

    def type(self, line: str, *, secret: bool = False) -> None:
        """Type a line and Enter; what was on the screen counts as answered."""
        assert self._screen.stdin is not None
        self._see(f"  操作员按键 │ {'******' if secret else line or '⏎'}")
        self.sheet = Sheet("", self.sheet.serial, self.sheet.lines)
        self._screen.stdin.write(line + "\n")
        self._screen.stdin.flush()

    def answer(self, page: str, line: str, *, secret: bool = False) -> None:
        """Wait for `page`, then type."""
        self.expect(page)
        self.type(line, secret=secret)

    def kill(self) -> None:
        """The screen dies in the middle of whatever it shows."""
        self._screen.kill()
        self._screen.wait()

    def leave(self) -> None:
        assert self._screen.stdin is not None
        assert self._screen.stderr is not None
        self._screen.stdin.close()
        self._screen.wait(10)
        self.complaints = self._screen.stderr.read()


def _sheets(printed: str) -> list[Sheet]:
    """The sheets in a piece of output; what stands before the first header belongs to none."""
    sheets: list[Sheet] = []
    for line in printed.splitlines():
        header = HEADER.match(line)
        if header:
            sheets.append(Sheet(header[1], int(header[2]), ()))
        elif sheets:
            sheets[-1] = replace(sheets[-1], lines=(*sheets[-1].lines, line))
    return sheets
