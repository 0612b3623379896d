"""Which of the possible disks are built. Pure: counts of options in, choices out.

A part of the disk with n values is an option n; a choice is one number for each. Where a cut has
few possible disks all are taken; else all lost, all kept, and every one that differs from these in
one part; then, as far as the quota goes, chosen by chance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from random import Random

ALL_UP_TO = 64  # possible disks of one cut that are all taken

Options = tuple[int, ...]
Choice = tuple[int, ...]


def text(choice: Choice) -> str:
    """A choice as it is told to people; `read` gives it back."""
    return ".".join(map(str, choice))


def read(told: str) -> Choice:
    return tuple(int(part) for part in told.split(".") if part)


def is_small(options: Options) -> bool:
    return math.prod(options) <= ALL_UP_TO


def first(options: Options, share: float, chance: Random) -> Iterator[Choice]:
    """The choices of a cut that come before chance; share (0 to 1) thins what lies between all lost
    and all kept.
    """
    lost, kept = ends(options)
    yield lost
    if kept != lost:
        yield kept
    between = itertools.product(*map(range, options)) if is_small(options) else singles(options)
    for choice in between:
        if choice not in (lost, kept) and chance.random() < share:
            yield choice


def first_count(options: Options) -> int:
    """How many `first` gives without thinning."""
    if is_small(options):
        return math.prod(options)
    return 2 + 2 * sum(count - 1 for count in options)


def ends(options: Options) -> tuple[Choice, Choice]:
    """Nothing arrived; everything arrived."""
    return tuple(0 for _ in options), tuple(count - 1 for count in options)


def singles(options: Options) -> Iterator[Choice]:
    """One part alone arrived, or alone did not; each of its values."""
    for end in ends(options):
        for place, count in enumerate(options):
            for value in range(count):
                if value != end[place]:
                    yield (*end[:place], value, *end[place + 1 :])


def by_chance(options: Options, chance: Random) -> Choice:
    """Any of them. How much arrives at all is drawn first, so that not all are half and half."""
    kept = chance.random()
    return tuple(
        count - 1 if chance.random() < kept else chance.randrange(count) for count in options
    )
