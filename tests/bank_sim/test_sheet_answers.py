"""The requests of county.json, put to the bank: it answers with the sheet's own replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.bank_sim.counter import TERMINAL, Counter
from tests.bank_sim.vectors import COUNTY_CASES
from tests.hw_sim.bank import ledger
from tests.hw_sim.bank.county import County, Fee
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.ledger import Move
from tests.hw_sim.bank.store import raise_setting, transaction
from tests.hw_sim.bank.wire import Message, decode
from tests.hw_sim.bank.working_keys import WorkingKeys

PIK = bytes.fromhex("FEDCBA98765432100123456789ABCDEF")  # county.json, note
MAK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
BANKS_CHOICE = {37, 38, 64}  # RRN and authorisation are the bank's; the MAC covers them
QUERY = COUNTY_CASES["contribution-query"]
PAID_ALREADY = COUNTY_CASES["contribution-cash-already-paid"]


def element(vector: dict[str, Any], tag: str) -> str:
    raw = bytes.fromhex(vector["fields"]["62"])
    at = raw.index(tag.encode())
    return raw[at + 5 : at + 5 + int(raw[at + 2 : at + 5])].decode("gb18030")


def villager(key: str, id_number: str, name: str, pan: str, paid: dict[str, int]) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "id_number": id_number,
        "township": "103",
        "status": "A",
        "phone": "13800000000",
        "card": {"pan": pan, "expiry": "3012"},
        "pin": "123456",
        "balance_fen": 123_450,
        "paid": paid,
        "household": [],
    }


@pytest.fixture
def counter(county: County) -> Counter:
    """The sheet's two people, keys, open batch 12 and day."""
    person = villager(
        "v01",
        element(QUERY[1], "ID"),
        element(QUERY[1], "NM"),
        "6229990100000012343",
        {"2023": 10_000, "2024": 10_000},
    )
    payee = element(COUNTY_CASES["payee-query"][1], "NM")
    other = villager("v02", element(PAID_ALREADY[0], "ID"), payee, "6229990100000098763", {})
    tiers = replace(county.scheme, tiers_fen=(10_000, 20_000, 30_000, 40_000, 50_000))
    # the sheet's payee has a BIN of the own bank and pays the fee of another: 250 of 50,000
    fees = tuple(Fee(name, "own", 50, 200, 2_500) for name in ("transfer", "remittance"))
    sheets = replace(county, scheme=tiers, fees=fees)
    played = Counter({"villagers": [person, other]}, sheets, 5_000_000)
    db = played.bank.db
    db.execute("UPDATE terminal SET batch = 12")
    top_up = int(element(QUERY[1], "BL")) - ledger.balance_fen(db, "person:v01")
    ledger.post(db, [Move(ledger.CAPITAL, "person:v01", top_up)], what="test", at_s=0, booking=None)
    when, _, where = element(PAID_ALREADY[1], "PA").rpartition(" ")
    db.execute(
        "INSERT INTO contribution (person, year, tier_fen, fen, at, terminal, state) "
        "VALUES (?, 2026, 10000, 10000, ?, ?, 'booked')",
        (other["id_number"], when, where),
    )
    before = int(element(COUNTY_CASES["loss-report"][1], "RN")[2:]) - 1
    raise_setting(db, "receipt loss", before)
    played.bank.sessions[TERMINAL] = WorkingKeys(PIK, MAK)
    return played


def answered(counter: Counter, case: str) -> dict[int, str]:
    request = decode(bytes.fromhex(COUNTY_CASES[case][0]["hex"]))
    assert isinstance(request, Message)
    with transaction(counter.bank.db):
        reply = handle(counter.bank, TERMINAL, 1, request, None)
    assert reply is not None
    return dict(reply.fields)


def comparable(fields: dict[int, str]) -> dict[int, str]:
    return {number: text for number, text in fields.items() if number not in BANKS_CHOICE}


@pytest.mark.parametrize(
    "case",
    [
        "balance",
        "contribution-query",
        "contribution-cash-already-paid",
        "withdrawal",
        "payee-query",
        "transfer",
        "cash-remittance",
        "loss-report",
    ],
)
def test_the_answer_has_the_fields_of_the_sheet(counter: Counter, case: str) -> None:
    expected = {int(n): text for n, text in COUNTY_CASES[case][1]["fields"].items()}
    got = answered(counter, case)
    assert set(got) == set(expected)
    assert comparable(got) == comparable(expected)


@pytest.mark.parametrize("case", ["contribution-card", "contribution-cash"])
def test_a_contribution_is_answered_as_in_the_sheet_but_for_the_receipt(
    counter: Counter, case: str
) -> None:
    expected = {int(n): text for n, text in COUNTY_CASES[case][1]["fields"].items()}
    got = answered(counter, case)
    same_head, number = len("RN015XNB2026") * 2, len("00012345") * 2
    assert got[62][:same_head] == expected[62][:same_head]
    assert got[62][same_head + number :] == expected[62][same_head + number :]
    assert comparable(got) | {62: ""} == comparable(expected) | {62: ""}


def test_the_fee_table_is_answered_as_in_the_sheet(people: dict[str, Any], county: County) -> None:
    asked, told = COUNTY_CASES["fee-table-download"]
    rows = [row.split(",") for row in element(told, "FT").split(";")]
    fees = tuple(Fee(name, scope, int(a), int(b), int(c)) for name, scope, a, b, c in rows)
    sheets = replace(county, fees=fees, fee_version=int(element(told, "FV")))
    counter = Counter(people, sheets, 0)
    got = answered(counter, "fee-table-download")
    banks_clock = {12: "", 13: ""}
    assert got | banks_clock == {int(n): v for n, v in told["fields"].items()} | banks_clock
    assert asked["mti"] == "0800"


def test_the_reversal_repeats_the_reference_of_its_original(counter: Counter) -> None:
    original = answered(counter, "withdrawal")
    reversal = answered(counter, "withdrawal-reversal")
    expected = {
        int(n): text for n, text in COUNTY_CASES["withdrawal-reversal"][1]["fields"].items()
    }
    assert comparable(reversal) == comparable(expected)
    assert reversal[37] == original[37]


def test_without_a_sign_in_the_answer_is_77_and_carries_no_mac(counter: Counter) -> None:
    counter.bank.sessions.clear()
    expected = {int(n): text for n, text in COUNTY_CASES["not-signed-in"][1]["fields"].items()}
    got = answered(counter, "not-signed-in")
    assert set(got) == set(expected)
    assert comparable(got) == comparable(expected)
