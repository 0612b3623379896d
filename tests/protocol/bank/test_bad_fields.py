"""Every wrong length, digit, pad nibble, character and bitmap bit, field by field of the sheet."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.bank.codec import Value, pack, unpack
from protocol.bank.fields import BASE, LENIENT, Align
from protocol.errors import OurMistake, PeerMistake
from tests.protocol.bank import vectors

ROWS: dict[int, dict[str, Any]] = {row["de"]: row for row in vectors.read("fields.json")["fields"]}
PREFIXED = [de for de, row in ROWS.items() if row["prefix_bytes"]]
NUMBERS = [de for de, row in ROWS.items() if row["kind"] == "n"]
ODD = [de for de in NUMBERS if ROWS[de]["size"] % 2]
VALUE_AT = 10  # MTI 2, bitmap 8


def full(de: int) -> Value:
    """A value as long as the sheet allows."""
    row = ROWS[de]
    return bytes(row["size"]) if row["kind"] == "b" else "1" * int(row["size"])


def refusal(body: bytes) -> tuple[str, int, int]:
    with pytest.raises(PeerMistake) as caught:
        unpack(body)
    return caught.value.kind, caught.value.field, caught.value.offset


@pytest.mark.parametrize("de", PREFIXED)
def test_every_length_above_the_maximum_is_a_bad_length(de: int) -> None:
    width, size = ROWS[de]["prefix_bytes"], ROWS[de]["size"]
    body = pack("0200", {de: full(de)})
    for announced in range(size + 1, 100 if width == 1 else 10_000):
        prefix = bytes.fromhex(f"{announced:0{width * 2}d}")
        spoilt = body[:VALUE_AT] + prefix + body[VALUE_AT + width :]
        assert refusal(spoilt) == ("bad_length", de, VALUE_AT)


@pytest.mark.parametrize("de", PREFIXED)
def test_every_length_that_runs_past_the_end_is_truncated(de: int) -> None:
    width, size = ROWS[de]["prefix_bytes"], ROWS[de]["size"]
    for announced in range(1, size + 1):
        body = pack("0200", {de: ""} if ROWS[de]["kind"] != "b" else {de: b""})
        prefix = bytes.fromhex(f"{announced:0{width * 2}d}")
        assert refusal(body[:VALUE_AT] + prefix)[:2] == ("truncated", de)


@pytest.mark.parametrize("de", PREFIXED)
@pytest.mark.parametrize("nibble", "ABCDEF")
def test_a_length_that_is_no_number_is_a_bad_length(de: int, nibble: str) -> None:
    width = ROWS[de]["prefix_bytes"]
    body = pack("0200", {de: full(de)}).hex()
    for place in range(VALUE_AT * 2, (VALUE_AT + width) * 2):
        spoilt = bytes.fromhex(body[:place] + nibble + body[place + 1 :])
        assert refusal(spoilt) == ("bad_length", de, VALUE_AT)


@pytest.mark.parametrize("de", NUMBERS)
def test_every_nibble_above_9_in_a_number_is_refused(de: int) -> None:
    row = ROWS[de]
    body = pack("0200", {de: full(de)}).hex()
    begins = (VALUE_AT + row["prefix_bytes"]) * 2
    pad = {begins if row["align"] == "right" else len(body) - 1} if row["size"] % 2 else set()
    for place in range(begins, len(body)):
        spoilt = bytes.fromhex(body[:place] + "C" + body[place + 1 :])
        kind = "bad_pad" if place in pad else "bad_bcd"
        assert refusal(spoilt) == (kind, de, VALUE_AT + row["prefix_bytes"])


@pytest.mark.parametrize("de", ODD)
@pytest.mark.parametrize("pad", "123456789F")
def test_lenient_reading_accepts_any_pad_nibble_and_notes_it(de: int, pad: str) -> None:
    row, body = ROWS[de], pack("0200", {de: full(de)}).hex()
    place = (VALUE_AT + row["prefix_bytes"]) * 2 if row["align"] == "right" else len(body) - 1
    spoilt = bytes.fromhex(body[:place] + pad + body[place + 1 :])
    excused: list[PeerMistake] = []
    assert unpack(spoilt, excused=excused).fields == {de: full(de)}
    assert [(why.kind, why.field) for why in excused] == [("bad_pad", de)]


@pytest.mark.parametrize("de", [de for de in range(1, 65) if de not in ROWS])
def test_a_bit_of_a_field_that_the_sheet_does_not_have_is_refused(de: int) -> None:
    bitmap = (1 << (64 - de)).to_bytes(8, "big")
    assert refusal(bytes.fromhex("0200") + bitmap) == ("unknown_field", de, 2)


@pytest.mark.parametrize("mti", ["0000", "0220", "0230", "0240", "0600", "0610", "0620", "0630"])
def test_only_the_message_types_of_the_sheet_are_known(mti: str) -> None:
    body = bytes.fromhex(mti) + bytes(8)
    if mti in ("0220", "0230", "0620", "0630"):
        assert unpack(body).mti == mti
    else:
        assert refusal(body) == ("bad_mti", 0, 0)
        with pytest.raises(OurMistake):
            pack(mti, {})


@pytest.mark.parametrize("bad", [b"\x00", b"\x1b", b"\x7f", b"\x81", b"\xff", b"\xd6"])
def test_text_that_is_none_is_a_bad_char_and_lenient_reading_goes_on(bad: bytes) -> None:
    body = pack("0210", {39: "00", 41: "44010001", 42: "103440160120001"})
    spoilt = body.replace(b"44010001", bad + b"4010001")
    assert refusal(spoilt) == ("bad_char", 41, VALUE_AT + 2)
    excused: list[PeerMistake] = []
    assert unpack(spoilt, excused=excused).text(42) == "103440160120001"
    assert [why.kind for why in excused] == ["bad_char"]


def test_lenient_reading_keeps_what_it_could_read_of_a_text() -> None:
    body = pack("0210", {39: "00", 41: "44010001", 42: "103440160120001"})
    excused: list[PeerMistake] = []
    read = unpack(body.replace(b"44010001", b"44\x00\xff0001"), excused=excused)
    assert read.text(41) == "44\x00\ufffd0001"


def test_field_33_is_read_leniently_only() -> None:
    """Section 2: 33 n..11 accepted in lenient mode."""
    body = pack("0200", {33: "10300000123"}, LENIENT)
    assert refusal(body) == ("unknown_field", 33, 2)
    assert unpack(body, dialect=LENIENT).text(33) == "10300000123"


def test_an_acquirers_longer_field_is_one_changed_row() -> None:
    """`[fields.61] max` of a profile; the sheet's own maximum is 29 (section 2)."""
    longer = BASE.changed(61, size=99)
    body = pack("0200", {61: "1" * 99}, longer)
    assert unpack(body, dialect=longer).text(61) == "1" * 99
    assert refusal(body) == ("bad_length", 61, VALUE_AT)


def test_an_acquirers_left_aligned_card_sequence_is_one_changed_row() -> None:
    left = BASE.changed(23, align="left")
    assert pack("0200", {23: "001"}, left)[VALUE_AT:].hex() == "0010"
    assert pack("0200", {23: "001"})[VALUE_AT:].hex() == "0001"


@pytest.mark.parametrize(
    ("de", "size", "align"),
    [
        (5, 10, None),
        (4, 13, None),
        (2, 100, None),
        (48, 1000, None),
        (48, 0, None),
        (41, None, "left"),
    ],
)
def test_a_row_is_not_changed_into_what_the_wire_cannot_say(
    de: int, size: int | None, align: Align | None
) -> None:
    with pytest.raises(ValueError, match=rf"fields\.{de} "):
        BASE.changed(de, size=size, align=align)
