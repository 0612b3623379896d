"""巡检报告: the bank keeps each report once and says under which number (county-wire.md)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.hw_sim.bank.state import Bank

ID_DIGITS = 16


def inspection(bank: Bank, terminal: str, body: bytes) -> tuple[int, Any]:
    """The number comes from the report's own bytes, so a repeated report gets the first again."""
    try:
        report = json.loads(body)
    except ValueError:
        return 400, {}
    if not isinstance(report, dict) or not report:
        return 400, {}
    number = hashlib.sha256(terminal.encode() + b"\n" + body).hexdigest()[:ID_DIGITS]
    bank.db.execute(
        "INSERT OR IGNORE INTO inspection VALUES (?, ?, ?, ?)",
        (number, terminal, int(bank.clock()), body.decode("utf-8")),
    )
    return 200, {"received": number}


def inspections(bank: Bank) -> list[dict[str, Any]]:
    """All reports, oldest first: number, terminal, moment, report."""
    rows = bank.db.execute("SELECT * FROM inspection ORDER BY rowid")
    return [dict(row) | {"report": json.loads(row["report"])} for row in rows]
