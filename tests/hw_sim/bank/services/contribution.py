"""缴费: the query, and the payment by card or in cash (county-wire.md, rules 6 and 7)."""

from __future__ import annotations

import json
import sqlite3

from tests.hw_sim.bank import bookings, ledger
from tests.hw_sim.bank.arrival import APPROVED, Answer, Arrival
from tests.hw_sim.bank.bookings import BOOKED, Holder
from tests.hw_sim.bank.cards import available_fen, known_card
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.persons import (
    YearPaid,
    find_person,
    may_pay,
    paid_years,
    payable_years,
    person_of_register,
)
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.store import raise_setting

NO_PARTICIPANT = Answer("P1")
TIER_NOT_OPEN = Answer("P3")
AGE_NOT_OPEN = Answer("P4")
YEAR_NOT_OPEN = Answer("P5")
AMOUNT_MISFITS = Answer("P6")
STATION_SHORT = Answer("P7")
CARD_SHORT = Answer("51")
HOUSEHOLD_MAX = 8  # county-wire.md, HN


def query(bank: Bank, arrival: Arrival) -> Answer:
    """Who this is, what is paid and what is open."""
    scheme = bank.county.scheme
    asked = arrival.elements
    person = (
        find_person(bank, asked["ID"]) if "ID" in asked else person_of_register(bank, asked["HB"])
    )
    if person is None or arrival.elements["SC"] != scheme.code:
        return NO_PARTICIPANT
    paid = paid_years(bank, person["id_number"])
    open_years = [y for y in payable_years(scheme, arrival.day) if not (y in paid and paid[y].full)]
    paying = may_pay(scheme, person, arrival.day)
    balance_fen = ledger.balance_fen(bank.db, person["account"])
    elements = [
        ("ID", person["id_number"]),
        ("NM", person["name"]),
        ("ST", person["status"]),
        ("TW", person["township"]),
        ("PD", ";".join(f"{year}:{p.fen}" for year, p in paid.items())),
        ("YS", ",".join(str(year) for year in open_years if paying)),
        ("BL", str(balance_fen)),
        ("TL", ",".join(str(tier) for tier in scheme.tiers_fen if paying)),
        ("SB", str(scheme.subsidy_fen)),
    ]
    household = _household(bank, person)
    return Answer(APPROVED, elements=(*elements, *([("HN", household)] if household else [])))


def by_card(bank: Bank, arrival: Arrival) -> Answer:
    card = known_card(bank, arrival)
    short = CARD_SHORT if available_fen(bank, card) < arrival.amount_fen else None
    return _pay(bank, arrival, card["account"], short)


def in_cash(bank: Bank, arrival: Arrival) -> Answer:
    account = ledger.station(arrival.terminal)
    short = STATION_SHORT if ledger.balance_fen(bank.db, account) < arrival.amount_fen else None
    return _pay(bank, arrival, account, short)


def _pay(bank: Bank, arrival: Arrival, source: str, short: Answer | None) -> Answer:
    person = find_person(bank, arrival.elements["ID"])
    if person is None:
        return NO_PARTICIPANT
    refused = _refusal(bank, arrival, person) or short
    if refused:
        return refused

    year = int(arrival.elements["YR"])
    target = ledger.transitional(person["township"])
    booking = bookings.book(
        bank,
        arrival,
        (Move(source, target, arrival.amount_fen),),
        Holder(person["phone"], f"新农保{year}年度缴费"),
    )
    bank.db.execute(
        "INSERT INTO contribution (person, year, tier_fen, fen, booking, at, terminal, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            person["id_number"],
            year,
            int(arrival.elements["TR"]),
            arrival.amount_fen,
            booking,
            f"{arrival.at:%Y-%m-%d %H:%M}",
            arrival.terminal,
            BOOKED,
        ),
    )
    receipt = f"{bank.county.scheme.code}{year}{raise_setting(bank.db, 'receipt'):08d}"
    elements = (("RN", receipt), ("SB", str(bank.county.scheme.subsidy_fen)))
    return Answer(APPROVED, elements=elements, booking=booking)


def _refusal(bank: Bank, arrival: Arrival, person: sqlite3.Row) -> Answer | None:
    scheme, year = bank.county.scheme, int(arrival.elements["YR"])
    paid = paid_years(bank, person["id_number"]).get(year)
    if paid and paid.full:  # first: the sheet's own P2 is for somebody of 71 (county.json)
        return Answer("P2", elements=(("PA", paid.when_where),))
    if not may_pay(scheme, person, arrival.day):
        return AGE_NOT_OPEN
    if year not in payable_years(scheme, arrival.day):
        return YEAR_NOT_OPEN
    return _tier_and_amount(bank, arrival, paid)


def _tier_and_amount(bank: Bank, arrival: Arrival, paid: YearPaid | None) -> Answer | None:
    """The first booking fixes the tier; the amount is the tier, or a part of what is left."""
    tier_fen = int(arrival.elements["TR"])
    if tier_fen not in bank.county.scheme.tiers_fen or (paid and paid.tier_fen != tier_fen):
        return TIER_NOT_OPEN
    left_fen = tier_fen - (paid.fen if paid else 0)
    if not 0 < arrival.amount_fen <= left_fen:
        return AMOUNT_MISFITS
    if not bank.county.scheme.part_payment and arrival.amount_fen != tier_fen:
        return AMOUNT_MISFITS
    return None


def _household(bank: Bank, person: sqlite3.Row) -> str:
    members = [
        bank.db.execute("SELECT * FROM person WHERE key = ?", (key,)).fetchone()
        for key in json.loads(person["household"])[:HOUSEHOLD_MAX]
    ]
    return ";".join(f"{m['id_number']},{m['name']},{m['status']}" for m in members)
