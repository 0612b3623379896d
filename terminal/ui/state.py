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
    operator: str = ""  # number, while the PIN is keyed
    today: tuple[TodayItem, ...] | None = None
    chosen: int = 0  # row of today's list, or tier
    age_ms: int = 0  # since the view came
    asked: int = 0  # number of the last question
    awaiting: bool = False  # a command or a question has gone out and is not answered
    awaiting_since_ms: int = 0  # age of the view then
