"""A fault at the counter, and one rule over the facts as the next start reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.crash import station
from tests.crash.bank import Bank
from tests.crash.marks import Mark
from tests.crash.rules import Breaches, Rule
from tests.crash.runs import START_MS
from tests.crash.shop import Shop
from tests.crash.station import HandClock
from tests.sabotage.row import Catch
from tests.sim.studio import disk

Script = Callable[[Shop], None]


@dataclass(frozen=True)
class Reopened:
    """before is sound; fault follows it, with the power still on."""

    before: Script
    fault: Script
    rule: Rule

    def catch(self) -> Catch | None:
        found = _breaches(self.rule, self.before, self.fault)
        return Catch("named check", (self.rule.__name__,), found[0]) if found else None

    def without(self, tried: int) -> str:
        return "; ".join(_breaches(self.rule, self.before))


def _breaches(rule: Rule, *scripts: Script) -> Breaches:
    marks: list[Mark] = []
    with tempfile.TemporaryDirectory(dir=disk()) as room:
        folder = Path(room) / "state"
        station.make(folder)
        shop = Shop(Bank(), HandClock(START_MS), marks.append, folder)
        for script in scripts:
            script(shop)
        assert shop.station is not None
        shop.station.close()
        again = shop.assemble()
        facts = tuple(again.journal.replay())
        again.close()
    return rule(facts, list(shop.bank.bookings.values()), marks)
