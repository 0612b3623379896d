"""No power cut loses or doubles money, at any operation of a run; and a careless station is caught.

The small set of what `python -m tests.crash` does at length.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash import plan
from tests.crash.check import Checker
from tests.crash.enumeration import Tally, enumerate_all, one
from tests.crash.recorder import TMPFS, CannotRecord, library
from tests.crash.recording import Recording
from tests.crash.rules import Harm
from tests.crash.shop import SECRETS
from tests.crash.studio import Wanted, record_all
from tests.crash.trace import Written

SMALL = ("first-start", "cash-handed", "reply-lost", "keys-destroyed", "locked-out", "queued")
STATES = 300
SEED = 1

Room = Callable[[], Path]


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """New empty directories in memory: crash enumeration syncs all the time."""
    made: list[Path] = []

    def new() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="crash-", dir=TMPFS if TMPFS.is_dir() else None)))
        return made[-1]

    logging.disable(logging.ERROR)
    yield new
    logging.disable(logging.NOTSET)
    for path in made:
        shutil.rmtree(path)


@pytest.fixture(scope="module")
def recordings(room: Room) -> list[Recording]:
    return record_all(room(), Wanted(SEED, mornings=1, again=2), SMALL)


def judged(recordings: list[Recording], room: Room, states: int = STATES) -> Tally:
    return enumerate_all(recordings, states, SEED, Checker(room()), lambda line: None)


def test_no_power_cut_loses_or_doubles_anything(recordings: list[Recording], room: Room) -> None:
    tally = judged(recordings, room)
    assert tally.states >= STATES
    assert not tally.harm, tally.examples


FAULTS = {
    "the journal leaves its syncs to the system": (Wanted(SEED, journal="careless"), "cash-handed"),
    "facts are written after what they allow": (Wanted(SEED, journal="late"), "cash-handed"),
    "the log of the journal is not synced": (Wanted(SEED, deaf="journal.sqlite-wal"), "reply-lost"),
    "the journal is not synced when it is folded": (Wanted(SEED, deaf="journal.sqlite"), "folded"),
    "erasable keys are not synced": (Wanted(SEED, deaf="/vault"), "first-start"),
    "the operators' file is not synced": (Wanted(SEED, deaf="operators.json"), "locked-out"),
    "the key of an open reversal is destroyed": (Wanted(SEED), "destroyed-too-early"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_enumeration_sees_a_deliberate_fault(fault: str, room: Room) -> None:
    wanted, run = FAULTS[fault]
    tally = judged(record_all(room(), wanted, (run,)), room, states=60)
    assert tally.harm[Harm.LOST] > 0


def test_requests_that_leave_before_their_fact_are_seen_to_double(room: Room) -> None:
    late = record_all(room(), Wanted(SEED, journal="late"), ("cash-handed",))
    assert judged(late, room, states=60).harm[Harm.DOUBLED] > 0


def test_the_same_seed_judges_the_same_disks(room: Room) -> None:
    runs = (record_all(room(), Wanted(SEED), ("reply-lost",)) for _ in range(2))
    first, second = (judged(recordings, room, states=20) for recordings in runs)
    assert (first.states, first.judged) == (second.states, second.judged)


def test_a_told_disk_can_be_judged_again_alone(room: Room) -> None:
    careless = record_all(room(), Wanted(SEED, journal="careless"), ("cash-handed",))
    example = next(line for line in judged(careless, room, states=60).examples if " lost, " in line)
    _, cut, choice = example.partition(" ")[0].split(":")
    again = one(careless[0], int(cut), plan.read(choice), Checker(room()))
    assert Harm.LOST in {breach.harm for breach in again}


def test_another_seed_plays_another_morning(recordings: list[Recording], room: Room) -> None:
    (other,) = record_all(room(), Wanted(SEED + 1, mornings=1), ())
    (morning,) = [recording for recording in recordings if recording.name == other.name]
    assert len(morning.operations) != len(other.operations)


def test_no_secret_is_ever_written_not_even_for_a_moment(recordings: list[Recording]) -> None:
    written = b"".join(
        operation.data
        for recording in recordings
        for operation in recording.operations
        if isinstance(operation, Written)
    )
    assert b"Requested" in written
    assert [secret for secret in SECRETS if secret.encode() in written] == []


def test_garbage_in_shared_memory_beside_the_journal_is_not_believed(
    recordings: list[Recording], room: Room
) -> None:
    end = recordings[0].end()
    *_, (_, marks) = recordings[0].cuts()
    for garbage in (b"", bytes(32768), b"\xa5" * 32768):
        spoilt = replace(end, files={**end.files, "journal.sqlite-shm": (0o600, garbage)})
        assert Checker(room()).judge(spoilt, marks) == []


def test_without_a_compiler_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRecord, match="apt-get install gcc"):
        library(tmp_path / "build")
