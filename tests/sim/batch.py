"""Many seeds over the cores, and their sum as one JSON object."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.sim.run import Play, Report, play
from tests.sim.studio import studio

YEAR = 2_000  # transactions of one station
SHOWN_MAX = 20  # violations in the JSON object; every one is told while it runs


@dataclass
class Sum:
    """What all plays so far have come to."""

    seeds: int = 0
    transactions: int = 0
    events: int = 0
    cpu_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[Report] = field(default_factory=list)

    def add(self, report: Report) -> None:
        self.seeds += 1
        self.transactions += report.transactions
        self.events += report.events
        self.cpu_s += report.cpu_s
        self.faults.update(report.faults)
        if report.violation:
            self.broken.append(report)

    @property
    def per_second(self) -> float:
        return self.transactions / self.cpu_s if self.cpu_s else 0.0

    def told(self) -> dict[str, Any]:
        return {
            "seeds": self.seeds,
            "transactions": self.transactions,
            "faults": dict(sorted(self.faults.items())),
            "terminal_years": round(self.transactions / YEAR, 1),
            "per_second_core": round(self.per_second),
            "violations": len(self.broken),
            "events": self.events,
            "first_violations": [
                {"seed": r.seed, "event": r.events, "what": r.violation, "replay": r.replay}
                for r in self.broken[:SHOWN_MAX]
            ],
        }


def plays(seeds: Iterable[int], of: Play, processes: int) -> Iterator[Report]:
    """The reports as they come, one play a process at a time."""
    studio()  # made before there are processes, and removed when this one ends
    if processes == 1:
        yield from (play(seed, of=of) for seed in seeds)
        return
    context = multiprocessing.get_context("fork")
    with context.Pool(processes) as pool:
        yield from pool.imap_unordered(_one, ((seed, of) for seed in seeds))


def cores() -> int:
    return len(os.sched_getaffinity(0))


def _one(task: tuple[int, Play]) -> Report:
    seed, of = task
    return play(seed, of=of)
