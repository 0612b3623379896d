"""`huinong operator`: admits, lists, unlocks and suspends the station's operators.

Every refusal is one line on stderr and exit code 1; no PIN is an argument or is shown.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from terminal.keys import passphrase
from terminal.keys.api import KeyUnavailable
from terminal.keys.store import KeyStore, open_store
from terminal.keys.typed import NothingTyped, ask
from terminal.people import roster
from terminal.people.pin_rule import PinRefused
from terminal.people.records import Operator, Record, Role
from terminal.people.roster import OperatorRefused


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="admit a person; asks the PIN twice")
    add.add_argument("number", metavar="NUMBER", help="01 to 99")
    add.add_argument("--name", required=True)
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.OPERATOR.value)
    listing = actions.add_parser("list", help="who is admitted, and who is locked out")
    unlock = actions.add_parser("unlock", help="forget failures, lock and suspension")
    suspend = actions.add_parser("suspend", help="let a person in no longer")
    for action in (unlock, suspend):
        action.add_argument("number", metavar="NUMBER")
    for action in (add, listing, unlock, suspend):
        action.add_argument("--state", type=Path, required=True, metavar="DIR")


def run(args: Namespace) -> int:
    """0, or 1 after one line on stderr."""
    try:
        lines = ACTIONS[args.action](open_store(args.state, passphrase.find(os.environ)), args)
    except (KeyUnavailable, OperatorRefused, PinRefused, NothingTyped, OSError) as why:
        sys.stderr.write(f"huinong operator: {why}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _add(store: KeyStore, args: Namespace) -> list[str]:
    pin = ask("PIN, 6 to 12 digits")
    if ask("the same PIN again") != pin:
        raise PinRefused("the two PINs differ")
    roster.admit(store, Operator(args.number, args.name, Role(args.role)), pin)
    return [f"operator {args.number} admitted as {args.role}"]


def _list(store: KeyStore, _args: Namespace) -> list[str]:
    return [_line(operator, record) for operator, record in roster.admitted(store)]


def _unlock(store: KeyStore, args: Namespace) -> list[str]:
    roster.unlock(store, args.number)
    return [f"operator {args.number} may sign in again"]


def _suspend(store: KeyStore, args: Namespace) -> list[str]:
    roster.suspend(store, args.number)
    return [f"operator {args.number} is suspended"]


def _line(operator: Operator, record: Record) -> str:
    state = "suspended" if operator.suspended else f"{record.failures} failures"
    return f"{operator.number}  {operator.role.value:<17}  {state:<11}  {operator.name}"


ACTIONS = {"add": _add, "list": _list, "unlock": _unlock, "suspend": _suspend}
