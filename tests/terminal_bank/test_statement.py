"""The bank's statement: what is asked, and which list of bookings counts as an answer."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.bank.statement import OfBatch, OfDay, asked, bookings
from terminal.bank.strict_json import UnreadableAnswer
from terminal.core.exchange import Booking

ROW = {  # `county-wire.md`, "Beside ISO 8583"
    "trace": "000104",
    "batch": "000012",
    "date": "2026-11-23",
    "service": "withdrawal",
    "amount_fen": 30_000,
    "fee_fen": 150,
    "state": "booked",
    "rrn": "326112000104",
}
BATCH, DAY = OfBatch(12), OfDay(date(2026, 11, 23))
GONE = ...  # the key is left out


def body(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows).encode()


def row(**changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ROW, **changed}.items() if value is not GONE}


def test_a_batch_is_asked_for_by_its_six_digits() -> None:
    assert json.loads(asked(BATCH)) == {"batch": "000012"}


def test_a_day_is_asked_for_by_its_date() -> None:
    assert json.loads(asked(DAY)) == {"date": "2026-11-23"}


@pytest.mark.parametrize("number", [0, -1, 1_000_000])
def test_no_other_number_is_a_batch(number: int) -> None:
    with pytest.raises(AssertionError):
        asked(OfBatch(number))


def test_every_booking_is_told_in_the_banks_order() -> None:
    second = row(trace="000105", service="contribution_cash", state="reversed", fee_fen=0)
    assert bookings(body(row(), second), BATCH) == (
        Booking(104, 12, "2026-11-23", "withdrawal", 30_000, 150, False, "326112000104"),
        Booking(105, 12, "2026-11-23", "contribution_cash", 30_000, 0, True, "326112000104"),
    )


def test_no_booking_is_an_answer() -> None:
    assert bookings(b"[]", BATCH) == ()


@pytest.mark.parametrize(
    "service",
    ["withdrawal", "contribution_card", "contribution_cash", "transfer", "remittance"],
)
def test_these_services_are_booked(service: str) -> None:
    (booking,) = bookings(body(row(service=service)), DAY)
    assert booking.service == service


def test_a_trace_may_come_again_on_another_day_of_the_batch() -> None:
    assert len(bookings(body(row(), row(date="2026-11-24")), BATCH)) == 2


@pytest.mark.parametrize(
    "changed",
    [
        *({key: GONE} for key in ROW),
        {"note": "x"},
        *(
            {"trace": wrong}
            for wrong in ("104", "0000104", "000000", "00010 ", "０００１０４", 104)
        ),
        *({"batch": wrong} for wrong in ("12", "000000", "000012\n", 12)),
        *({"date": wrong} for wrong in ("2026-11-31", "20261123", "2026-11-23T00:00:00", "")),
        *({"service": wrong} for wrong in ("balance", "", "Withdrawal", None)),
        *({"amount_fen": wrong} for wrong in (0, -1, 10**12, "30000", 300.0, 300.5, True, None)),
        *({"fee_fen": wrong} for wrong in (-1, 10**12, "0", False)),
        *({"state": wrong} for wrong in ("open", "", None, True)),
        *({"rrn": wrong} for wrong in ("", "32611200010", "3261120001040", "32611200010x")),
    ],
    ids=str,
)
def test_a_booking_in_another_form_spoils_the_list(changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        bookings(body(row(trace="000103"), row(**changed)), BATCH)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"null",
        b"[null]",
        b"[{}]",
        b"[[]]",
        b"[] []",
        b"[",
        b"[" * 60_000,
        b"\xef\xbb\xbf[]",
        "[]".encode("utf-16"),
        body(row(service="withdrawal")).replace(b"withdrawal", b"with\xffdrawal"),
        body(row()).replace(b'"fee_fen": 150', b'"fee_fen": NaN'),
        body(row()).replace(b'"fee_fen": 150', b'"fee_fen": 1e2'),
        body(row()).replace(b'"fee_fen": 150', b'"fee_fen": ' + b"9" * 5_000),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_list_of_bookings_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        bookings(text, BATCH)


@pytest.mark.parametrize("key", ROW)
def test_a_key_given_twice_is_refused(key: str) -> None:
    value = json.dumps(ROW[key]).encode()
    twice = body(row()).replace(b"}]", b', "%s": %s}]' % (key.encode(), value))
    with pytest.raises(UnreadableAnswer):
        bookings(twice, BATCH)


def test_a_trace_listed_twice_is_refused() -> None:
    """It is unique per terminal, batch and day: one of the two cannot be ours."""
    with pytest.raises(UnreadableAnswer, match="one trace twice"):
        bookings(body(row(), row(state="reversed")), BATCH)


@pytest.mark.parametrize(
    ("changed", "question"),
    [({"batch": "000013"}, BATCH), ({"date": "2026-11-24"}, DAY)],
    ids=["batch", "day"],
)
def test_a_booking_that_was_not_asked_for_spoils_the_list(
    changed: dict[str, Any], question: OfBatch | OfDay
) -> None:
    """A list that answers another question would let a debit pass for not booked."""
    with pytest.raises(UnreadableAnswer, match="another batch or day"):
        bookings(body(row(trace="000103"), row(**changed)), question)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_noise_is_refused_and_no_accident(noise: bytes) -> None:
    if noise.strip() != b"[]":
        with pytest.raises(UnreadableAnswer):
            bookings(noise, BATCH)


def test_a_refusal_repeats_nothing_of_the_answer() -> None:
    with pytest.raises(UnreadableAnswer) as refused:
        bookings(body(row(service="6229990100000012343", note="6229990100000012343")), BATCH)
    assert "622999" not in str(refused.value)
