"""The bank's open batches: totals by DE48, a booking left out, details taken in, the next batch.

bank-wire.md section 10 and county-wire.md, batch and day. Everything here counts as domestic
(内卡): the county's cards carry no other scheme than CUP.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from tests.hw_sim.bank import bookings
from tests.hw_sim.bank.arrival import CREDIT, DEBIT
from tests.hw_sim.bank.bookings import BOOKED, VOIDED
from tests.hw_sim.bank.state import Bank

BATCH_MAX = 999_999
UPLOADING = "uploading"  # a 0510 said not balanced; details are awaited
CLOSED = "closed"
STANDING = f"state IN ('{BOOKED}', '{VOIDED}')"  # voided ones stay in the totals; reversed do not

SAME = "same"
UNKNOWN = "unknown at the bank"
OTHER_AMOUNT = "another amount"
OTHER_CARD = "another card"
UNDONE = "reversed at the bank"
NOT_UPLOADED = "not uploaded"


class Totals(NamedTuple):
    debit_fen: int
    debit_count: int
    credit_fen: int
    credit_count: int

    def digits(self) -> str:
        """The four totals of one side of DE48: 30 digits, without its flag."""
        return (
            f"{self.debit_fen:012d}{self.debit_count:03d}"
            f"{self.credit_fen:012d}{self.credit_count:03d}"
        )


class Detail(NamedTuple):
    """One transaction as the terminal uploads it; no card is an empty PAN."""

    trace: str
    pan: str
    amount_fen: int


def totals(bank: Bank, terminal: str, batch: str) -> Totals:
    """What stands booked in a batch, but for what `miscount` left out."""
    rows = bank.db.execute(
        f"SELECT side, SUM(amount_fen) AS fen, COUNT(*) AS n FROM booking "
        f"WHERE terminal = ? AND batch = ? AND {STANDING} AND NOT left_out GROUP BY side",
        (terminal, batch),
    )
    sides = {row["side"]: (int(row["fen"]), int(row["n"])) for row in rows}
    return Totals(*sides.get(DEBIT, (0, 0)), *sides.get(CREDIT, (0, 0)))


def leave_one_out(bank: Bank, terminal: str, batch: str) -> None:
    """The fault `miscount`: one booking, once; an empty batch has nothing to leave out."""
    rows = bank.db.execute(
        "SELECT id, left_out FROM booking "
        f"WHERE terminal = ? AND batch = ? AND {STANDING} AND side <> ''",
        (terminal, batch),
    ).fetchall()
    if rows and not any(row["left_out"] for row in rows):
        left = bank.chance.choice(rows)["id"]
        bank.db.execute("UPDATE booking SET left_out = 1 WHERE id = ?", (left,))


def note_settlement(bank: Bank, terminal: str, batch: str, asked: str, told: str) -> None:
    """Keeps both totals; the batch closes at once only when every flag told is 1."""
    bank.db.execute(
        "INSERT OR REPLACE INTO settlement VALUES (?, ?, ?, ?, ?, NULL)",
        (terminal, batch, asked, told, UPLOADING),
    )


def settlement_of(bank: Bank, terminal: str, batch: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM settlement WHERE terminal = ? AND batch = ?", (terminal, batch)
    ).fetchone()
    return row


def take_detail(bank: Bank, terminal: str, batch: str, detail: Detail) -> None:
    """Holds one uploaded transaction against the books; a repetition replaces the first."""
    booking = bookings.find(bank, terminal, batch, detail.trace)
    what = _compare(booking, detail)
    if booking is not None:
        bank.db.execute("UPDATE booking SET left_out = 0 WHERE id = ?", (booking["id"],))
    bank.db.execute(
        "INSERT OR REPLACE INTO batch_detail VALUES (?, ?, ?, ?, ?)",
        (terminal, batch, detail.trace, detail.amount_fen, what),
    )


def close(bank: Bank, terminal: str, batch: str, announced: int | None = None) -> None:
    """Ends a batch and opens the next (999999 → 1); one that is closed already stays so."""
    bank.db.execute(
        "UPDATE settlement SET state = ?, announced = ? WHERE terminal = ? AND batch = ?",
        (CLOSED, announced, terminal, batch),
    )
    following = int(batch) % BATCH_MAX + 1
    bank.db.execute(
        "UPDATE terminal SET batch = ? WHERE id = ? AND batch = ?",
        (following, terminal, int(batch)),
    )


def differences(bank: Bank, terminal: str, batch: str) -> list[dict[str, Any]]:
    """Line by line what details and books do not share, by trace; [] when all is the same."""
    uploaded = bank.db.execute(
        "SELECT trace, amount_fen, what FROM batch_detail WHERE terminal = ? AND batch = ?",
        (terminal, batch),
    ).fetchall()
    booked = bank.db.execute(
        f"SELECT trace, amount_fen FROM booking WHERE terminal = ? AND batch = ? AND {STANDING} "
        "AND side <> ''",
        (terminal, batch),
    )
    seen = {row["trace"] for row in uploaded}
    found = [dict(row) for row in uploaded if row["what"] != SAME]
    found += [dict(row) | {"what": NOT_UPLOADED} for row in booked if row["trace"] not in seen]
    return sorted(found, key=lambda line: str(line["trace"]))


def settlements(bank: Bank) -> list[dict[str, Any]]:
    """Every batch that was asked to be settled: both DE48, whether closed, records announced."""
    rows = bank.db.execute("SELECT * FROM settlement ORDER BY terminal, rowid")
    return [dict(row) for row in rows]


def _compare(booking: sqlite3.Row | None, detail: Detail) -> str:
    if booking is None:
        return UNKNOWN
    if booking["state"] not in (BOOKED, VOIDED):
        return UNDONE
    if booking["amount_fen"] != detail.amount_fen:
        return OTHER_AMOUNT
    return SAME if booking["pan"] == detail.pan else OTHER_CARD
