"""Power cuts in recorded runs: every cut, the disks it may leave, each started again and judged."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from terminal.bootstrap import HISTORY
from tests.crash import plan
from tests.crash.check import Breach, Checker
from tests.crash.disk import Disk
from tests.crash.marks import Mark
from tests.crash.recording import Recording
from tests.crash.rules import Harm

PASSES_MAX = 200  # through one recording in search of disks that were not seen yet
MEMORY_WEIGHT = 0.05  # of an option of the read model, against 1 for one of the journal
EXAMPLES_MAX = 5  # of breaches that are told in full


@dataclass
class Tally:
    """states counts distinct disks; judged counts disks with what the world had seen by then."""

    runs: int = 0
    states: int = 0
    judged: int = 0
    harm: Counter[Harm] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, name: str, breaches: Sequence[Breach]) -> None:
        """A state counts once a harm, however many rules it breaks."""
        self.judged += 1
        self.harm.update({breach.harm for breach in breaches})
        for breach in breaches:
            self.rules[breach.rule] += 1
            if len(self.examples) < EXAMPLES_MAX:
                self.examples.append(f"{name} {breach.harm.value}, {breach.rule}: {breach.what}")


def enumerate_all(
    recordings: Sequence[Recording],
    states: int,
    seed: int,
    checker: Checker,
    progress: Callable[[str], None],
) -> Tally:
    """Shares `states` among the recordings; what a short one cannot use the longer ones get."""
    tally = Tally()
    by_size = sorted(recordings, key=lambda recording: (_capacity(recording), recording.name))
    for place, recording in enumerate(by_size):
        quota = math.ceil((states - tally.states) / (len(by_size) - place))
        found = Cutter(recording, Random(f"{seed}/{recording.name}"), checker, tally).cut(quota)
        tally.runs += 1
        tally.states += found
        progress(
            f"{recording.name}: {found} disks; in all {tally.states} disks,"
            f" {tally.harm[Harm.LOST]} lost, {tally.harm[Harm.DOUBLED]} doubled"
        )
    return tally


def one(recording: Recording, cut: int, choice: plan.Choice, checker: Checker) -> list[Breach]:
    """A single state again, by the name under which it was told."""
    for number, (disk, marks) in enumerate(recording.cuts()):
        if number == cut:
            return checker.judge(disk.image(choice), marks)
    raise IndexError(f"{recording.name} has no cut {cut}")


@dataclass
class Cutter:
    """Cuts the power in one recording until enough distinct disks have been judged."""

    recording: Recording
    chance: Random
    checker: Checker
    tally: Tally
    _disks: set[bytes] = field(default_factory=set)
    _judged: set[tuple[bytes, int]] = field(default_factory=set)

    def cut(self, quota: int) -> int:
        """The number of distinct disks: all lost and all kept at every cut, then as plan says.

        A quota smaller than the number of cuts takes some of the cuts.
        """
        counts = [
            plan.first_count(disk.options(), _weights(disk)) for disk, _ in self.recording.cuts()
        ]
        share, cuts_share = quota / sum(counts), quota / len(counts)
        for number, (disk, marks) in enumerate(self.recording.cuts()):
            if self.chance.random() >= cuts_share:
                continue
            shares = [weight * share for weight in _weights(disk)]
            for choice in plan.first(disk.options(), shares, self.chance):
                self._judge(number, disk, marks, choice)
        for _ in range(PASSES_MAX):
            if len(self._disks) >= quota or not self._once_more(quota):
                break
        return len(self._disks)

    def _once_more(self, quota: int) -> bool:
        """One pass by chance through the cuts that have not been taken whole; whether there are."""
        open_cuts = 0
        for number, (disk, marks) in enumerate(self.recording.cuts()):
            options = disk.options()
            if plan.is_small(options):
                continue
            open_cuts += 1
            if len(self._disks) < quota:
                self._judge(number, disk, marks, plan.by_chance(options, self.chance))
        return open_cuts > 0

    def _judge(self, number: int, disk: Disk, marks: Sequence[Mark], choice: plan.Choice) -> None:
        image = disk.image(choice)
        digest = image.digest()
        self._disks.add(digest)
        if (digest, len(marks)) in self._judged:
            return
        self._judged.add((digest, len(marks)))
        name = f"{self.recording.name}:{number}:{plan.text(choice)}"
        self.tally.add(name, self.checker.judge(image, marks))


def _capacity(recording: Recording) -> float:
    return sum(plan.first_count(disk.options(), _weights(disk)) for disk, _ in recording.cuts())


def _weights(disk: Disk) -> list[float]:
    """The read model is never synced, so most of what is undecided is its; and it may be lost."""
    return [MEMORY_WEIGHT if path.startswith(HISTORY) else 1.0 for path in disk.owners()]
