"""The message table against the sheet's worked exchanges and its lists of fields."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.bank import messages, presence
from protocol.bank.fields import BASE
from protocol.bank.messages import BY_NAME, ROWS, Side, row_of
from protocol.bank.presence import When
from protocol.errors import OurMistake
from tests.protocol.bank import vectors

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in vectors.read("county.json")["cases"]
}
ROW_OF_CASE = {
    "sign-in": "sign_in",
    "balance": "balance",
    "contribution-query": "contribution_query",
    "contribution-card": "contribution_card",
    "contribution-cash-already-paid": "contribution_cash",
    "contribution-cash": "contribution_cash",
    "withdrawal": "withdrawal",
    "withdrawal-reversal": "withdrawal",
    "payee-query": "payee_query",
    "cash-remittance": "remittance",
    "transfer": "transfer",
    "loss-report": "loss_report",
    "fee-table-download": "fee_table",
    "not-signed-in": "balance",
    "settlement-balanced": "settlement",
}


def present(message: dict[str, Any]) -> set[int]:
    return {int(de) for de in message["fields"]}


def holding(asked: dict[str, Any]) -> set[When]:
    """What the worked request itself says: DE22 and DE52."""
    entry = asked["fields"].get("22", "012")
    held = {When.CARD} if entry[:2] in ("02", "05") else set()
    held |= {When.CHIP} if entry[:2] == "05" else set()
    return held | ({When.PIN} if entry[2] == "1" else set())


def test_every_worked_exchange_is_of_a_row() -> None:
    assert ROW_OF_CASE.keys() == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_a_worked_exchange_is_found_by_its_codes(case: str) -> None:
    for message in CASES[case]["messages"]:
        fields = message["fields"]
        found = row_of(message["mti"], fields.get("3", ""), fields["60"])
        assert found is BY_NAME[ROW_OF_CASE[case]]


@pytest.mark.parametrize("case", CASES)
def test_a_worked_request_has_the_fields_of_its_row_and_no_other(case: str) -> None:
    asked = CASES[case]["messages"][0]
    row = BY_NAME[ROW_OF_CASE[case]]
    listed = messages.reversal_of(row) if asked["mti"] == "0400" else row.asked
    messages.check(row.name, listed, present(asked), holding(asked))


@pytest.mark.parametrize("case", CASES)
def test_a_worked_answer_has_the_fields_of_its_row_and_no_other(case: str) -> None:
    told = CASES[case]["messages"][1]
    row = BY_NAME[ROW_OF_CASE[case]]
    held = {When.APPROVED} if told["fields"]["39"] == "00" and told["mti"] != "0410" else set()
    assert presence.missing(row.answered, present(told), held) is None
    assert presence.out_of_place(row.answered, present(told), held) is None


@pytest.mark.parametrize("case", CASES)
def test_a_worked_exchange_carries_the_elements_of_its_row(case: str) -> None:
    """DE62: two characters of tag, three digits of length (`county-wire.md`)."""
    row = BY_NAME[ROW_OF_CASE[case]]
    if not row.elements:
        return
    asked, told = (tags(message["fields"].get("62", "")) for message in CASES[case]["messages"])
    assert asked == row.elements
    assert set(told) <= set(row.told)


def tags(payload: str) -> tuple[str, ...]:
    data, found = bytes.fromhex(payload), []
    while data:
        found.append(data[:2].decode("ascii"))
        data = data[5 + int(data[2:5]) :]
    return tuple(found)


@pytest.mark.parametrize(
    # `county-wire.md`, table of services, by hand: pays, reversible, totals side
    ("name", "side", "reversible"),
    [
        ("withdrawal", Side.DEBIT, True),
        ("balance", Side.NONE, False),
        ("pension_arrivals", Side.NONE, False),
        ("contribution_query", Side.NONE, False),
        ("contribution_card", Side.DEBIT, True),
        ("contribution_cash", Side.CREDIT, True),
        ("payee_query", Side.NONE, False),
        ("transfer", Side.DEBIT, True),
        ("remittance", Side.CREDIT, True),
        ("loss_report", Side.NONE, False),
        ("card_collection", Side.NONE, False),
        ("sms_notice", Side.NONE, False),
        ("pin_change", Side.NONE, False),
        ("identity_check", Side.NONE, False),
        ("sale", Side.DEBIT, True),
        ("void", Side.CREDIT, True),
        ("refund", Side.CREDIT, False),
    ],
)
def test_what_moves_money_counts_on_its_side_and_can_be_reversed(
    name: str, side: Side, reversible: bool
) -> None:
    assert (BY_NAME[name].side, BY_NAME[name].reversible) == (side, reversible)


@pytest.mark.parametrize(
    # mandatory fields without condition, copied from section 4.1 of the sheet
    ("name", "mandatory"),
    [
        ("sign_in", {11, 41, 42, 60, 63}),
        ("sign_out", {11, 41, 42, 60}),
        ("echo", {41, 42, 60}),
        ("void", {3, 4, 11, 22, 25, 37, 41, 42, 49, 60, 61, 64}),
        ("refund", {3, 4, 11, 22, 25, 37, 41, 42, 49, 60, 61, 63, 64}),
        ("settlement", {11, 41, 42, 48, 49, 60, 63}),
        ("batch_upload", {11, 41, 42, 48, 60}),
        ("batch_end", {11, 41, 42, 48, 60}),
        ("batch_chip", {2, 4, 11, 22, 23, 41, 42, 55, 60, 62}),
        ("offline_sale", {2, 3, 4, 11, 12, 13, 14, 22, 25, 41, 42, 49, 60, 61, 63, 64}),
        ("parameters", {41, 42, 60}),
    ],
)
def test_a_message_must_have_what_the_sheet_marks_m(name: str, mandatory: set[int]) -> None:
    marked = {de for de, when in BY_NAME[name].asked.items() if when is When.ALWAYS}
    assert marked == mandatory


def test_every_field_of_every_message_is_in_the_dialect_and_has_an_origin() -> None:
    for row in ROWS:
        assert {*row.asked, *row.answered} <= BASE.by_de.keys()
        assert row.asked.keys() <= messages.ORIGIN.keys()


@pytest.mark.parametrize("row", [row for row in ROWS if row.reversible], ids=lambda row: row.name)
def test_a_reversal_never_carries_tracks_pin_or_what_announces_them(row: messages.Row) -> None:
    listed = messages.reversal_of(row)
    assert not {26, 35, 36, 37, 52, 53} & listed.keys()
    assert listed[39] is listed[64] is When.ALWAYS


@pytest.mark.parametrize(
    ("present_fields", "holds", "told"),
    [
        ({3, 11, 22, 25, 35, 41, 42, 49, 53, 60, 64}, {When.CARD, When.PIN}, "field 26 is missing"),
        ({3, 11, 22, 25, 35, 41, 42, 49, 52, 53, 60, 64}, {When.CARD}, "field 52 does not"),
        ({2, 3, 11, 22, 25, 35, 41, 42, 49, 53, 60, 64}, {When.CARD}, "field 2 does not"),
        ({3, 11, 22, 25, 41, 42, 49, 60, 62, 64}, set(), "field 62 does not"),
    ],
)
def test_a_request_that_its_row_does_not_describe_never_leaves(
    present_fields: set[int], holds: set[When], told: str
) -> None:
    row = BY_NAME["balance"]
    with pytest.raises(OurMistake, match=told):
        messages.check(row.name, row.asked, present_fields, holds)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_request_and_its_answer_are_of_one_row(row: messages.Row) -> None:
    custom = f"{row.kind}000012{row.network}"
    assert row_of(row.mti, row.de3, custom) is row
    assert row_of(messages.answer_mti(row.mti), row.de3, custom) is row
