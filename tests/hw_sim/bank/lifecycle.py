"""What happens to the scheme's money between the stations' days (scheme.md, lifecycle).

Sweep: transitional accounts → personal accounts, and the government's subsidy from the fiscal
account once a year is paid in full. Payout: fiscal and personal account → card, once a month.
"""

from __future__ import annotations

import sqlite3

from tests.hw_sim.bank import ledger
from tests.hw_sim.bank.bookings import BOOKED, yuan
from tests.hw_sim.bank.cards import card_of_key
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.persons import paid_years
from tests.hw_sim.bank.state import Bank

RECEIVING = "R"


def sweep(bank: Bank) -> int:
    """How many contributions went on to their personal account: those that no reversal can undo.

    That is of earlier accounting days, in batches that are closed.
    """
    rows = bank.db.execute(
        "SELECT c.id, c.year, c.fen, p.id_number, p.township, p.account FROM contribution c "
        "JOIN booking b ON b.id = c.booking JOIN person p ON p.id_number = c.person "
        "JOIN terminal t ON t.id = b.terminal "
        "WHERE c.state = ? AND NOT c.swept AND b.date < ? AND CAST(b.batch AS INTEGER) <> t.batch",
        (BOOKED, bank.accounting_day().isoformat()),
    ).fetchall()
    for row in rows:
        _sweep_one(bank, row)
    return len(rows)


def pay_pensions(bank: Bank) -> int:
    """How many were paid: the base from the fiscal account, a part of their own account."""
    scheme = bank.county.scheme
    people = bank.db.execute("SELECT * FROM person WHERE status = ?", (RECEIVING,)).fetchall()
    for person in people:
        own_fen = ledger.balance_fen(bank.db, person["account"]) // scheme.months_divisor
        card = card_of_key(bank, person["key"])
        moves = (
            Move(ledger.FISCAL, card["account"], scheme.base_pension_fen),
            Move(person["account"], card["account"], own_fen),
        )
        at_s, fen = int(bank.clock()), scheme.base_pension_fen + own_fen
        ledger.post(bank.db, moves, what="pension", at_s=at_s, booking=None)
        bank.db.execute(
            "INSERT INTO pension_arrival (key, date, fen) VALUES (?, ?, ?)",
            (person["key"], bank.accounting_day().isoformat(), fen),
        )
        line = f"【{bank.county.issuer_name}】养老金到账{yuan(fen)}元。"
        bank.db.execute(
            "INSERT INTO sms (at_s, phone, text) VALUES (?, ?, ?)", (at_s, card["phone"], line)
        )
    return len(people)


def _sweep_one(bank: Bank, row: sqlite3.Row) -> None:
    paid = paid_years(bank, row["id_number"])[row["year"]]
    subsidised = bank.db.execute(
        "SELECT 1 FROM subsidy WHERE person = ? AND year = ?", (row["id_number"], row["year"])
    ).fetchone()
    subsidy_fen = bank.county.scheme.subsidy_fen if paid.full and not subsidised else 0
    if subsidy_fen:
        bank.db.execute("INSERT INTO subsidy VALUES (?, ?)", (row["id_number"], row["year"]))
    moves = (
        Move(ledger.transitional(row["township"]), row["account"], row["fen"]),
        Move(ledger.FISCAL, row["account"], subsidy_fen),
    )
    ledger.post(bank.db, moves, what="sweep", at_s=int(bank.clock()), booking=None)
    bank.db.execute("UPDATE contribution SET swept = 1 WHERE id = ?", (row["id"],))
