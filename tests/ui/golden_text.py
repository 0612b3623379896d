"""Every page as text at 80 columns, in both languages.

`python -m tests.ui.golden_text` rewrites the golden files. A person reads them before they are
committed; the test only says that nothing moved.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from terminal.i18n import LANGUAGES
from terminal.ui.layout import Line, Size, lay_out
from terminal.ui.pages import sheet_of
from terminal.ui.pages.top import top
from terminal.ui.theme import Style
from tests.ui.catalogue import compile_english
from tests.ui.examples import EVERYTHING, FAMILIES

FOLDER = Path(__file__).parent / "golden"
SMALL, LARGE = Size(80, 24), Size(120, 40)


def text_of(line: Line) -> str:
    """A line as it looks; a filled cell of a block digit is `#`."""
    pieces = ("#" * len(s.text) if s.style is Style.BLOCK else s.text for s in line)
    return "".join(pieces).rstrip()


def page(name: str, language: str, size: Size) -> tuple[str, ...]:
    view, state = EVERYTHING[name]
    state = replace(state, language=language)
    return tuple(text_of(line) for line in lay_out(sheet_of(view, state), top(view, state), size))


def family(name: str, language: str) -> str:
    names = [page for page in EVERYTHING if page.startswith(FAMILIES[name])]
    return "\n".join(f"=== {each}\n{_squeezed(page(each, language, SMALL))}" for each in names)


def path(name: str, language: str) -> Path:
    return FOLDER / f"{name}_{language}.txt"


def _squeezed(lines: tuple[str, ...]) -> str:
    """Runs of blank lines, which only fill the screen, as one."""
    kept = [line for place, line in enumerate(lines) if line or not place or lines[place - 1]]
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    compile_english()
    for each in FAMILIES:
        for language in LANGUAGES:
            path(each, language).write_text(family(each, language), encoding="utf-8")
