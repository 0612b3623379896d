"""Records the runs: those that begin on a sound disk, then some that go on from a crashed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.crash import marks as marking
from tests.crash import plan, recorder
from tests.crash.disk import Image
from tests.crash.marks import CashOut, Left, Mark, Reached, Told
from tests.crash.recording import Recording, on_disk, put, split
from tests.crash.runs import AGAIN, MORNING, RUNS, marks_beside

OPEN = (Left, Reached, Told, CashOut)  # after one of these a cut leaves something open
PROGRAM = ("-m", "tests.crash.runs")


class HoleInRecording(Exception):
    """What the operations add up to is not what lies on the disk: something was not recorded."""


@dataclass(frozen=True)
class Wanted:
    """How many runs are drawn from the seed, and how they are faulted on purpose."""

    seed: int
    mornings: int = 0
    again: int = 0
    journal: str = "sound"
    deaf: str = ""


def record_all(root: Path, wanted: Wanted, names: Sequence[str] = tuple(RUNS)) -> list[Recording]:
    """Every run below an empty directory. Raises CannotRecord, Unrecorded, HoleInRecording."""
    mornings = [f"{MORNING}{number}" for number in range(1, wanted.mornings + 1)]
    (root / "first").mkdir()
    first = _record(root / "first", [*names, *mornings], wanted, {})
    if not wanted.again:
        return first
    (root / "again").mkdir()
    chance = Random(f"{wanted.seed}/again")
    crashed = {
        f"{AGAIN}{number}": _crashed(chance.choice(first), chance)
        for number in range(1, wanted.again + 1)
    }
    return first + _record(root / "again", list(crashed), wanted, crashed)


def _record(
    root: Path,
    names: Sequence[str],
    wanted: Wanted,
    starts: Mapping[str, tuple[Image, tuple[Mark, ...]]],
) -> list[Recording]:
    at = recorder.place(root)
    for name, (image, before) in starts.items():
        (at.watched / name).mkdir(0o700)
        put(image, at.watched / name)
        marking.write_all(marks_beside(at.watched / name), before)
    command = [*PROGRAM, "--seed", str(wanted.seed), "--journal", wanted.journal, *names]
    recordings = split(recorder.record(command, at, wanted.seed, deaf=wanted.deaf), starts)
    for recording in recordings:
        if recording.end().digest() != on_disk(at.watched / recording.name).digest():
            raise HoleInRecording(f"run {recording.name}: the disk holds more than was recorded")
    return recordings


def _crashed(recording: Recording, chance: Random) -> tuple[Image, tuple[Mark, ...]]:
    """One disk that a power cut may leave at an instant at which something was open."""
    number = chance.choice(list(_open_cuts(recording)) or [0])
    for cut, (disk, seen) in enumerate(recording.cuts()):
        if cut == number:
            return disk.image(plan.by_chance(disk.options(), chance)), tuple(seen)
    raise AssertionError(number)


def _open_cuts(recording: Recording) -> Iterator[int]:
    return (cut for cut, (_, seen) in enumerate(recording.cuts()) if isinstance(seen[-1], OPEN))
