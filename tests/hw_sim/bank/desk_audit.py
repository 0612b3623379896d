"""What an auditor reads in the books of the counter desk, straight from SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.hw_sim.bank import batches, bookings, checkpoint, ledger, statement
from tests.hw_sim.bank.state import Bank


class Booking(NamedTuple):
    """One booking; `state` is booked or reversed, `batch` and `trace` are six digits."""

    terminal: str
    batch: str
    trace: str
    date: str
    service: str
    amount_fen: int
    fee_fen: int
    state: str
    rrn: str


@dataclass(frozen=True)
class Audit:
    """Reads only."""

    bank: Bank

    @property
    def revision(self) -> int:
        """Rises with every posting: while it stands, no money has moved."""
        (last,) = self.bank.db.execute("SELECT MAX(id) FROM posting").fetchone()
        return int(last)

    def booking(self, terminal: str, batch: str, trace: str) -> Booking | None:
        row = bookings.find(self.bank, terminal, batch, trace)
        return _booking(row) if row else None

    def bookings(self) -> list[Booking]:
        """All of them, oldest first."""
        rows = self.bank.db.execute("SELECT * FROM booking ORDER BY id")
        return [_booking(row) for row in rows]

    def requests(self) -> list[dict[str, Any]]:
        """All that came, with the code answered; what was lost on the way has a fault instead."""
        found: list[dict[str, Any]] = statement.books(self.bank)["requests"]
        return found

    def balance_fen(self, account: str) -> int:
        """Of card:KEY, person:KEY, station:TERMINAL, transitional:TOWNSHIP, fee_income, fiscal."""
        return ledger.balance_fen(self.bank.db, account)

    def totals(self) -> dict[str, int]:
        """Each account's total from its entries; together they are 0."""
        return ledger.totals(self.bank.db)

    def status(self, terminal: str) -> dict[str, Any]:
        """Batch, high-water mark, accounting day, what came of which kind."""
        return statement.status(self.bank, terminal)

    def violations(self) -> list[str]:
        """Every rule of the wire that a terminal broke."""
        return [row["what"] for row in self.bank.db.execute("SELECT what FROM violation")]

    def sms(self) -> list[dict[str, Any]]:
        return statement.sms(self.bank)

    def settlements(self) -> list[dict[str, Any]]:
        """Each batch asked to be settled: terminal, batch, both DE48, state, announced."""
        return batches.settlements(self.bank)

    def differences(self, terminal: str, batch: str) -> list[dict[str, Any]]:
        """Trace, amount and what differs between the uploaded details and the books."""
        return batches.differences(self.bank, terminal, batch)

    def checkpoint_note(self, terminal: str) -> str | None:
        """The signed note of the last head that the bank took over, as it came."""
        return checkpoint.last_note(self.bank, terminal)


def _booking(row: sqlite3.Row) -> Booking:
    return Booking(*(row[name] for name in Booking._fields))
