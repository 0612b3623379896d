"""`huinong journal verify | show | export FILE`: no secrets needed, nothing of the journal changed.

Every refusal is one line on stderr and exit code 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from terminal.i18n import texts
from terminal.journal import plain
from terminal.journal.checkpoint import BadCheckpoint
from terminal.journal.errors import JournalDamaged, JournalInUse, JournalUnavailable
from terminal.journal.files import read_only
from terminal.journal.rows import checked
from terminal.maintenance import export_journal, public_keys, verify_journal
from terminal.maintenance.public_keys import NoKeys
from terminal.maintenance.verify_journal import NotProved
from terminal.receipts import proof
from terminal.receipts.proof import BadProof

REFUSED = (
    JournalInUse,
    JournalUnavailable,
    JournalDamaged,
    BadCheckpoint,
    BadProof,
    NoKeys,
    NotProved,
    OSError,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = what.add_parser("verify", help="prove all facts; exit 1 names the first bad")
    show = what.add_parser("show", help="print the facts in plain words, secrets masked")
    export = what.add_parser("export", help="give the facts to other programs, secrets sealed")
    for command in (verify, show, export):
        command.add_argument("file", type=Path, help="the journal, e.g. journal.sqlite")
    verify.add_argument(
        "--keys", type=Path, metavar="FILE", help="the station's certificate, or a list of keys"
    )
    verify.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="the signed head that the bank stored"
    )
    verify.add_argument(
        "--receipt",
        action="append",
        default=[],
        metavar="TEXT",
        help="what a slip's code holds, HN1:…: its fact must be there; may be repeated",
    )
    show.add_argument("--tx", type=int, help="only the facts of this transaction")
    export.add_argument("--format", choices=tuple(export_journal.FORMATS), default="jsonl")
    export.add_argument("--out", default="-", metavar="FILE", help="- is standard output")
    for command in (show, export):
        command.add_argument("--lang", choices=("zh", "en"), default="zh")


def run(args: argparse.Namespace) -> int:
    try:
        ACTIONS[args.what](args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except REFUSED as why:
        print(f"huinong journal: {_named(args.file, why)}", file=sys.stderr)
        return 1
    return 0


def _named(file: Path, why: Exception) -> str:
    """The message with the journal's name in it."""
    message = str(why)
    if isinstance(why, OSError) and why.strerror:
        message = f"{why.filename}: {why.strerror}"
    return message if str(file) in message else f"{file}: {message}"


def _verify(args: argparse.Namespace) -> None:
    keys = public_keys.read(args.keys) if args.keys else []
    witnessed = verify_journal.read_note(args.checkpoint) if args.checkpoint else None
    receipts = [proof.read(text) for text in args.receipt]
    for line in verify_journal.verify(args.file, keys, witnessed, receipts):
        print(line)


def _show(args: argparse.Namespace) -> None:
    """Oldest first; of a damaged journal whatever stands before the damage."""
    _ = texts(args.lang)
    with read_only(args.file) as db:
        for row in checked(db):
            values = row.values
            if args.tx is None or values["tx"] == args.tx:
                told = plain.tell(values, _)
                print(f"{row.seq:6d}  {plain.when(values)}  {values['op']:2s}  {told}")


def _export(args: argparse.Namespace) -> None:
    write, words = export_journal.FORMATS[args.format], texts(args.lang)
    if args.out == "-":
        count = export_journal.export(args.file, write, sys.stdout, words)
    else:
        count = export_journal.export_to_file(args.file, write, Path(args.out), words)
    print(f"{args.file}: {count} facts exported", file=sys.stderr)


ACTIONS = {"verify": _verify, "show": _show, "export": _export}
