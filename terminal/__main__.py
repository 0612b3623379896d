"""`huinong`: one line a command; each is imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType

from drivers.mistake import named
from terminal import __version__

# name: (what it is for, the module with add_arguments(parser) and run(args) -> exit code)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "station": ("run the station: devices, journal, bank link", "terminal.bootstrap"),
    "ui": ("open the operator's screen on a running station", "terminal.ui.command"),
    "journal": ("verify, show or export a journal", "terminal.maintenance.journal_command"),
    "receipt": ("check the code on a slip, offline", "terminal.maintenance.receipt_command"),
    "keys": ("make, load and show this station's keys", "terminal.maintenance.keys_command"),
    "wire": ("read, write and test the bank's messages", "terminal.maintenance.wire_command"),
    "operator": ("admit, list, unlock, suspend operators", "terminal.maintenance.operator_command"),
    "doctor": (
        "examine the devices, find them, print a test",
        "terminal.maintenance.doctor_command",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the command named on the command line."""
    sys.excepthook = _plain_fault
    parser = argparse.ArgumentParser(
        prog="huinong", description="Software of a rural financial service station."
    )
    parser.add_argument("--version", action="version", version=f"huinong {__version__}")
    chosen = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    given = sys.argv[1:] if argv is None else argv
    for name, (purpose, module) in COMMANDS.items():
        command = chosen.add_parser(name, help=purpose, description=purpose)
        if name in given[:1]:
            importlib.import_module(module).add_arguments(command)
    args = parser.parse_args(given)
    return int(importlib.import_module(COMMANDS[args.command][1]).run(args))


def _plain_fault(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    """A mistake of ours: one plain line for the person, type and place for the log."""
    logging.getLogger("huinong").critical("fault why=%s", named(fault))
    where = f" ({trace.tb_frame.f_code.co_name})" if trace is not None else ""
    print(
        f"huinong: internal fault {kind.__name__}{where}; nothing was lost: start it again,"
        " and tell the technician what is in the log",
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
