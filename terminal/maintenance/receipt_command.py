"""`huinong receipt verify --keys FILE TEXT`: whether a slip's code was issued by that terminal.

Exit code 0 VALID, 1 INVALID, 2 UNKNOWN KEY, 3 where nothing could be judged. No line is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from terminal.core.local_time import SHANGHAI
from terminal.maintenance import public_keys
from terminal.maintenance.judge_receipt import Verdict, judge
from terminal.maintenance.public_keys import NoKeys
from terminal.receipts import proof
from terminal.receipts.amounts import yuan
from terminal.receipts.proof import BadProof, Proof

EXIT = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.UNKNOWN_KEY: 2}
NOT_JUDGED = 3
WHAT_IT_PROVES = (
    "A valid signature proves that this terminal issued the slip, not that the bank booked it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = what.add_parser("verify", help="exit 0 VALID, 1 INVALID, 2 UNKNOWN KEY")
    verify.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        required=True,
        help="the station's certificate, or a list of keys",
    )
    verify.add_argument("text", metavar="TEXT", help="what the code holds, HN1:…; - reads a line")


def run(args: argparse.Namespace) -> int:
    try:
        keys = public_keys.read(args.keys)
    except NoKeys as why:
        print(f"huinong receipt: {why}", file=sys.stderr)
        return NOT_JUDGED
    text = sys.stdin.readline() if args.text == "-" else args.text
    try:
        sealed = proof.read(text.rstrip("\r\n"))
    except BadProof as why:
        print(f"INVALID: {why}")
        return EXIT[Verdict.INVALID]
    for line in fields(sealed.proof):
        print(line)
    found = judge(sealed, keys)
    print(found.value)
    if found is Verdict.VALID:
        print(WHAT_IT_PROVES)
    return EXIT[found]


def fields(shown: Proof) -> Iterator[str]:
    """The code's content, a line a field."""
    at = datetime.fromtimestamp(shown.at_s, SHANGHAI)
    yield f"terminal   {shown.terminal}"
    yield f"kind       {shown.kind.name.lower().replace('_', ' ')}"
    yield f"result     {shown.result.name.lower()}"
    yield f"amount     {yuan(shown.amount_fen)}"
    yield f"time       {at:%Y-%m-%d %H:%M:%S}"
    yield f"card       {shown.pan[:6]}…{shown.pan[6:]}" if shown.pan else "card       none"
    yield f"reference  {shown.rrn or 'none'}"
    yield f"fact       {shown.seq}, chain {shown.chain.hex()}"
    yield f"key        {shown.key_id.hex()}"
