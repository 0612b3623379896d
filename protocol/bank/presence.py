"""Which fields a message has: the notation of the message table, and what it says of a message.

A list is written as the sheet writes it (`bank-wire.md` section 15), in any order: `11` always,
`14?` sent or not as the sender's case is, `26.pin` when and only when a PIN was asked. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from types import MappingProxyType


class When(Enum):
    """When a field stands in a message; `bank-wire.md` section 4.1 says M, C and O."""

    ALWAYS = ""
    MAY_BE = "?"
    CARD = ".card"  # read by stripe or by chip
    CHIP = ".chip"
    PIN = ".pin"
    APPROVED = ".ok"


Fields = Mapping[int, When]


def fields(text: str) -> Fields:
    """`3 11 26.pin` as field to condition, ascending; a later word of the same field wins."""
    found = {}
    for word in text.split():
        digits = word.rstrip("?.abcdefghijklmnopqrstuvwxyz")
        found[int(digits)] = When(word[len(digits) :])
    return MappingProxyType(dict(sorted(found.items())))


def missing(row: Fields, present: Collection[int], holds: Collection[When]) -> int | None:
    """The first field that must be there and is not."""
    due = (de for de, when in row.items() if when is When.ALWAYS or when in holds)
    return next((de for de in due if de not in present), None)


def out_of_place(row: Fields, present: Collection[int], holds: Collection[When]) -> int | None:
    """The first field that is there and has no business to be."""
    free = {When.ALWAYS, When.MAY_BE, *holds}
    return next((de for de in sorted(present) if row.get(de) not in free), None)
