"""Participants of the pension scheme: who they are, which years are open, what is paid."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from tests.hw_sim.bank.bookings import BOOKED
from tests.hw_sim.bank.county import Scheme
from tests.hw_sim.bank.state import Bank

PAYING_STATUSES = {"A", "P"}  # contributing, paused (county-wire.md, ST)


@dataclass(frozen=True)
class YearPaid:
    """What stands paid for one year; `when_where` is that of the latest payment (PA)."""

    tier_fen: int
    fen: int
    when_where: str

    @property
    def full(self) -> bool:
        return self.fen >= self.tier_fen


def find_person(bank: Bank, id_number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM person WHERE id_number = ?", (id_number,)
    ).fetchone()
    return row


def person_of_key(bank: Bank, key: str) -> sqlite3.Row:
    """The person behind a card. Raises KeyError."""
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM person WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        raise KeyError(key)
    return row


def verify_person(bank: Bank, key: str) -> None:
    """Settles the identity of who waits for it; the card is free to move money. KeyError."""
    person_of_key(bank, key)
    bank.db.execute("UPDATE person SET verified = 1 WHERE key = ?", (key,))
    bank.db.execute(
        "UPDATE card SET state = 'active' WHERE key = ? AND state = 'unverified'", (key,)
    )


def person_of_register(bank: Bank, register: str) -> sqlite3.Row | None:
    """By the household register (户口簿), for who has no identity card yet."""
    row: sqlite3.Row | None = bank.db.execute(
        "SELECT * FROM person WHERE register = ? AND register <> ''", (register,)
    ).fetchone()
    return row


def paid_years(bank: Bank, id_number: str) -> dict[int, YearPaid]:
    """Reversed payments are left out, so that they free tier and year (rule 7)."""
    rows = bank.db.execute(
        "SELECT year, tier_fen, fen, at, terminal FROM contribution "
        "WHERE person = ? AND state = ? ORDER BY year, id",
        (id_number, BOOKED),
    )
    years: dict[int, YearPaid] = {}
    for row in rows:
        before = years.get(row["year"])
        years[row["year"]] = YearPaid(
            row["tier_fen"],
            row["fen"] + (before.fen if before else 0),
            f"{row['at']} {row['terminal']}",
        )
    return years


def may_pay(scheme: Scheme, person: sqlite3.Row, day: date) -> bool:
    age = age_on(person["id_number"], day)
    return person["status"] in PAYING_STATUSES and scheme.age_min <= age <= scheme.age_max


def payable_years(scheme: Scheme, day: date) -> range:
    """This year and the arrears that the county still takes."""
    return range(day.year - scheme.arrears_years, day.year + 1)


def age_on(id_number: str, day: date) -> int:
    born = date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
