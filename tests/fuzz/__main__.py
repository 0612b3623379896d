"""`python -m tests.fuzz [TARGET …] [--count N] [--seed K]`; the last line of stdout is JSON."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time

from tests.fuzz.run import Ends, run
from tests.fuzz.table import BY_NAME


def main() -> int:
    """0 when every input of every target ended well."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(BY_NAME))
    parser.add_argument("--count", type=int, metavar="N", help="inputs of each target")
    parser.add_argument("--seed", type=int, metavar="K", default=secrets.randbits(32))
    args = parser.parse_args()
    if unknown := set(args.targets) - BY_NAME.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(BY_NAME)}")
    print(f"seed {args.seed}", file=sys.stderr)
    total = Ends()
    for name in args.targets or BY_NAME:
        began = time.monotonic()
        ends = run([BY_NAME[name]], seed_=args.seed, count=args.count)
        took = time.monotonic() - began
        print(f"{name}: {ends.inputs[name]} inputs in {took:.0f} s", file=sys.stderr)
        total.inputs |= ends.inputs
        total.crashes += ends.crashes
        total.hangs += ends.hangs
        total.false_approvals += ends.false_approvals
        total.findings += ends.findings
    for finding in total.findings:
        print(finding, file=sys.stderr)
    last = {
        "inputs": total.inputs,
        "crashes": total.crashes,
        "hangs": total.hangs,
        "false_approvals": total.false_approvals,
        "seed": args.seed,
    }
    print(json.dumps(last))
    return 0 if total.clean else 1


if __name__ == "__main__":
    sys.exit(main())
