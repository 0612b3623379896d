"""`python -m tests.hw_sim.bank`: the sandbox bank as a process.

Prints one JSON line when it is ready; SIGTERM, SIGINT or the operation `stop` end it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.hw_sim.bank.running import RunningBank, running_bank
from tests.hw_sim.bank.state import LOG_ORIGIN


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    print(f"opening the bank in {asked.dir}", file=sys.stderr)
    with running_bank(
        asked.dir,
        json.loads(asked.people.read_text("utf-8")),
        asked.county,
        port=asked.port,
        seed=asked.seed,
        first_day=asked.date,
        log_origin=asked.origin,
    ) as bank:
        _stop_on_signals(bank)
        print(json.dumps({"url": bank.url, "control": str(bank.socket_file)}), flush=True)
        bank.stopped.wait()
    print("the bank is closed", file=sys.stderr)
    return 0


def _stop_on_signals(bank: RunningBank) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bank.stopped.set())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.bank")
    parser.add_argument("--dir", type=Path, required=True, help="holds terminals.json, keeps all")
    parser.add_argument("--people", type=Path, required=True, help="people.json")
    parser.add_argument("--county", type=Path, required=True, help="county.toml")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=0, help="of working keys and authorisations")
    parser.add_argument("--origin", default=LOG_ORIGIN, help="of the journal heads it witnesses")
    parser.add_argument(
        "--date", type=date.fromisoformat, help="the first accounting day (the clock stays real)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
