"""The two looks, as a table: style name to (ink, paper, bold). Every pair has contrast 7:1 or
better.

Colour never says anything alone: each coloured style stands on words that say the same.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from terminal.ui.state import Theme


class Style(Enum):
    TEXT = "text"
    BAR = "bar"  # top line
    KEYS = "keys"  # bottom line
    TITLE = "title"
    QUESTION = "question"
    BIG = "big"
    BLOCK = "block"  # a drawn pixel of a block digit
    CHOICE = "choice"
    CHOSEN = "chosen"
    PROBLEM = "problem"
    ALERT = "alert"
    GO = "go"
    STOP = "stop"
    NOTICE = "notice"


class Ink(Struct, frozen=True):
    ink: str
    paper: str
    bold: bool = False


DAY_PAPER, DAY_INK = "#fff8e8", "#101010"
NIGHT_PAPER, NIGHT_INK = "#101010", "#ffffff"

INKS: dict[Theme, dict[Style, Ink]] = {
    Theme.DAY: {
        Style.TEXT: Ink(DAY_INK, DAY_PAPER),
        Style.BAR: Ink("#ffffff", "#1f3a4d"),
        Style.KEYS: Ink("#ffffff", "#1f3a4d", bold=True),
        Style.TITLE: Ink(DAY_INK, DAY_PAPER, bold=True),
        Style.QUESTION: Ink(DAY_INK, DAY_PAPER, bold=True),
        Style.BIG: Ink(DAY_INK, DAY_PAPER, bold=True),
        Style.BLOCK: Ink(DAY_PAPER, DAY_INK),
        Style.CHOICE: Ink(DAY_INK, DAY_PAPER),
        Style.CHOSEN: Ink("#ffffff", "#123f8c", bold=True),
        Style.PROBLEM: Ink("#7a0c00", DAY_PAPER, bold=True),
        Style.ALERT: Ink("#5a3600", DAY_PAPER, bold=True),
        Style.GO: Ink("#ffffff", "#00532b", bold=True),
        Style.STOP: Ink("#ffffff", "#8f0000", bold=True),
        Style.NOTICE: Ink("#101010", "#ffc94a", bold=True),
    },
    Theme.NIGHT: {
        Style.TEXT: Ink(NIGHT_INK, NIGHT_PAPER),
        Style.BAR: Ink("#ffffff", "#2b3a44"),
        Style.KEYS: Ink("#ffffff", "#2b3a44", bold=True),
        Style.TITLE: Ink(NIGHT_INK, NIGHT_PAPER, bold=True),
        Style.QUESTION: Ink(NIGHT_INK, NIGHT_PAPER, bold=True),
        Style.BIG: Ink(NIGHT_INK, NIGHT_PAPER, bold=True),
        Style.BLOCK: Ink(NIGHT_PAPER, NIGHT_INK),
        Style.CHOICE: Ink(NIGHT_INK, NIGHT_PAPER),
        Style.CHOSEN: Ink("#101010", "#9cc4ff", bold=True),
        Style.PROBLEM: Ink("#ffb0a6", NIGHT_PAPER, bold=True),
        Style.ALERT: Ink("#ffd479", NIGHT_PAPER, bold=True),
        Style.GO: Ink("#101010", "#7fe3a0", bold=True),
        Style.STOP: Ink("#ffffff", "#8f0000", bold=True),
        Style.NOTICE: Ink("#101010", "#ffc94a", bold=True),
    },
}
assert all(set(table) == set(Style) for table in INKS.values())
