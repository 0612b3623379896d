"""Registers the bank keeps of what is asked once: the first entry stands, and is told again."""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import raise_setting


def entry(bank: Bank, kind: str, key: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM register_entry WHERE kind = ? AND key = ?", (kind, key)
    ).fetchone()
    return row


def enter(bank: Bank, kind: str, key: str, detail: str, prefix: str) -> str:
    """The receipt number (RN) of the entry: the first one's where there is one already."""
    first = entry(bank, kind, key)
    if first is not None:
        return str(first["receipt"])
    receipt = f"{prefix}{raise_setting(bank.db, f'receipt {kind}'):010d}"
    bank.db.execute("INSERT INTO register_entry VALUES (?, ?, ?, ?)", (kind, key, detail, receipt))
    return receipt
