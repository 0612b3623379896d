"""通知: what the bank wants told at the counter, and how often it was (county-wire.md)."""

from __future__ import annotations

import json
from typing import Any

from tests.hw_sim.bank.state import Bank

NOTICES_MAX = 50  # in one answer; the rest comes with the next `since`


def notices(bank: Bank, terminal: str, body: bytes) -> tuple[int, Any]:
    """Those after `since`, oldest first."""
    asked = _numbers(body, {"since"})
    if asked is None:
        return 400, {}
    rows = bank.db.execute(
        "SELECT id, title, text, until FROM notice WHERE id > ? ORDER BY id LIMIT ?",
        (asked["since"], NOTICES_MAX),
    )
    return 200, [dict(row) for row in rows]


def acknowledge(bank: Bank, terminal: str, body: bytes) -> tuple[int, Any]:
    """`given` is how many people have been told so far; the latest figure stands."""
    told = _numbers(body, {"id", "given"})
    if told is None or not _exists(bank, told["id"]):
        return 400, {}
    bank.db.execute(
        "INSERT OR REPLACE INTO notice_given VALUES (?, ?, ?)",
        (told["id"], terminal, told["given"]),
    )
    return 200, {}


def publish(bank: Bank, title: str, text: str, until: str) -> int:
    """The number of a new notice; `until` is YYYY-MM-DD."""
    cursor = bank.db.execute(
        "INSERT INTO notice (title, text, until) VALUES (?, ?, ?)", (title, text, until)
    )
    return int(cursor.lastrowid or 0)


def given(bank: Bank) -> list[dict[str, Any]]:
    """Notice, terminal, count: what stations acknowledged."""
    rows = bank.db.execute("SELECT * FROM notice_given ORDER BY notice, terminal")
    return [dict(row) for row in rows]


def _exists(bank: Bank, number: int) -> bool:
    row = bank.db.execute("SELECT 1 FROM notice WHERE id = ?", (number,)).fetchone()
    return row is not None


def _numbers(body: bytes, names: set[str]) -> dict[str, int] | None:
    """The object of exactly these names, each a number from 0; None for anything else."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict) or set(asked) != names:
        return None
    good = all(type(value) is int and value >= 0 for value in asked.values())
    return asked if good else None
