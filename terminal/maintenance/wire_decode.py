"""`huinong wire decode`: what a message says, with or without LEN, TPDU and header.

Values that name a card, a person or a key are masked; `--reveal` is for test keys and test cards.
A malformed message ends in its kind, field and offset, and exit code 1.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from protocol.bank import header, messages
from protocol.bank.codec import Message
from protocol.bank.fields import BASE, LENIENT_ROWS, Dialect
from protocol.bank.frame import KINDS, Layout, layout_of, open_as
from protocol.bank.readings import Part
from protocol.bank.shown import printed, shown
from protocol.bank.subfields import parts
from protocol.bank.text import text_of
from protocol.errors import PeerMistake
from terminal.config import ConfigError
from terminal.maintenance import wire_form

REFUSED, USAGE = 1, 2  # exit codes


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hex", nargs="?", default="-", metavar="HEX|-", help="- reads stdin")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="the bank's bank.toml")
    parser.add_argument("--json", action="store_true", help="one JSON line that `encode` takes")
    parser.add_argument("--reveal", action="store_true", help="show what is masked otherwise")
    parser.add_argument(
        "--lenient", action="store_true", help="note what a strict reader refuses, and read on"
    )


def run(args: Namespace) -> int:
    """0; 1 for a malformed message, 2 for what is no hex or no profile."""
    try:
        profile = wire_form.profile_of(args.profile)
        data = bytes.fromhex(sys.stdin.read() if args.hex == "-" else args.hex)
    except (ConfigError, ValueError) as why:
        told = why if isinstance(why, ConfigError) else "not hex"
        sys.stderr.write(f"huinong wire: {told}\n")
        return USAGE
    max_frame = profile.link.max_frame if profile else wire_form.MAX_FRAME
    layout = layout_of(data, max_frame=max_frame)
    excused: list[PeerMistake] | None = [] if args.lenient else None
    dialect = profile.field_table if profile else BASE
    if args.lenient:
        dialect = dialect.and_also(LENIENT_ROWS)
    try:
        message = open_as(layout, data, max_frame=max_frame, dialect=dialect, excused=excused)
    except PeerMistake as why:
        print(json.dumps({"error": _error(why)}) if args.json else f"malformed: {_told(why)}")
        return REFUSED
    found = wire_form.form(layout, data, message, reveal=args.reveal, dialect=dialect)
    if excused:
        found["warnings"] = [_error(why) for why in excused]
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(_lines(layout, found, message, dialect, reveal=args.reveal)))
        print("".join(f"warning   {_told(why)}\n" for why in excused or ()), end="")
    return 0


def _error(why: PeerMistake) -> dict[str, object]:
    return {"kind": why.kind, "field": why.field, "offset": why.offset}


def _told(why: PeerMistake) -> str:
    field = f" in field {why.field}" if why.field else ""
    return f"{why.kind}{field} at byte {why.offset}: {KINDS[why.kind]}"


def _lines(
    layout: Layout, found: dict[str, object], message: Message, dialect: Dialect, *, reveal: bool
) -> list[str]:
    lines = [f"layout    {layout.value}"]
    lines += [f"{key:<10}{found[key]}" for key in ("len", "tpdu", "header") if key in found]
    if layout is not Layout.BODY:
        asked = header.asks(bytes.fromhex(str(found["header"])))
        lines.append(f"asks      {asked.name.lower().replace('_', ' ')}")
    lines += [f"mti       {message.mti}  {_named(message)}", f"bitmap    {found['bitmap']}"]
    for de in message.fields:
        lines += _field_lines(message, de, dialect, reveal=reveal)
    return lines


def _named(message: Message) -> str:
    """The message's row in the table, and which side of the exchange it is."""
    row = messages.row_of(message.mti, message.text(3), message.text(60))
    if row is None:
        return "(no message of the table)"
    answered = message.mti != messages.asking_mti(message.mti)
    reversal = " reversal" if messages.asking_mti(message.mti) == messages.REVERSAL_MTI else ""
    return f"{row.name}{reversal}, {'answered' if answered else 'asked'}"


def _field_lines(message: Message, de: int, dialect: Dialect, *, reveal: bool) -> list[str]:
    value, row = message.fields[de], dialect.by_de[de]
    text = printed(value) if reveal else shown(message, de, dialect)
    lines = [f"{de:>6}    {row.name}  {_printable(text)}"]
    try:
        found = parts(message, de)
    except PeerMistake as why:
        return [*lines, f"          {_told(why)}"]
    width = 1 if isinstance(value, str) else 2
    for part in found:
        told = _readable(part, text[part.start * width : part.end * width], width)
        lines.append(f"          {part.name} {part.meaning}  {told}")
    return lines


def _readable(part: Part, shown_as: str, width: int) -> str:
    """A part as shown; bytes that are text of the county's also as text."""
    if width == 1 or "*" in shown_as:
        return _printable(shown_as)
    text = text_of(bytes.fromhex(shown_as))
    return f"{shown_as}  {text}" if text and part.name.startswith(("62.", "63.")) else shown_as


def _printable(text: str) -> str:
    """Control characters that a lenient reading let through must not command a screen."""
    return "".join(char if char.isprintable() or char == "\u3000" else "\ufffd" for char in text)
