"""A fault in the simulated station: other parts, the same world; and the same seeds without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.sabotage.row import Catch
from tests.sim.run import Play, Report, play
from tests.sim.station import Parts

_sound: dict[tuple[int, str], Report] = {}


@dataclass(frozen=True)
class Simulated:
    """Plays seeds until one is caught, at most so many. of bounds each: transactions and faults.

    start is tried first: a seed known to get there soon.
    """

    of: Play
    parts: Parts = field(default_factory=Parts)
    seeds: int = 8
    start: int = 1

    def catch(self) -> Catch | None:
        transactions = 0
        for place, seed in enumerate(self._order(), 1):
            report = play(seed, parts=self.parts, of=self.of)
            transactions += report.transactions
            if report.rule:
                after = f"{transactions} transactions, seed {seed}"
                return Catch("simulation", (report.rule,), after, place)
        return None

    def without(self, tried: int) -> str:
        reports = (_soundly(seed, self.of) for seed in self._order()[:tried])
        return next((report.violation for report in reports if report.rule), "")

    def _order(self) -> Sequence[int]:
        others = (seed for seed in range(1, self.seeds + 1) if seed != self.start)
        return (self.start, *others)


def _soundly(seed: int, of: Play) -> Report:
    """The same play with our own parts; rows share worlds, so each is played once."""
    key = seed, repr(of)
    if key not in _sound:
        _sound[key] = play(seed, of=of)
    return _sound[key]
