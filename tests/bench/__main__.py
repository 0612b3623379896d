"""`make run`: the whole station on the simulated bench.

In a terminal it opens the screen with a panel beside it; without one it plays a day unattended and
ends with one line of JSON, counted from the bank's books and the journal.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import audit, day, interactive, site
from tests.bench.operator import Operator
from tests.bench.processes import Bench

KEPT = Path("build") / "day"  # of the last day: what an inspector needs, slips and logs
ENDS = (signal.SIGHUP, signal.SIGTERM)  # the terminal's window is closed
JOURNAL, CERTIFICATE, CHECKPOINT = "journal.sqlite", "station.pem", "checkpoint.txt"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--seed", type=int, help="amounts and people; SEED=n with make")
    parser.add_argument("--paper", type=int, choices=(58, 80), default=58)
    asked = parser.parse_args()
    for number in ENDS:
        signal.signal(number, _end)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    with tempfile.TemporaryDirectory(prefix="huinong-") as folder:
        made = None
        try:
            made = site.make(Path(folder), seed, paper=asked.paper)
            if sys.stdin.isatty() and sys.stdout.isatty():
                return interactive.run(made)
            return unattended(made, seed)
        except site.BenchFault as why:
            print(f"the bench stopped: {why}", file=sys.stderr)
            return 1
        finally:
            if made is not None:
                keep(made, KEPT)


def _end(_number: int, _frame: object) -> None:
    """Leave by the same door as everyone: bank, devices and station end with the bench.

    Once: a closed window sends more than one, and a second would cut the tidying short.
    """
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(1)


def unattended(made: site.Site, seed: int) -> int:
    """0 when every promise of the day held."""
    print(f"seed {seed}", file=sys.stderr)
    with Bench(made) as bench:
        operator = Operator(made, print)
        day.play(day.Day(bench, operator, random.Random(seed), print))
        bench.end("station")
        result = {"seed": seed, **audit.summary(made, *audited(bench))}
    for line in result["differences"]:
        print(line, file=sys.stderr)
    for command in inspections(KEPT):
        print(f"prove it again: {command}")
    del result["differences"]
    print(json.dumps(result))
    return 0 if result["books_agree"] and result["journal_verified"] else 1


def audited(bench: Bench) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The bank's books, and its batches."""
    return bench.bank(op="books"), bench.bank(op="settlements")["settlements"]


def inspections(kept: Path) -> tuple[str, str]:
    """The commands by which anybody proves the day's journal: alone, and with the bank's memory."""
    command = f"{huinong_program()} journal verify {kept / JOURNAL} --keys {kept / CERTIFICATE}"
    return command, f"{command} --checkpoint {kept / CHECKPOINT}"


def huinong_program() -> Path:
    """The command of this environment, as it is called from the clone."""
    program = Path(sys.executable).with_name("huinong")
    here = Path.cwd()
    return program.relative_to(here) if program.is_relative_to(here) else program


def keep(made: site.Site, kept: Path) -> None:
    """Journal, slips and logs outlive the bench; secret keys do not."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for log in made.root.glob("*.log"):
        shutil.copy(log, kept)
    if (made.devices / "slips").is_dir():
        shutil.copytree(made.devices / "slips", kept / "slips")
    public = ((made.journal, JOURNAL), (made.certificate, CERTIFICATE))
    for file, name in (*public, (made.checkpoint, CHECKPOINT)):
        if file.exists():
            shutil.copy(file, kept / name)


if __name__ == "__main__":
    sys.exit(main())
