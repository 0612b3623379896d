"""From chip to stripe (`emv.md`, "Fallback to magstripe"): decided by what failed, never by people.

A card whose service code begins with 2 or 6 has a chip and is to be inserted. Only when chip or
reader failed for technical reasons, three times, and the bank allows it, may it be swiped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from protocol.emv.outcome import OutcomeKind

INSERT_TRIES = 3
CHIP_SERVICES = ("2", "6")


class Entry(Enum):
    """How the card may be entered."""

    STRIPE = "stripe"
    FALLBACK = "fallback"
    CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Marks:
    """How an entry is told to the bank: first two digits of DE22, 60.4 and 60.5."""

    entry_mode: str
    capability: str  # 60.4: 5 reads stripe and contact chip
    condition: str  # 60.5: 2 is a fallback


MARKS = {
    Entry.STRIPE: Marks("02", "5", "0"),
    Entry.FALLBACK: Marks("02", "5", "2"),
    Entry.CHIP: Marks("05", "5", "0"),
}


def has_chip(service_code: str) -> bool:
    return service_code.startswith(CHIP_SERVICES)


def entry_of_swipe(service_code: str, ends: Sequence[OutcomeKind], *, allowed: bool) -> Entry:
    """What a swipe is worth. ends: of the insertions of this card just before, oldest first.

    CHIP means: refuse the swipe, ask for the chip. allowed: the bank's setting, off by default.
    """
    if not has_chip(service_code):
        return Entry.STRIPE
    return Entry.FALLBACK if allowed and fallback_due(ends) else Entry.CHIP


def fallback_due(ends: Sequence[OutcomeKind]) -> bool:
    """Whether the last three insertions all failed mute: no ATR, no answer, power, parity.

    A blocked card, a refusal, a decline, a cancel, wrong data or no common application never are.
    """
    last = ends[-INSERT_TRIES:]
    return len(last) == INSERT_TRIES and all(end is OutcomeKind.CARD_MUTE for end in last)
