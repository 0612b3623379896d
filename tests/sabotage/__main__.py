"""`python -m tests.sabotage`: the table, every row tried; the last line is one JSON object.

    --all   also the rows that take longer: the same faults in the worlds of `make sim`

The exit code is 1 when a fault was not caught by its rule.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys

from tests.sabotage.report import lines
from tests.sabotage.row import Result, Row, tried
from tests.sabotage.table import ROWS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage", description=__doc__)
    parser.add_argument("--all", action="store_true", help="slow rows too")
    args = parser.parse_args()
    logging.lastResort = None  # the stations' complaints are not for here
    results = [_told(row) for row in ROWS if args.all or not row.slow]
    for line in lines(result.cells() for result in results):
        print(line)
    caught = sum(result.caught for result in results)
    print(json.dumps({"rows": len(results), "caught": caught, "missed": len(results) - caught}))
    return 0 if caught == len(results) else 1


def _told(row: Row) -> Result:
    result = tried(row)
    print(
        f"{row.invariant.name} {'caught' if result.caught else 'MISSED'}: {row.says}",
        file=sys.stderr,
    )
    return result


if __name__ == "__main__":
    sys.exit(main())
