"""Double-entry books in fen (scheme.md, lifecycle): accounts, postings, totals.

Positive is what the bank owes the holder. Every posting sums to zero, so the books do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

CAPITAL = "capital"
FISCAL = "fiscal"
FEE_INCOME = "fee_income"


class Move(NamedTuple):
    """`fen` from one account to another."""

    source: str
    target: str
    fen: int


def transitional(township: str) -> str:
    return f"transitional:{township}"


def station(terminal: str) -> str:
    return f"station:{terminal}"


def open_account(db: sqlite3.Connection, name: str, kind: str) -> None:
    db.execute("INSERT OR IGNORE INTO account VALUES (?, ?, 0)", (name, kind))


def post(
    db: sqlite3.Connection, moves: Sequence[Move], *, what: str, at_s: int, booking: int | None
) -> None:
    """Writes one balanced posting. A move of 0 fen leaves no entry."""
    cursor = db.execute(
        "INSERT INTO posting (booking, what, at_s) VALUES (?, ?, ?)", (booking, what, at_s)
    )
    entries = [
        (account, fen)
        for move in moves
        if move.fen
        for account, fen in ((move.source, -move.fen), (move.target, move.fen))
    ]
    assert sum(fen for _, fen in entries) == 0
    for account, fen in entries:
        db.execute(
            "INSERT INTO entry (posting, account, fen) VALUES (?, ?, ?)",
            (cursor.lastrowid, account, fen),
        )
        touched = db.execute(
            "UPDATE account SET balance_fen = balance_fen + ? WHERE name = ?", (fen, account)
        )
        assert touched.rowcount == 1, f"no account {account}"


def moves_of(db: sqlite3.Connection, booking: int) -> list[Move]:
    """What a booking moved, read back from its entries for the reversal."""
    rows = db.execute(
        "SELECT e.account, e.fen FROM entry e JOIN posting p ON p.id = e.posting "
        "WHERE p.booking = ? ORDER BY e.id",
        (booking,),
    ).fetchall()
    return [
        Move(out["account"], into["account"], into["fen"])
        for out, into in zip(rows[::2], rows[1::2], strict=True)
    ]


def balance_fen(db: sqlite3.Connection, account: str) -> int:
    row = db.execute("SELECT balance_fen FROM account WHERE name = ?", (account,)).fetchone()
    return int(row["balance_fen"])


def totals(db: sqlite3.Connection) -> dict[str, int]:
    """Each account's total from its entries, not from the running balance."""
    rows = db.execute(
        "SELECT a.name, COALESCE(SUM(e.fen), 0) AS fen FROM account a "
        "LEFT JOIN entry e ON e.account = a.name GROUP BY a.name ORDER BY a.name"
    )
    return {row["name"]: int(row["fen"]) for row in rows}


def tamper(db: sqlite3.Connection, account: str, fen: int) -> None:
    """Adds to one entry alone, so that the books no longer balance. For a test of the auditors."""
    changed = db.execute(
        "UPDATE entry SET fen = fen + ? WHERE id = (SELECT MAX(id) FROM entry WHERE account = ?)",
        (fen, account),
    )
    if changed.rowcount != 1:
        raise KeyError(account)
