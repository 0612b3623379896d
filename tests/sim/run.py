"""`play`: one seed from the first key to the last look, and what came of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from tests.sim.invariants import Violation
from tests.sim.station import Parts
from tests.sim.world import SERVICES, World

TRANSACTIONS = 300


@dataclass(frozen=True)
class Report:
    """violation is "" when every invariant held; event is where the play ended."""

    seed: int
    transactions: int
    events: int
    faults: Counter[str]
    digest: str
    cpu_s: float
    rule: str = ""
    violation: str = ""

    @property
    def replay(self) -> str:
        return f"python -m tests.sim --seed {self.seed}"


@dataclass(frozen=True)
class Play:
    """What a play is of; kinds limits the faults, None leaves the seed to choose."""

    transactions: int = TRANSACTIONS
    kinds: Sequence[str] | None = None
    services: Sequence[str] = field(default=SERVICES)


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
    try:
        world.play()
    except Violation as why:
        found = why
        world.trace.note(f"VIOLATION {why}")
    finally:
        world.close()
    return Report(
        seed,
        world.evidence.transactions,
        world.agenda.events,
        world.weather.counts,
        world.trace.digest(),
        time.process_time() - begun,
        found.rule if found else "",
        str(found) if found else "",
    )
