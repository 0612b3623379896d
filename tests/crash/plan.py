"""Which of the possible disks are built. Pure: counts of options in, choices out.

A part of the disk with n values is an option n; a choice is one number for each. Where a cut has
few possible disks all are taken; else all lost, all kept, and every one that differs from these in
one part; then, as far as the quota goes, chosen by chance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
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


def first(options: Options, shares: Sequence[float], chance: Random) -> Iterator[Choice]:
    """The choices of a cut that come before chance.

    shares, one an option, each 0 to 1: how many of the choices in which it alone is another are
    taken; of a cut with few possible disks the smallest share counts for all.
    """
    lost, kept = ends(options)
    yield lost
    if kept != lost:
        yield kept
    if is_small(options):
        between = itertools.product(*map(range, options))
        share = min(shares, default=1.0)
        yield from (one for one in between if one not in (lost, kept) and chance.random() < share)
        return
    for place, choice in singles(options):
        if chance.random() < shares[place]:
            yield choice


def first_count(options: Options, shares: Sequence[float]) -> float:
    """How many `first` gives, on the average."""
    if is_small(options):
        return math.prod(options) * min(shares, default=1.0)
    return 2 + 2 * sum((count - 1) * share for count, share in zip(options, shares, strict=True))


def ends(options: Options) -> tuple[Choice, Choice]:
    """Nothing arrived; everything arrived."""
    return tuple(0 for _ in options), tuple(count - 1 for count in options)


def singles(options: Options) -> Iterator[tuple[int, Choice]]:
    """One part alone arrived, or alone did not; each of its values, with the part's place."""
    for end in ends(options):
        for place, count in enumerate(options):
            for value in range(count):
                if value != end[place]:
                    yield place, (*end[:place], value, *end[place + 1 :])


def by_chance(options: Options, chance: Random) -> Choice:
    """Any of them. How much arrives at all is drawn first, so that not all are half and half."""
    kept = chance.random()
    return tuple(
        count - 1 if chance.random() < kept else chance.randrange(count) for count in options
    )
