"""`python -m tests.crash.kill --rounds N`: the real engine killed by SIGKILL at random instants.

The bench runs as in `make run`: bank, devices, station and screen are processes. Each round a
villager begins a withdrawal or a contribution, and somewhere between the last key and the end of it
the station is killed and started again; the operator signs on and deals with what the screen says.
At the end the bank's books, the journal and what the screen had told are held together.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.bench import audit, day, drawer, site
from tests.bench.operator import Operator
from tests.bench.processes import Bench
from tests.crash import books
from tests.crash.counter_in_danger import Danger
from tests.crash.rules import Harm

ROUNDS, SEED = 10, 1
SETTLE_S_MAX = 30.0  # for the last reversal
POLL_S = 0.2
WAITS = {
    "connect_timeout_s": 2,
    "answer_timeout_s": 4,
    "reversal_timeout_s": 3,
    "interval_s": 1,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the real engine, again and again.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huinong-kill-") as folder:
        try:
            told = run(Path(folder), args.rounds, args.seed)
        except site.BenchFault as why:
            print(f"seed {args.seed}: the bench stopped: {why}", file=sys.stderr)
            return 1
    print(json.dumps(told))
    sound = told["books_agree"] and not told["lost"] and not told["doubled"]
    return 0 if sound and (told["in_flight"] or not args.rounds) else 1


def run(folder: Path, rounds: int, seed: int) -> dict[str, Any]:
    """The last line's values. Raises BenchFault when the station cannot go on."""
    made = site.make(folder, seed)
    site.wait_less(made, **WAITS)
    with Bench(made) as bench:
        operator = Operator(made, lambda text: None)
        shop = day.Day(bench, operator, Random(seed), lambda text: None)
        drawer.sign_on(shop)
        danger = Danger(shop, Random(f"{seed}/kill"))
        for number in range(1, rounds + 1):
            _progress(f"round {number}: {danger.round()}")
        differences = _settled(bench, made)
        operator.leave()
        bench.end("station")
        breaches = books.breaches(made, bench.bank(op="books"), danger.marks)
    objections = bench_objections(differences, breaches)
    return {
        "rounds": rounds,
        "in_flight": danger.in_flight,
        "hit": dict(danger.hit),
        **objections,
        "books_agree": not differences,
        "journal_verified": audit.journal_verified(made),
        "seed": seed,
    }


def bench_objections(
    differences: Sequence[str], breaches: Sequence[tuple[Harm, str]]
) -> dict[str, int]:
    """How much was lost and doubled; each breach is told on stderr."""
    for line in (*differences, *(f"{harm.value}: {what}" for harm, what in breaches)):
        _progress(line)
    counted = Counter(harm for harm, _ in breaches)
    return {harm.value: counted[harm] for harm in (Harm.LOST, Harm.DOUBLED)}


def _settled(bench: Bench, made: site.Site) -> list[str]:
    """What bank and station do not agree on once the last reversal has been answered."""
    until = time.monotonic() + SETTLE_S_MAX
    while True:
        journal = audit.copied(made.journal, made.root)
        differences = audit.differences(bench.bank(op="books"), audit.deals(journal))
        if not differences or time.monotonic() > until:
            return differences
        time.sleep(POLL_S)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
