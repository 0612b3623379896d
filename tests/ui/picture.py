"""A picture of one page as SVG, for the README.

`python -m tests.ui.picture OUT.svg [NAME] [LANGUAGE]`; the names are those of `tests.ui.examples`.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from terminal.i18n import CHINESE
from terminal.ui.app import StationScreen
from terminal.ui.conversation import Talk
from tests.ui.catalogue import compile_english
from tests.ui.examples import EVERYTHING


async def picture(name: str, language: str, size: tuple[int, int]) -> str:
    """The page called `name` in `tests.ui.examples`, as SVG text."""
    view, state = EVERYTHING[name]
    state = replace(state, language=language)
    with TemporaryDirectory() as folder:
        screen = StationScreen(Path(folder) / "none", state)
        async with screen.run_test(size=size) as pilot:
            screen.counter.talk = Talk(view, state)
            screen.counter.become(state)
            await pilot.pause()
            return screen.export_screenshot(title="huinong ui")


if __name__ == "__main__":
    compile_english()
    out, *rest = sys.argv[1:]
    page, language = (rest + ["unknown", CHINESE][len(rest) :])[:2]
    Path(out).write_text(asyncio.run(picture(page, language, (80, 24))), encoding="utf-8")
