"""`huinong wire encode`: the JSON of `wire decode --json --reveal` as the same bytes, in hex."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from protocol.errors import OurMistake
from terminal.config import ConfigError
from terminal.maintenance import wire_form
from terminal.maintenance.wire_form import Written


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("json", nargs="?", default="-", metavar="JSON|-", help="- reads stdin")
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="bank.toml, for TPDU and header not given"
    )


def run(args: Namespace) -> int:
    """0, or 1 after one line on stderr: what in the JSON does not fit."""
    text = sys.stdin.read() if args.json == "-" else args.json
    try:
        profile = wire_form.profile_of(args.profile)
        written = msgspec.json.decode(text, type=Written)
        data = wire_form.bytes_of(written, profile)
    except (ConfigError, OurMistake, msgspec.DecodeError, UnicodeError) as why:
        sys.stderr.write(f"huinong wire: {why}\n")
        return 1
    print(data.hex().upper())
    return 0
