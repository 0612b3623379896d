"""`play`: one seed from the first key to the last look, and what came of it."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from tests.sim.invariants import Violation
from tests.sim.station import Parts
from tests.sim.world import SERVICES, World

TRANSACTIONS = 400


@dataclass(frozen=True)
class Play:
    """What a play is of. kinds limits the faults, and may give their rates; None leaves the seed to
    choose.
    """

    transactions: int = TRANSACTIONS
    kinds: Sequence[str] | Mapping[str, float] | None = None
    services: Sequence[str] = field(default=SERVICES)


@dataclass(frozen=True)
class Report:
    """violation is "" when every invariant held; events tells where the play ended."""

    seed: int
    of: Play
    transactions: int
    events: int
    faults: Counter[str]
    digest: str
    cpu_s: float
    rule: str = ""
    violation: str = ""

    @property
    def replay(self) -> str:
        other = self.of.transactions != TRANSACTIONS
        count = f" --transactions {self.of.transactions}" if other else ""
        return f"python -m tests.sim --seed {self.seed}{count}"


def play(
    seed: int, *, parts: Parts | None = None, of: Play | None = None, out: TextIO | None = None
) -> Report:
    """A violation ends the play and is reported, never raised."""
    of, begun = of or Play(), time.process_time()
    world = World(
        seed,
        parts or Parts(),
        transactions=of.transactions,
        only=of.kinds,
        services=of.services,
        out=out,
    )
    found: Violation | None = None
    gc.disable()  # a play makes few circles, and is over in a second
    try:
        world.play()
    except Violation as why:
        found = why
        world.trace.note(f"VIOLATION {why}")
    finally:
        world.close()
        gc.enable()
    return Report(
        seed,
        of,
        world.evidence.transactions,
        world.agenda.events,
        world.weather.counts,
        world.trace.digest(),
        time.process_time() - begun,
        found.rule if found else "",
        str(found) if found else "",
    )
