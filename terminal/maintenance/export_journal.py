"""A journal for other programs: as JSON Lines, whole and sealed, or as a table for people.

A line of JSON is an entry byte for byte, so that whoever has the lines can compute leaves, chain
and tree; the last line is the latest signed checkpoint. The table has masks and plain words.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from terminal.journal import plain, records
from terminal.journal.files import read_only
from terminal.journal.heads import KIND
from terminal.journal.rows import checked

COLUMNS = ("seq", "time", "operator", "transaction", "fact", "text")
CHECKPOINT = "checkpoint"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate a cell that begins so

Write = Callable[[sqlite3.Connection, TextIO, Callable[[str], str]], int]


def export(path: Path, write: Write, out: TextIO, texts: Callable[[str], str]) -> int:
    """Writes all facts in order; gives how many. Raises JournalInUse, JournalDamaged."""
    with read_only(path) as db:
        return write(db, out, texts)


def export_to_file(path: Path, write: Write, file: Path, texts: Callable[[str], str]) -> int:
    """As `export`, into a new file that appears only when it is whole. Raises OSError as well."""
    if file.exists():
        raise FileExistsError(f"{file} exists and is not overwritten")
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            count = export(path, write, out, texts)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return count


def jsonl(db: sqlite3.Connection, out: TextIO, texts: Callable[[str], str]) -> int:
    note, count = "", 0
    for row in checked(db):
        out.write(f"{row.entry.decode('utf-8')}\n")
        note, count = _latest(row.values, note), row.seq
    if note:
        out.write(f"{records.canonical({CHECKPOINT: note}).decode('utf-8')}\n")
    return count


def table(db: sqlite3.Connection, out: TextIO, texts: Callable[[str], str]) -> int:
    """CSV with a byte order mark, without which spreadsheets misread Chinese."""
    out.write("\ufeff")
    lines = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    lines.writerow(COLUMNS)
    note, count = "", 0
    for row in checked(db):
        lines.writerow(_cells(row.values, texts))
        note, count = _latest(row.values, note), row.seq
    if note:
        lines.writerow(["", "", "", "", CHECKPOINT, note])
    return count


FORMATS: Mapping[str, Write] = {"jsonl": jsonl, "csv": table}


def _latest(values: Mapping[str, Any], note: str) -> str:
    return str(values["note"]) if values["t"] == KIND else note


def _cells(values: Mapping[str, Any], texts: Callable[[str], str]) -> Iterator[object]:
    yield values["seq"]
    yield plain.when(values)
    yield _quiet(values["op"])
    yield values["tx"] or ""
    yield values["t"]
    yield _quiet(plain.tell(values, texts))


def _quiet(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
