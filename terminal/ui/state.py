"""What the screen itself remembers between two views: what is being keyed, and which local page is
up.

It is forgotten with the process, and nothing is lost: the view says where the station stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from protocol.values import Secret
from terminal.feed.views import TodayItem
from terminal.i18n import CHINESE, Language


class Where(Enum):
    """PAGE is what the view says; the others are the screen's own, in front of it."""

    PAGE = "page"
    OPERATOR_PIN = "operator_pin"  # after the number, on LOCKED
    PART = "part"  # how much of the chosen tier is paid now, on TIER
    WHY_NOT_HANDED = "why_not_handed"  # on APPROVED
    TODAY = "today"
    TODAY_ONE = "today_one"
    HELP = "help"
    TIPS = "tips"
    SHIFT = "shift"  # what can be done with the drawer
    SHIFT_TO = "shift_to"  # to whom it is handed over
    SHIFT_COUNT = "shift_count"
    CASH_MOVED = "cash_moved"
    CASH_BACK = "cash_back"  # of a refused contribution: has it been given back?
    REFERENCE = "reference"  # the bank's, for an exception
    TECHNICIAN = "technician"  # number
    TECHNICIAN_PIN = "technician_pin"


class Theme(Enum):
    DAY = "day"
    NIGHT = "night"


class Keyed(Secret):
    """What is being keyed: it may be a PIN or an identity number, so it shows a mask (I7)."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.reveal())


NOTHING = Keyed("")


@dataclass(frozen=True, slots=True)
class UiState:
    language: Language = CHINESE
    theme: Theme = Theme.DAY
    connected: bool = False
    where: Where = Where.PAGE
    typed: Keyed = NOTHING
    problem: str = ""  # a key of sentences.INPUT: why what was keyed is not taken
    operator: str = ""  # number, while the PIN is keyed, or of who takes the shift over
    errand: str = ""  # which act of the drawer is being keyed: a value of Act or of WhyCashMoved
    counts: tuple[int, ...] = ()  # of the drawer, denomination by denomination
    reference: str = ""  # of the bank's letter, while the technician proves who they are
    today: tuple[TodayItem, ...] | None = None
    only_open: bool = False  # of today's list, what is not settled yet
    chosen: int = 0  # row of today's list as it is shown, or tier
    tx: int = 0  # the transaction of the list that is being closed
    age_ms: int = 0  # since the view came
    asked: int = 0  # number of the last question
    awaiting: bool = False  # a command or a question has gone out and is not answered
    awaiting_since_ms: int = 0  # age of the view then
