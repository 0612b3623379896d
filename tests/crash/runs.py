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

from terminal.core.facts import WhyNoCash
from terminal.feed.views import Act
from tests.crash import marks as marking
from tests.crash import station
from tests.crash.bank import Bank
from tests.crash.faults import JOURNALS
from tests.crash.marks import Began, Ended, Mark, Note, Settled, Time
from tests.crash.morning import morning
from tests.crash.recovery import serve_again
from tests.crash.shop import Fate, Shop
from tests.crash.station import HandClock

START_MS = 1_795_000_000_000
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
TO_CASH_MS = 5_000
OTHER_PIN = bytes(32)
FOLD_AFTER = 41  # withdrawals of five facts: more than the engine's `TIDY_FACTS`

Script = Callable[[Shop], None]


@dataclass(frozen=True)
class Run:
    """before is on disk for certain; script is what the power cut interrupts."""

    before: Script
    script: Script


def nothing(shop: Shop) -> None:
    """A station that has its keys and was never started."""


def open_shop(shop: Shop) -> None:
    start(shop)
    shop.open_for_business()


def start(shop: Shop) -> None:
    shop.power_on(shop.assemble())


def first_start(shop: Shop) -> None:
    open_shop(shop)
    shop.withdrawal(100)


def cash_handed(shop: Shop) -> None:
    shop.withdrawal(300)
    shop.withdrawal(200)


def cash_not_handed(shop: Shop) -> None:
    shop.ask_for_cash(300)
    shop.deliver()
    shop.print_all()
    shop.press(Act.CASH_NOT_HANDED, WhyNoCash.LEFT.value)
    shop.deliver(Fate.REQUEST_LOST)
    shop.pass_time(TO_CASH_MS)
    shop.deliver()
    shop.press(Act.DONE)
    shop.withdrawal(100)


def declined_and_not_sent(shop: Shop) -> None:
    shop.ask_for_cash(300)
    shop.deliver(wish="55")
    shop.press(Act.DONE)
    shop.ask_for_cash(200)
    shop.deliver(Fate.NOT_SENT)
    shop.press(Act.DONE)
    shop.withdrawal(100)


def reply_lost(shop: Shop) -> None:
    """Booked, not heard; two tries of the reversal fail, the third ends it."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REPLY_LOST)
    shop.print_all()
    for fate in (Fate.REQUEST_LOST, Fate.NOT_SENT, Fate.ANSWERED):
        shop.deliver(fate)
        shop.pass_time(TO_CASH_MS)
    shop.press(Act.DONE)
    shop.withdrawal(100)


def request_lost(shop: Shop) -> None:
    """Nothing booked; a whole occasion fails, the exception opens, the next one ends it."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REQUEST_LOST)
    shop.press(Act.DONE)
    for _ in range(3):
        shop.deliver(Fate.REQUEST_LOST)
        shop.pass_time(TO_CASH_MS)
    shop.pass_time(MINUTE_MS)
    shop.deliver_all()


def day_cut(shop: Shop) -> None:
    """The bank's day has changed before the reversal came: the exception stays open."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REPLY_LOST)
    shop.bank_moves("1119", shop.bank.batch)
    shop.deliver_all()
    shop.press(Act.DONE)


def contributions(shop: Shop) -> None:
    shop.ask_to_contribute("card")
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)
    shop.ask_to_contribute("cash", 2025)
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)


def contribution_unanswered(shop: Shop) -> None:
    shop.ask_to_contribute("cash")
    shop.deliver(Fate.REPLY_LOST)
    shop.print_all()
    shop.deliver_all()
    shop.press(Act.DONE)
    shop.ask_to_contribute("card", 2025)
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)


def new_batch(shop: Shop) -> None:
    """Next month, the bank has another batch: new keys are prepared before they are used."""
    shop.bank_moves("1202", 13)
    shop.pass_time(14 * DAY_MS)
    shop.sign_on()
    shop.withdrawal(300)


def old_batch_open(shop: Shop) -> None:
    """Before: an old batch that is over and done, and a reversal open in the new one."""
    open_shop(shop)
    shop.withdrawal(300)
    new_batch(shop)
    shop.ask_for_cash(200)
    shop.deliver(Fate.REPLY_LOST)


def keys_destroyed(shop: Shop) -> None:
    """A batch's key goes when the batch is over and its reversals are answered, not before."""
    shop.erase("card-000012")
    shop.deliver_all()
    shop.press(Act.DONE)
    shop.bank_moves("1203", 14)
    shop.pass_time(DAY_MS)
    shop.sign_on()
    shop.withdrawal(100)
    shop.erase("card-000013")
    shop.withdrawal(200)


def locked_out(shop: Shop) -> None:
    """Somebody tries PINs; each failure counts before the proof is looked at."""
    shop.press(Act.LOCK)
    shop.sign_on(OTHER_PIN)
    shop.sign_on(OTHER_PIN)
    shop.sign_on()
    shop.press(Act.LOCK)
    for _ in range(4):
        shop.sign_on(OTHER_PIN)
    shop.pass_time(30 * MINUTE_MS)
    shop.sign_on()


def a_long_morning(shop: Shop) -> None:
    open_shop(shop)
    for _ in range(FOLD_AFTER):
        shop.withdrawal(10)


def folded(shop: Shop) -> None:
    """The WAL is folded into the journal in a quiet moment; then business goes on."""
    shop.pass_time(1_000)
    shop.withdrawal(300)
    shop.ask_for_cash(200)
    shop.deliver(Fate.REPLY_LOST)
    shop.deliver_all()


def closed_and_opened(shop: Shop) -> None:
    """The service is stopped in order, and started again the same evening."""
    assert shop.station is not None
    shop.station.journal.close()
    start(shop)
    shop.open_for_business()
    shop.withdrawal(300)


RUNS: Mapping[str, Run] = {
    "first-start": Run(nothing, first_start),
    "cash-handed": Run(open_shop, cash_handed),
    "cash-not-handed": Run(open_shop, cash_not_handed),
    "declined-and-not-sent": Run(open_shop, declined_and_not_sent),
    "reply-lost": Run(open_shop, reply_lost),
    "request-lost": Run(open_shop, request_lost),
    "day-cut": Run(open_shop, day_cut),
    "contributions": Run(open_shop, contributions),
    "contribution-unanswered": Run(open_shop, contribution_unanswered),
    "new-batch": Run(open_shop, new_batch),
    "keys-destroyed": Run(old_batch_open, keys_destroyed),
    "locked-out": Run(open_shop, locked_out),
    "folded": Run(a_long_morning, folded),
    "closed-and-opened": Run(open_shop, closed_and_opened),
}
MORNING, AGAIN = "morning-", "again-"
"""Names of runs drawn from the seed, and of those that go on from a crashed disk."""


def run_of(name: str, seed: int, before: Sequence[Mark]) -> Run:
    if name.startswith(MORNING):
        chance = Random(f"{seed}/{name}")
        return Run(open_shop, lambda shop: morning(shop, chance))
    if name.startswith(AGAIN):
        return Run(nothing, lambda shop: power_back(shop, before))
    return RUNS[name]


def power_back(shop: Shop, before: Sequence[Mark]) -> None:
    """A start after a power cut, up to the next villager; the power may go again at any point."""
    start(shop)
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
