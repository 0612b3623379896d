"""`python -m tests.crash`: power cuts at every operation of recorded runs; ends in a JSON line.

    --states N   distinct disks to judge (20,000 and some more by default)
    --seed K     which mornings are played and which disks are drawn
    --state S    one disk again, by the name under which a breach was told

Exit code 1 when anything was lost or doubled, or a slip said what is not so.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.crash import plan
from tests.crash.check import Checker
from tests.crash.enumeration import Tally, enumerate_all, one
from tests.crash.recorder import TMPFS, CannotRecord
from tests.crash.recording import Recording
from tests.crash.rules import Harm
from tests.crash.studio import Wanted, record_all

STATES, MORNINGS, AGAIN = 21_000, 12, 8


def main() -> int:
    parser = argparse.ArgumentParser(description="Crash enumeration.")
    parser.add_argument("--states", type=int, default=STATES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", metavar="RUN:CUT:CHOICE")
    args = parser.parse_args()
    logging.disable(logging.ERROR)  # what the engine has to say of each of these disks
    root = Path(tempfile.mkdtemp(prefix="huinong-crash-", dir=TMPFS if TMPFS.is_dir() else None))
    try:
        recordings = record_all(root, Wanted(args.seed, MORNINGS, AGAIN))
        checker = Checker(root)
        if args.state:
            return _again(args.state, recordings, checker)
        return _all(args.states, args.seed, recordings, checker)
    except CannotRecord as why:
        print(f"crash enumeration: {why}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _all(states: int, seed: int, recordings: list[Recording], checker: Checker) -> int:
    began = time.monotonic()
    tally = enumerate_all(recordings, states, seed, checker, _progress)
    for example in tally.examples:
        _progress(f"again with --seed {seed} --state {example}")
    print(json.dumps(_told(tally, seed, time.monotonic() - began)))
    return 1 if tally.harm else 0


def _told(tally: Tally, seed: int, took_s: float) -> dict[str, object]:
    return {
        "runs": tally.runs,
        "states": tally.states,
        "judged": tally.judged,
        **{harm.value: tally.harm[harm] for harm in Harm},
        "rules_broken": dict(tally.rules),
        "seed": seed,
        "wall_s": round(took_s, 1),
    }


def _again(name: str, recordings: list[Recording], checker: Checker) -> int:
    run, cut, choice = name.split(":")
    recording = next(recording for recording in recordings if recording.name == run)
    breaches = one(recording, int(cut), plan.read(choice), checker)
    for breach in breaches:
        print(f"{breach.harm.value}, {breach.rule}: {breach.what}")
    return 1 if breaches else 0


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
