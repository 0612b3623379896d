"""A station of real processes with short time-outs, one operator, and its books held together."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import audit, day, drawer, site
from tests.bench.operator import Operator
from tests.bench.processes import Bench

WAIT_S = 10.0  # for a page, on a busy machine
SETTLE_S = 15.0  # a reversal waits for a new sign-in at most once
POLL_S = 0.05


@dataclass
class Counter:
    """One operator at one bench; told is every sheet since the villager came."""

    bench: Bench
    copies: Path  # a folder for copies of the journal
    told: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.screen = Operator(self.bench.site, self.told.append)
        self.shop = day.Day(self.bench, self.screen, random.Random(1), self.told.append)
        drawer.sign_on(self.shop)

    def withdraw(self, *pages: str) -> str:
        """A villager asks for 100 yuan; the page on which that ends."""
        self.told.clear()
        self.shop.at_the_counter(self.shop.stripe_villager())
        day.until_amount(self.shop)
        self.screen.answer("amount", "100")
        return self.screen.expect(*pages, wait_s=WAIT_S).page

    def home_page(self) -> str:
        """The home page as it stands now; the plain screen does not print its alerts twice."""
        self.screen.answer("home", "8")
        self.screen.answer("help", "c")
        return self.screen.expect("home", wait_s=WAIT_S).text

    def drawer_fen(self) -> int:
        """柜员现金 as the home page shows it."""
        (yuan,) = re.findall(r"柜员现金 ￥([\d,]+)\.00", self.home_page())
        return int(yuan.replace(",", "")) * 100

    def settled(self) -> audit.Deal:
        """The newest money transaction of the journal, once it is no longer in doubt."""
        until = time.monotonic() + SETTLE_S
        while True:
            journal = audit.copied(self.bench.site.journal, self.copies)
            deal = [deal for deal in audit.deals(journal) if deal.service in audit.MONEY][-1]
            if deal.outcome != "unknown" or time.monotonic() > until:
                return deal
            time.sleep(POLL_S)

    def facts(self, kind: str) -> list[dict[str, Any]]:
        """The journal's facts of one name, as far as it has come."""
        journal = audit.copied(self.bench.site.journal, self.copies)
        return [fact for fact in audit.facts(journal) if fact["t"] == kind]

    def differences(self) -> list[str]:
        journal = audit.copied(self.bench.site.journal, self.copies)
        return audit.differences(self.bench.bank(op="books"), audit.deals(journal))

    def booked(self, deal: audit.Deal) -> str:
        rows: list[dict[str, Any]] = self.bench.bank(op="books")["bookings"]
        states = [r["state"] for r in rows if (r["trace"], r["batch"]) == (deal.trace, deal.batch)]
        return states[0] if states else "not booked"


@contextmanager
def running_counter(folder: Path, *, seed: int, queue: bool = False) -> Iterator[Counter]:
    """The bench is up, the operator has signed on and counted the opening cash."""
    made = site.make(folder, seed)
    if queue:
        site.allow_queue(made)
    site.wait_less(
        made, connect_timeout_s=2, answer_timeout_s=2, reversal_timeout_s=2, interval_s=1
    )
    copies = folder / "copies"
    copies.mkdir()
    with Bench(made) as running:
        counter = Counter(running, copies)
        counter.open()
        yield counter
