"""What stands on the screen, as a value: blocks from top to bottom, and what each key does.

A page makes a sheet of a view; `layout` makes lines of a sheet. Neither draws. The many small
values are msgspec structs: as dataclasses they would be a twentieth of the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from msgspec import Struct

from terminal.feed.views import Act
from terminal.ui.state import UiState

# --- what a key does


@dataclass(frozen=True, slots=True)
class Send:
    """A command for the view on the screen. value may be an identity number: not in a repr."""

    act: Act
    value: str = field(default="", repr=False)


class Ask(Struct, frozen=True):
    """A question, and where the screen stands while it waits."""

    about: str
    value: str
    then: UiState


class PrintAgain(Struct, frozen=True):
    """A reprint out of today's list."""

    tx: int


class Become(Struct, frozen=True):
    """A move inside the screen; the engine does not hear of it."""

    state: UiState


Move = Send | Ask | PrintAgain | Become

ENTER, ESCAPE, BACKSPACE = "enter", "escape", "backspace"
UP, DOWN, PAGE_UP, PAGE_DOWN = "up", "down", "pageup", "pagedown"


class Key(Struct, frozen=True):
    """One key of the bottom line. Without a label it works but is not named there."""

    name: str  # a digit or one of the names above
    label: str
    move: Move


# --- what is shown


class Tone(Enum):
    """The three messages that have a colour; each frame says the same in words."""

    GO = "go"  # 可付现金
    STOP = "stop"  # 勿付现金
    NOTICE = "notice"  # 提醒


class Question(Struct, frozen=True):
    """The one question of the page."""

    text: str


class Big(Struct, frozen=True):
    """An amount, the largest thing on its page, with its words under it.

    large_only: a frame says the same amount already, so a small screen leaves this out.
    """

    amount: str
    words: str = ""
    large_only: bool = False


class Frame(Struct, frozen=True):
    """What must be read now."""

    tone: Tone
    lines: tuple[str, ...]


class Lines(Struct, frozen=True):
    """Whole sentences; long ones are wrapped."""

    lines: tuple[str, ...]


class Pairs(Struct, frozen=True):
    """Names and values, aligned."""

    rows: tuple[tuple[str, str], ...]


class Alerts(Struct, frozen=True):
    lines: tuple[str, ...]


class Problem(Struct, frozen=True):
    """Why what was keyed or swiped is not taken."""

    text: str


class Choices(Struct, frozen=True):
    """Numbered things to choose, filled downward in `columns`; `chosen` is marked, -1: none."""

    keys: tuple[Key, ...]
    columns: int = 1
    chosen: int = -1


class Foot(Struct, frozen=True):
    """One quiet line at the right."""

    text: str


Block = Question | Big | Frame | Lines | Pairs | Alerts | Problem | Choices | Foot


class Takes(Enum):
    """Which characters a page takes beside its keys."""

    NOTHING = ""
    DIGITS = "0123456789"
    IDENTITY = "0123456789Xx*."  # a POS keypad has no letter: * and . are X


class Input(Struct, frozen=True):
    takes: Takes = Takes.NOTHING
    length_max: int = 0
    secret: bool = False


NOTHING_KEYED = Input()


class Top(Struct, frozen=True):
    """The top line: the station, who serves, and what state everything is in."""

    station: str
    number: str
    operator: str
    state: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """keys stand in the bottom line in this order: the dangerous one comes last."""

    title: str
    blocks: tuple[Block, ...]
    keys: tuple[Key, ...] = ()
    hint: str = ""  # before the keys in the bottom line
    aside: str = ""  # right of the title
    input: Input = NOTHING_KEYED
    enter: str = "回车"  # how the key is called in the language of the screen

    def move(self, name: str) -> Move | None:
        """What the key does here; None when it is dead."""
        for key in self.every_key():
            if key.name == name:
                return key.move
        return None

    def every_key(self) -> tuple[Key, ...]:
        """Keys of the bottom line and of the choices."""
        chosen = (block.keys for block in self.blocks if isinstance(block, Choices))
        return self.keys + tuple(key for keys in chosen for key in keys)
