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

from tests.bench import audit, day, interactive, site
from tests.bench.operator import Operator
from tests.bench.processes import Bench

KEPT = Path("build") / "day"  # slips and logs of the last unattended day


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--seed", type=int, help="amounts and people; SEED=n with make")
    parser.add_argument("--paper", type=int, choices=(58, 80), default=58)
    asked = parser.parse_args()
    for number in (signal.SIGHUP, signal.SIGTERM):  # the terminal's window is closed
        signal.signal(number, _end)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    with tempfile.TemporaryDirectory(prefix="huinong-") as folder:
        try:
            made = site.make(Path(folder), seed, paper=asked.paper)
            if sys.stdin.isatty() and sys.stdout.isatty():
                return interactive.run(made)
            return unattended(made, seed)
        except site.BenchFault as why:
            print(f"the bench stopped: {why}", file=sys.stderr)
            return 1
        finally:
            _keep(Path(folder))


def _end(_number: int, _frame: object) -> None:
    """Leave by the same door as everyone: bank, devices and station end with the bench."""
    raise SystemExit(1)


def unattended(made: site.Site, seed: int) -> int:
    """0 when every promise of the day held."""
    print(f"seed {seed}", file=sys.stderr)
    with Bench(made) as bench:
        operator = Operator(made, print)
        day.play(day.Day(bench, operator, random.Random(seed), print))
        bench.end("station")
        result = {"seed": seed, **audit.summary(made, bench.bank(op="books"))}
    for line in result["differences"]:
        print(line, file=sys.stderr)
    del result["differences"]
    print(json.dumps(result))
    return 0 if result["books_agree"] and result["journal_verified"] else 1


def _keep(folder: Path) -> None:
    """Slips and logs outlive the bench; keys and journal do not."""
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, KEPT)
    if (folder / "dev" / "slips").is_dir():
        shutil.copytree(folder / "dev" / "slips", KEPT / "slips")


if __name__ == "__main__":
    sys.exit(main())
