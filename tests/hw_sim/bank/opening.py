"""The first day of the books: accounts, cards and participants of the invented population."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.hw_sim.bank import ledger, pin
from tests.hw_sim.bank.bookings import BOOKED
from tests.hw_sim.bank.cards import ACTIVE, ISSUED, UNVERIFIED
from tests.hw_sim.bank.county import Scheme
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.lifecycle import RECEIVING
from tests.hw_sim.bank.state import DAY_OFFSET, Bank
from tests.hw_sim.bank.store import raise_setting, setting, transaction

STATION_OPENING_FEN = 5_000_000
FISCAL_OPENING_FEN = 1_000_000_000
PENSION_DAY = 10  # of the month
PENSIONS_BEFORE = 3
OPENED = "opened"
COUNTER = "00000000"  # the terminal number of payments made at a branch before the station


def open_books(
    bank: Bank,
    people: Mapping[str, Any],
    batches: Mapping[str, int],
    *,
    first_day: date | None,
    station_fen: int = STATION_OPENING_FEN,
) -> None:
    """Fills empty books; books that were opened before gain new terminals only.

    `batches` is the first open batch of each terminal.
    """
    with transaction(bank.db):
        fresh = not setting(bank.db, OPENED)
        if fresh:
            _open_county(bank, first_day)
            for villager in people["villagers"]:
                _open_villager(bank, villager)
            raise_setting(bank.db, OPENED)
        for terminal, batch in batches.items():
            _open_terminal(bank, terminal, batch, station_fen)


def _open_county(bank: Bank, first_day: date | None) -> None:
    ledger.open_account(bank.db, ledger.CAPITAL, "capital")
    ledger.open_account(bank.db, ledger.FISCAL, "fiscal")
    ledger.open_account(bank.db, ledger.FEE_INCOME, "income")
    for township in bank.county.scheme.townships:
        ledger.open_account(bank.db, ledger.transitional(township), "transitional")
    _fund(bank, Move(ledger.CAPITAL, ledger.FISCAL, FISCAL_OPENING_FEN))
    if first_day:
        raise_setting(bank.db, DAY_OFFSET, (first_day - bank.now().date()).days)


def _open_villager(bank: Bank, villager: Mapping[str, Any]) -> None:
    key, card = villager["key"], villager["card"]
    person_account, card_account = f"person:{key}", f"card:{key}"
    ledger.open_account(bank.db, person_account, "personal")
    ledger.open_account(bank.db, card_account, "card")
    bank.db.execute(
        "INSERT INTO card VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
        (
            card["pan"],
            key,
            card_account,
            card["expiry"],
            villager["phone"],
            pin.digest(card["pan"], villager["pin"]),
            _card_state(villager),
        ),
    )
    bank.db.execute(
        "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            villager["id_number"],
            key,
            villager["name"],
            villager["status"],
            villager["township"],
            villager["phone"],
            person_account,
            json.dumps(villager["household"]),
            villager.get("register", ""),
            int(villager.get("verified", True)),
        ),
    )
    scheme, paid = bank.county.scheme, villager["paid"]
    for year, fen in paid.items():
        _open_paid_year(bank, villager["id_number"], int(year), fen, scheme)
    _fund(bank, Move(ledger.CAPITAL, card_account, villager["balance_fen"]))
    _fund(bank, Move(ledger.CAPITAL, person_account, sum(paid.values())))
    _fund(bank, Move(ledger.FISCAL, person_account, scheme.subsidy_fen * len(paid)))
    if villager["status"] == RECEIVING:
        _open_pensions(bank, key, person_account)


def _open_pensions(bank: Bank, key: str, account: str) -> None:
    """The last months' pensions, whose money is in the card's opening balance."""
    scheme, month = bank.county.scheme, bank.accounting_day().replace(day=PENSION_DAY)
    own_fen = ledger.balance_fen(bank.db, account) // scheme.months_divisor
    for _ in range(PENSIONS_BEFORE):
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=PENSION_DAY)
        bank.db.execute(
            "INSERT INTO pension_arrival (key, date, fen) VALUES (?, ?, ?)",
            (key, month.isoformat(), scheme.base_pension_fen + own_fen),
        )


def _card_state(villager: Mapping[str, Any]) -> str:
    """people.json may say `"collected": false` or `"verified": false` of somebody."""
    if not villager.get("collected", True):
        return ISSUED
    return ACTIVE if villager.get("verified", True) else UNVERIFIED


def _open_paid_year(bank: Bank, id_number: str, year: int, fen: int, scheme: Scheme) -> None:
    tier_fen = min((tier for tier in scheme.tiers_fen if tier >= fen), default=fen)
    bank.db.execute(
        "INSERT INTO contribution (person, year, tier_fen, fen, at, terminal, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id_number, year, tier_fen, fen, f"{year}-06-30 10:00", COUNTER, BOOKED),
    )


def _open_terminal(bank: Bank, terminal: str, batch: int, station_fen: int) -> None:
    added = bank.db.execute("INSERT OR IGNORE INTO terminal VALUES (?, ?, 0)", (terminal, batch))
    if added.rowcount:
        ledger.open_account(bank.db, ledger.station(terminal), "station")
        _fund(bank, Move(ledger.CAPITAL, ledger.station(terminal), station_fen))


def _fund(bank: Bank, move: Move) -> None:
    ledger.post(bank.db, (move,), what="opening", at_s=int(bank.clock()), booking=None)
