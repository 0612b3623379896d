"""The recorded runs: what people do at the counter while the shim looks on.

Started by the parent as a program of its own, under the shim: for each run a station of its own
below the watched directory, a part before (quiet, all of it on disk), then the part in which the
power may be cut at any operation. A run that goes on from a crashed disk finds it there.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.crash import marks as marking
from tests.crash import scripts, station
from tests.crash.bank import Bank
from tests.crash.faults import JOURNALS
from tests.crash.marks import Began, Ended, Mark, Note, Settled, Time
from tests.crash.morning import morning
from tests.crash.recovery import serve_again
from tests.crash.scripts import MINUTE_MS
from tests.crash.shop import Shop
from tests.crash.station import HandClock

START_MS = 1_795_000_000_000

Script = Callable[[Shop], None]


@dataclass(frozen=True)
class Run:
    """before is on disk for certain; script is what the power cut interrupts."""

    before: Script
    script: Script


RUNS: Mapping[str, Run] = {
    "first-start": Run(scripts.nothing, scripts.first_start),
    "cash-handed": Run(scripts.open_shop, scripts.cash_handed),
    "cash-not-handed": Run(scripts.open_shop, scripts.cash_not_handed),
    "declined-and-not-sent": Run(scripts.open_shop, scripts.declined_and_not_sent),
    "reply-lost": Run(scripts.open_shop, scripts.reply_lost),
    "request-lost": Run(scripts.open_shop, scripts.request_lost),
    "day-cut": Run(scripts.open_shop, scripts.day_cut),
    "contributions": Run(scripts.open_shop, scripts.contributions),
    "contribution-unanswered": Run(scripts.open_shop, scripts.contribution_unanswered),
    "new-batch": Run(scripts.open_shop, scripts.new_batch),
    "settled": Run(scripts.open_shop, scripts.settled),
    "settled-unheard": Run(scripts.open_shop, scripts.settled_unheard),
    "not-balanced": Run(scripts.a_withdrawal, scripts.not_balanced),
    "another-batch": Run(scripts.a_withdrawal, scripts.another_batch),
    "keys-destroyed": Run(scripts.old_batch_open, scripts.keys_destroyed),
    "keys-loaded": Run(scripts.open_shop, scripts.keys_loaded),
    "locked-out": Run(scripts.open_shop, scripts.locked_out),
    "folded": Run(scripts.a_long_morning, scripts.folded),
    "closed-and-opened": Run(scripts.open_shop, scripts.closed_and_opened),
    "queued": Run(scripts.open_shop, scripts.queued),
}
WRONG: Mapping[str, Run] = {
    "destroyed-too-early": Run(scripts.old_batch_open, scripts.destroyed_too_early),
}
"""Runs that nobody may live through; the rules must say so."""
MORNING, AGAIN = "morning-", "again-"
"""Names of runs drawn from the seed, and of those that go on from a crashed disk."""


def run_of(name: str, seed: int, before: Sequence[Mark]) -> Run:
    if name.startswith(MORNING):
        chance = Random(f"{seed}/{name}")
        return Run(scripts.open_shop, lambda shop: morning(shop, chance))
    if name.startswith(AGAIN):
        return Run(scripts.nothing, lambda shop: power_back(shop, before))
    return {**RUNS, **WRONG}[name]


def power_back(shop: Shop, before: Sequence[Mark]) -> None:
    """A start after a power cut, up to the next villager; the power may go again at any point."""
    scripts.start(shop)
    serve_again(shop, before)


def play(name: str, seed: int, directory: Path, note: Note, journal: str) -> Shop:
    """One run, from its first mark to its last. The shop is returned so that nothing closes it."""
    note(Began(name))
    seen = marks_beside(directory)
    before = marking.read_all(seen) if seen.exists() else []
    if not seen.exists():
        station.make(directory)
    times = [mark.ms for mark in before if isinstance(mark, Time)]
    clock = HandClock(max(times, default=START_MS) + MINUTE_MS)
    note(Time(clock.ms))
    shop = Shop(Bank.after(before), clock, note, directory, JOURNALS[journal])
    run = run_of(name, seed, before)
    run.before(shop)
    note(Settled())
    run.script(shop)
    note(Ended(name))
    return shop


def marks_beside(directory: Path) -> Path:
    """Where the parent puts what the world had seen before a run that goes on."""
    return directory.with_suffix(".marks")


def main() -> None:
    parser = argparse.ArgumentParser(description="Play runs below the watched directory.")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--journal", choices=JOURNALS, default="sound")
    args = parser.parse_args()
    watched = Path(os.environ["CRASH_WATCH"])
    note = marking.writer(Path(os.environ["CRASH_MARK"]))
    alive = [play(name, args.seed, watched / name, note, args.journal) for name in args.names]
    assert len(alive) == len(args.names)
    os._exit(0)  # as a power cut would: nothing is closed, nothing is flushed


if __name__ == "__main__":
    main()
