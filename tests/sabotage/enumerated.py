"""A fault under the power cut: a run of a careless station, and every disk it may leave."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.crash.check import Checker
from tests.crash.enumeration import Tally, enumerate_all
from tests.crash.recorder import TMPFS
from tests.crash.studio import Wanted, record_all
from tests.sabotage.row import Catch

SEED, STATES = 1, 60


@dataclass(frozen=True)
class Enumerated:
    """run and journal as `tests.crash` names them; syncs of files named `deaf` are not made."""

    run: str
    journal: str = "sound"
    deaf: str = ""

    def catch(self) -> Catch | None:
        tally = judged(self.run, Wanted(SEED, journal=self.journal, deaf=self.deaf))
        broken = sum(tally.harm.values())
        return Catch("enumeration", tuple(tally.rules), f"{tally.states} disks") if broken else None

    def without(self, tried: int) -> str:
        return "; ".join(_soundly(self.run).examples)


@cache
def _soundly(run: str) -> Tally:
    """The same run of a sound station."""
    return judged(run, Wanted(SEED))


def judged(run: str, wanted: Wanted) -> Tally:
    with _room() as room:
        (room / "runs").mkdir()
        recordings = record_all(room / "runs", wanted, (run,))
        return enumerate_all(recordings, STATES, SEED, Checker(room), lambda line: None)


@contextmanager
def _room() -> Iterator[Path]:
    """A directory in memory, and nothing said of all that the engine meets on these disks."""
    room = Path(tempfile.mkdtemp(prefix="sabotage-", dir=TMPFS if TMPFS.is_dir() else None))
    logging.disable(logging.ERROR)
    try:
        yield room
    finally:
        logging.disable(logging.NOTSET)
        shutil.rmtree(room)
