"""Frames of county.json and valid.json, byte for byte, and frames that are none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bank_sim.vectors import COUNTY_CASES, load
from tests.hw_sim.bank import elements
from tests.hw_sim.bank.wire import Message, Unreadable, decode, encode, reply_to

FRAMES = [
    pytest.param(message, id=f"{name}-{message['mti']}")
    for name, messages in COUNTY_CASES.items()
    for message in messages
]
PUBLIC_FRAMES = [
    pytest.param(message, id=message["id"])
    for message in load("iso8583/valid.json")["messages"]
    if message["layout"] == "frame"
]
SIGN_IN = bytes.fromhex(COUNTY_CASES["sign-in"][0]["hex"])


def fields_of(vector: dict[str, Any]) -> dict[int, str]:
    return {int(number): text for number, text in vector["fields"].items()}


@pytest.mark.parametrize("vector", FRAMES)
def test_a_frame_of_the_sheet_reads_as_its_fields(vector: dict[str, Any]) -> None:
    message = decode(bytes.fromhex(vector["hex"]))
    assert isinstance(message, Message)
    assert (message.mti, dict(message.fields)) == (vector["mti"], fields_of(vector))


@pytest.mark.parametrize("vector", FRAMES)
def test_the_fields_of_the_sheet_write_as_its_frame(vector: dict[str, Any]) -> None:
    tpdu, header = vector["hex"][4:14], vector["hex"][14:26]
    frame = encode(Message(vector["mti"], fields_of(vector), tpdu, header))
    assert frame.hex().upper() == vector["hex"]


@pytest.mark.parametrize("messages", COUNTY_CASES.values(), ids=COUNTY_CASES)
def test_a_reply_swaps_the_addresses_and_answers_the_mti(messages: list[dict[str, Any]]) -> None:
    asked, answered = (bytes.fromhex(vector["hex"]) for vector in messages)
    read = decode(asked)
    assert isinstance(read, Message)
    assert encode(reply_to(read, fields_of(messages[1]))) == answered


@pytest.mark.parametrize("vector", PUBLIC_FRAMES)
def test_a_public_sample_frame_reads_as_its_fields(vector: dict[str, Any]) -> None:
    message = decode(bytes.fromhex(vector["hex"]))
    assert isinstance(message, Message)
    assert dict(message.fields) == fields_of(vector)


@given(cut=st.integers(0, len(SIGN_IN) - 1))
def test_a_frame_cut_anywhere_is_unreadable(cut: int) -> None:
    assert isinstance(decode(SIGN_IN[:cut]), Unreadable)


def test_a_field_the_table_does_not_have_is_unreadable() -> None:
    with_field_5 = bytearray(SIGN_IN)
    with_field_5[15] |= 0x08
    assert isinstance(decode(bytes(with_field_5)), Unreadable)


def test_a_digit_field_with_a_letter_is_unreadable() -> None:
    with_letter = SIGN_IN.replace(bytes.fromhex("000001"), bytes.fromhex("00000A"), 1)
    assert isinstance(decode(with_letter), Unreadable)


def test_a_message_never_shows_its_values() -> None:
    secret = Message("0200", {35: "6229990100000012343D3012120", 52: "2AB08E043EB682BE"})
    assert "622999" not in repr(secret)
    assert "2AB0" not in repr(secret)


def test_elements_come_back_in_the_order_sent() -> None:
    raw = bytes.fromhex("4645303031304E4D303036CDF5D0E3D3A2")  # FE0010, NM006 and a name
    assert list(elements.read(raw).items()) == [("FE", "0"), ("NM", "王秀英")]


@pytest.mark.parametrize(
    "raw",
    [b"FE0010FE0010", b"ZZ0010", b"FE0020", b"FE00", b"FE001x", b"IK016E42A5BA259BD9D17"],
    ids=["repeated", "unknown tag", "cut value", "cut length", "no digits", "capital hex"],
)
def test_elements_out_of_form_are_refused(raw: bytes) -> None:
    with pytest.raises(elements.BadElements):
        elements.read(raw)
