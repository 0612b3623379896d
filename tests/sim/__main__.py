"""`python -m tests.sim`: stations of many seeds, with everything that can happen to them.

Progress goes to stderr, and the last line of stdout is one JSON object. `--seed K` plays one seed
again and tells it line by line. The exit code is 1 when an invariant did not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.sim.batch import Sum, cores, plays
from tests.sim.run import TRANSACTIONS, Play, Report, play

SEEDS = 200
LONG = 1_000_000  # transactions
PROGRESS_S = 5.0


def main() -> int:
    args = _arguments()
    if args.seed is not None:
        return _replay(args.seed, args.transactions)
    total, told_at = Sum(), time.monotonic()
    seeds = LONG // args.transactions if args.long else args.seeds
    for report in plays(range(1, seeds + 1), Play(args.transactions), args.processes):
        total.add(report)
        _tell_violation(report)
        if time.monotonic() - told_at > PROGRESS_S:
            told_at = time.monotonic()
            _tell(f"{total.seeds} seeds, {total.transactions} transactions")
    print(json.dumps(total.told(), ensure_ascii=False))
    return 1 if total.broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seed", type=int, help="play this one and tell it")
    parser.add_argument("--long", action="store_true", help=f"{LONG} transactions")
    parser.add_argument("--transactions", type=int, default=TRANSACTIONS, help="of one seed")
    parser.add_argument("--processes", type=int, default=cores())
    return parser.parse_args()


def _replay(seed: int, transactions: int) -> int:
    report = play(seed, of=Play(transactions), out=sys.stderr)
    total = Sum()
    total.add(report)
    _tell_violation(report)
    print(json.dumps({**total.told(), "trace": report.digest}, ensure_ascii=False))
    return 1 if report.violation else 0


def _tell_violation(report: Report) -> None:
    if report.violation:
        _tell(f"seed {report.seed}, event {report.events}: {report.violation}")
        _tell(f"  again: {report.replay}")


def _tell(text: str) -> None:
    print(f"sim: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
