"""What the bank booked: for the terminal's statement and for the control socket's auditors."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.hw_sim.bank import ledger
from tests.hw_sim.bank.state import Bank

ASKABLE = {"batch": r"\d{6}", "date": r"\d{4}-\d\d-\d\d"}  # county-wire.md, statement
LISTED = "trace, batch, date, service, amount_fen, fee_fen, state, rrn"
# county-wire.md knows two states and five services: a void shows in the state of its original
TOLD = LISTED.replace("state", "IIF(state = 'voided', 'reversed', state) AS state")


def asked_bookings(bank: Bank, terminal: str, body: bytes) -> list[dict[str, Any]] | None:
    """The bookings of one batch or one accounting day, oldest first; None is a bad question."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict) or len(asked) != 1:
        return None
    ((name, value),) = asked.items()
    form = ASKABLE.get(name)
    if form is None or not isinstance(value, str) or not re.fullmatch(form, value, re.ASCII):
        return None
    rows = bank.db.execute(
        f"SELECT {TOLD} FROM booking WHERE terminal = ? AND {name} = ? AND service <> 'void' "
        "ORDER BY id",
        (terminal, value),
    )
    return [dict(row) for row in rows]


def books(bank: Bank) -> dict[str, Any]:
    """Accounts, their sum (0, or somebody tampered), all bookings and all requests."""
    totals = ledger.totals(bank.db)
    bookings = bank.db.execute(f"SELECT terminal, {LISTED}, '00' AS rc FROM booking ORDER BY id")
    requests = bank.db.execute(
        "SELECT terminal, seq, mti, service, trace, batch, date, amount_fen, rc, rrn, fault "
        "FROM request ORDER BY id"
    )
    return {
        "accounts": totals,
        "sum": sum(totals.values()),
        "bookings": [dict(row) for row in bookings],
        "requests": [dict(row) for row in requests],
    }


def accounts_of(bank: Bank, key: str) -> dict[str, int]:
    """A villager's accounts. Raises KeyError."""
    rows = bank.db.execute(
        "SELECT account FROM card WHERE key = ? UNION SELECT account FROM person WHERE key = ?",
        (key, key),
    ).fetchall()
    if not rows:
        raise KeyError(key)
    return {row["account"]: ledger.balance_fen(bank.db, row["account"]) for row in rows}


def status(bank: Bank, terminal: str) -> dict[str, Any]:
    """A terminal as the bank sees it, and every rule of the wire that was broken."""
    row = bank.db.execute("SELECT * FROM terminal WHERE id = ?", (terminal,)).fetchone()
    if row is None:
        raise KeyError(terminal)
    seen = bank.db.execute(
        "SELECT mti, service, COUNT(*) AS n FROM request WHERE terminal = ? GROUP BY mti, service",
        (terminal,),
    )
    return {
        "terminal": terminal,
        "batch": f"{row['batch']:06d}",
        "signed_in": terminal in bank.sessions,
        "high_water": row["high_water"],
        "date": bank.accounting_day().isoformat(),
        "seen": {f"{kind['mti']} {kind['service']}".strip(): kind["n"] for kind in seen},
        "violations": [r["what"] for r in bank.db.execute("SELECT what FROM violation")],
    }


def sms(bank: Bank) -> list[dict[str, Any]]:
    return [dict(row) for row in bank.db.execute("SELECT phone, text FROM sms ORDER BY id")]
