"""The bank's one SQLite file and its transaction.

One connection; every request is one transaction (county-wire.md, rule 1). `synchronous=OFF` is
safe here: the books must outlive a killed process, not a power cut, and a killed process loses
no page that SQLite has written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, balance_fen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS posting (
    id INTEGER PRIMARY KEY, booking INTEGER, what TEXT NOT NULL, at_s INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, posting INTEGER NOT NULL, account TEXT NOT NULL,
    fen INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS entry_account ON entry (account);
CREATE TABLE IF NOT EXISTS card (
    pan TEXT PRIMARY KEY, key TEXT NOT NULL, account TEXT NOT NULL, expiry TEXT NOT NULL,
    phone TEXT NOT NULL, pin_digest TEXT NOT NULL, wrong_pins INTEGER NOT NULL,
    state TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS person (
    id_number TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, status TEXT NOT NULL,
    township TEXT NOT NULL, phone TEXT NOT NULL, account TEXT NOT NULL,
    household TEXT NOT NULL, register TEXT NOT NULL, verified INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pension_arrival (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, date TEXT NOT NULL, fen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS register_entry (
    kind TEXT NOT NULL, key TEXT NOT NULL, detail TEXT NOT NULL, receipt TEXT NOT NULL,
    PRIMARY KEY (kind, key)) STRICT;
CREATE TABLE IF NOT EXISTS script (
    id INTEGER PRIMARY KEY, pan TEXT NOT NULL, tag TEXT NOT NULL, identifier TEXT NOT NULL,
    commands TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS script_result (
    terminal TEXT NOT NULL, batch TEXT NOT NULL, trace TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (terminal, batch, trace)) STRICT;
CREATE TABLE IF NOT EXISTS contribution (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL, year INTEGER NOT NULL, tier_fen INTEGER NOT NULL,
    fen INTEGER NOT NULL, booking INTEGER, at TEXT NOT NULL, terminal TEXT NOT NULL,
    state TEXT NOT NULL, swept INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS subsidy (
    person TEXT NOT NULL, year INTEGER NOT NULL, PRIMARY KEY (person, year)) STRICT;
CREATE INDEX IF NOT EXISTS contribution_person ON contribution (person, year);
CREATE TABLE IF NOT EXISTS terminal (
    id TEXT PRIMARY KEY, batch INTEGER NOT NULL, high_water INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refused (
    terminal TEXT PRIMARY KEY, status INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS nonce (
    terminal TEXT NOT NULL, nonce TEXT NOT NULL, seen_s INTEGER NOT NULL,
    PRIMARY KEY (terminal, nonce)) STRICT;
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, at_s INTEGER NOT NULL, terminal TEXT NOT NULL, seq INTEGER NOT NULL,
    mti TEXT NOT NULL, service TEXT NOT NULL, trace TEXT NOT NULL, batch TEXT NOT NULL,
    date TEXT NOT NULL, amount_fen INTEGER NOT NULL, rc TEXT, rrn TEXT, fault TEXT) STRICT;
CREATE INDEX IF NOT EXISTS request_trace ON request (terminal, batch, trace);
CREATE TABLE IF NOT EXISTS trace_used (
    terminal TEXT NOT NULL, batch TEXT NOT NULL, date TEXT NOT NULL, trace TEXT NOT NULL,
    PRIMARY KEY (terminal, batch, date, trace)) STRICT;
CREATE TABLE IF NOT EXISTS reversed_unseen (
    terminal TEXT NOT NULL, batch TEXT NOT NULL, trace TEXT NOT NULL,
    PRIMARY KEY (terminal, batch, trace)) STRICT;
CREATE TABLE IF NOT EXISTS booking (
    id INTEGER PRIMARY KEY, terminal TEXT NOT NULL, batch TEXT NOT NULL, trace TEXT NOT NULL,
    date TEXT NOT NULL, service TEXT NOT NULL, amount_fen INTEGER NOT NULL,
    fee_fen INTEGER NOT NULL, pan TEXT NOT NULL, queued INTEGER NOT NULL, phone TEXT NOT NULL,
    side TEXT NOT NULL, left_out INTEGER NOT NULL DEFAULT 0, voids INTEGER,
    state TEXT NOT NULL, rrn TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS booking_trace ON booking (terminal, batch, trace);
CREATE INDEX IF NOT EXISTS booking_card_day ON booking (pan, date);
CREATE TABLE IF NOT EXISTS first_answer (
    ik TEXT PRIMARY KEY, contents TEXT NOT NULL, booking INTEGER, fields TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY, at_s INTEGER NOT NULL, phone TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (
    terminal TEXT PRIMARY KEY, size INTEGER NOT NULL, root TEXT NOT NULL,
    note TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS settlement (
    terminal TEXT NOT NULL, batch TEXT NOT NULL, asked TEXT NOT NULL, told TEXT NOT NULL,
    state TEXT NOT NULL, announced INTEGER, PRIMARY KEY (terminal, batch)) STRICT;
CREATE TABLE IF NOT EXISTS batch_detail (
    terminal TEXT NOT NULL, batch TEXT NOT NULL, trace TEXT NOT NULL, amount_fen INTEGER NOT NULL,
    what TEXT NOT NULL, PRIMARY KEY (terminal, batch, trace)) STRICT;
CREATE TABLE IF NOT EXISTS terminal_key (
    keyid TEXT PRIMARY KEY, terminal TEXT NOT NULL, spki TEXT NOT NULL,
    until_s INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS invitation (
    terminal TEXT PRIMARY KEY, digest TEXT NOT NULL, until_s INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS inspection (
    id TEXT PRIMARY KEY, terminal TEXT NOT NULL, at_s INTEGER NOT NULL,
    report TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS notice (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, until TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS notice_given (
    notice INTEGER NOT NULL, terminal TEXT NOT NULL, given INTEGER NOT NULL,
    PRIMARY KEY (notice, terminal)) STRICT;
CREATE TABLE IF NOT EXISTS violation (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;
"""


def open_store(path: Path) -> sqlite3.Connection:
    """The books at `path`, made when they are not there; used from one thread at a time."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=OFF")
    db.executescript(SCHEMA)
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what happens inside."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def setting(db: sqlite3.Connection, name: str) -> int:
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return int(row["value"]) if row else 0


def raise_setting(db: sqlite3.Connection, name: str, by: int = 1) -> int:
    """The setting after adding `by`; one never set counts from 0."""
    row = db.execute(
        "INSERT INTO setting VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value",
        (name, by),
    ).fetchone()
    return int(row["value"])
