"""`huinong journal verify FILE` and `huinong journal show FILE`: no keys needed, nothing is
changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from terminal.i18n import texts
from terminal.journal import plain, records
from terminal.journal.chain import GENESIS
from terminal.journal.files import JournalInUse, read_only
from terminal.journal.rows import JournalDamaged, checked


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = what.add_parser(
        "verify", help="prove the chain of all facts; exit 1 names the first bad"
    )
    show = what.add_parser("show", help="print the facts in plain words, secrets masked")
    for command in (verify, show):
        command.add_argument("file", type=Path, help="the journal, e.g. journal.sqlite")
    show.add_argument("--lang", choices=("zh", "en"), default="zh")
    show.add_argument("--tx", type=int, help="only the facts of this transaction")


def run(args: argparse.Namespace) -> int:
    try:
        return verify(args.file) if args.what == "verify" else show(args.file, args.lang, args.tx)
    except (JournalInUse, JournalDamaged) as why:
        print(f"{args.file}: {why}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


def verify(path: Path) -> int:
    """0 when every fact follows from the one before."""
    size, head = 0, GENESIS
    with read_only(path) as db:
        for row in checked(db):
            size, head = row.seq, row.chain
    print(f"{path}: {size} facts, chain whole, head {head.hex()[:16]}")
    print("No checkpoint was given: facts cut off at the end cannot be seen without one.")
    return 0


def show(path: Path, language: str, tx: int | None) -> int:
    """Print the facts, oldest first."""
    _ = texts(language)
    with read_only(path) as db:
        for row in checked(db):
            values = records.read(row.entry)
            if tx is None or values["tx"] == tx:
                told = plain.tell(values, _)
                print(f"{row.seq:6d}  {plain.when(values)}  {values['op']:2s}  {told}")
    return 0
