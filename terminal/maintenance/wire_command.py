"""`huinong wire`: the bank's messages for technicians and integrators, one row a sub-command."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

# name: (what it is for, the module with add_arguments(parser) and run(args) -> exit code)
ACTIONS: Mapping[str, tuple[str, str]] = {
    "decode": ("show what a message says", "terminal.maintenance.wire_decode"),
    "encode": ("write a message from its JSON", "terminal.maintenance.wire_encode"),
    "profile": ("print the reference of bank.toml", "terminal.maintenance.wire_profile"),
    "ping": ("reach the bank, show who it is, time an echo", "terminal.maintenance.wire_ping"),
}


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (purpose, module) in ACTIONS.items():
        action = actions.add_parser(name, help=purpose, description=purpose)
        importlib.import_module(module).add_arguments(action)


def run(args: Namespace) -> int:
    """The exit code of the sub-command."""
    return int(importlib.import_module(ACTIONS[args.action][1]).run(args))
