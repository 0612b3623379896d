"""The parts of a field against the sheet's tables, and what of them may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank.codec import Message, Value
from protocol.bank.fields import ROWS, Sensitivity
from protocol.bank.shown import masked, shown
from protocol.bank.subfields import parts
from protocol.errors import PeerMistake
from tests.protocol.bank import vectors

WORKED = vectors.bodies()


def told(mti: str, de: int, value: Value, custom: str = "") -> dict[str, Value]:
    message = Message(mti, {60: custom, de: value} if custom else {de: value})
    return {part.name: value[part.start : part.end] for part in parts(message, de)}


@pytest.mark.parametrize(
    ("digits", "expected"),
    # section 5: every length that was seen, by hand
    [
        ("07000727", ["07", "000727"]),
        ("00000012003", ["00", "000012", "003"]),
        ("000000120036", ["00", "000012", "003", "6"]),
        ("0100001211160", ["01", "000012", "111", "6", "0"]),
        ("22000012000601", ["22", "000012", "000", "6", "0", "1"]),
        ("22000012000601065", ["22", "000012", "000", "6", "0", "1", "065"]),
    ],
)
def test_field_60_reads_by_place_at_every_length_seen(digits: str, expected: list[str]) -> None:
    assert told("0200", 60, digits) == {f"60.{n}": v for n, v in enumerate(expected, 1)}


def test_field_22_is_entry_mode_and_pin() -> None:
    assert told("0200", 22, "021") == {"22.1": "02", "22.2": "1"}


def test_field_53_is_format_algorithm_and_track_encryption() -> None:
    expected = {"53.1": "2", "53.2": "6", "53.3": "1", "53.4": "0" * 13}
    assert told("0200", 53, "2610000000000000") == expected


def test_field_54_repeats_in_blocks_of_20() -> None:
    """Section 3: account type, amount type, currency, sign, amount."""
    found = told("0210", 54, "1002156C0000001234501001156D000000000001")
    assert list(found)[:5] == ["54.1/1", "54.2/1", "54.3/1", "54.4/1", "54.5/1"]
    assert list(found.values()) == [
        *("10", "02", "156", "C", "000000123450"),
        *("10", "01", "156", "D", "000000000001"),
    ]


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("000012000104", ["000012", "000104"]),
        ("0000120001041123", ["000012", "000104", "1123"]),
        ("00001200010411230210300000000", ["000012", "000104", "1123", "02", "10300000000"]),
    ],
)
def test_field_61_names_the_original(digits: str, expected: list[str]) -> None:
    """Section 6: void 12 digits, refund 16, offline up to 29."""
    assert told("0200", 61, digits) == {f"61.{n}": v for n, v in enumerate(expected, 1)}


def test_the_totals_of_a_settlement_are_ten_parts() -> None:
    """The worked 0510: 1,100.00 debit in 3, 600.00 credit in 2, both flags 1."""
    digits = str(WORKED["settlement-balanced answered"][2][48])
    found = told("0510", 48, digits, "00000012201")
    assert list(found.values()) == [
        *("000000110000", "003", "000000060000", "002", "1"),
        *("0" * 12, "000", "0" * 12, "000", "1"),
    ]


RECORDS = "02" + "00000104" + "0" + "6229990100000012343" + "000000030000"
RECORDS += "00000109" + "0" * 20 + "000000010000"


def test_the_records_of_a_batch_upload_show_no_card() -> None:
    """Section 10: scheme, trace, PAN right-justified in 20, amount; zeros where no card was."""
    message = Message("0320", {48: RECORDS, 60: "00000012201"})
    text = shown(message, 48)
    assert told("0320", 48, RECORDS, "00000012201")["48.4/1"] == "06229990100000012343"
    assert text == RECORDS.replace("6229990100000012343", "622999*********2343").replace(
        "0" * 20, "*" * 20
    )


def test_an_end_message_counts_the_records() -> None:
    assert told("0320", 48, "0014", "00000012202") == {"48.1": "0014"}


def test_a_field_48_of_another_dialect_is_not_shown() -> None:
    assert shown(Message("0200", {48: "6229990100000012343"}), 48) == "*" * 19


@pytest.mark.parametrize(
    ("network", "sizes"),
    # section 7: key bytes and check value bytes of each layout
    [("001", [8, 4, 8, 4]), ("003", [16, 4, 16, 4]), ("004", [16, 4, 16, 4, 16, 4])],
)
def test_working_keys_are_hidden_and_their_check_values_shown(
    network: str, sizes: list[int]
) -> None:
    payload = bytes(range(1, 1 + sum(sizes)))
    message = Message("0810", {60: f"00000012{network}", 62: payload})
    expected, at = "", 0
    for size in sizes:
        expected += "**" * size if size != 4 else payload[at : at + 4].hex().upper()
        at += size
    assert shown(message, 62) == expected


def test_keys_in_a_layout_that_no_row_has_are_hidden_whole() -> None:
    """57 bytes at one private host (vector vf_signresp)."""
    message = Message("0810", {60: "00000012003", 62: bytes(57)})
    assert shown(message, 62) == "**" * 57


@pytest.mark.parametrize("tag", ["57", "5A", "9F6B"])
def test_track_and_card_number_in_chip_data_are_hidden(tag: str) -> None:
    """Section 16: wipes the values 57, 5A and 9F6B of field 55."""
    value = "6229990100000012343D3012" if tag != "5A" else "6229990100000012343F"
    data = bytes.fromhex(f"9F3602031E{tag}{len(value) // 2:02X}{value}")
    text = shown(Message("0200", {55: data}), 55)
    assert text.startswith(f"9F3602031E{tag}{len(value) // 2:02X}")
    assert "0100000012" not in text


def test_zeros_between_chip_data_are_tolerated() -> None:
    """Section 3: zero padding between TLVs must be tolerated on decode."""
    data = bytes.fromhex("9F3602031E000000910A42FE066E2918B08830300000")
    found = told("0210", 55, data)
    assert {name: bytes(v).hex() for name, v in found.items() if isinstance(v, bytes)} == {
        "55.9F36": "031e",
        "55.91": "42fe066e2918b0883030",
    }


@pytest.mark.parametrize(
    ("mti", "de", "value", "custom"),
    [
        ("0200", 55, bytes.fromhex("9F3602031E9F3602031F"), ""),  # a tag twice
        ("0200", 55, bytes.fromhex("9F36"), ""),
        ("0200", 55, bytes.fromhex("9F3605031E"), ""),
        ("0200", 62, b"FE0010FE0010", "0100001211160"),  # an element twice
        ("0200", 62, b"FE00", "0100001211160"),
        ("0210", 54, "1002156C00000012345", ""),  # 19 of 20
        ("0200", 60, "010000121", ""),  # 60.3 ends early
        ("0200", 61, "000012000104112302103000000001", ""),  # more than its parts
        ("0320", 48, RECORDS[:-1], "00000012201"),
        ("0810", 62, b"1105221", "00000012360"),
    ],
)
def test_parts_that_end_early_or_come_twice_are_refused_by_field(
    mti: str, de: int, value: Value, custom: str
) -> None:
    with pytest.raises(PeerMistake) as caught:
        told(mti, de, value, custom)
    assert caught.value.field == de
    assert 0 <= caught.value.offset <= len(value)


def test_downloads_read_as_the_sheet_has_them() -> None:
    """Section 7: 360 ASCII tags, 370 a flag and TLV, 372 a query of `1NN`."""
    named = "测试站".encode("gb18030").ljust(40)
    found = told("0810", 62, b"1160133" + b"22" + named, "00000012360")
    assert found == {"62.11": b"60", "62.13": b"3", "62.22": named}
    key = bytes.fromhex("319F0605A0000003339F220102")
    assert told("0810", 62, key, "00000012370") == {
        "62.0": b"1",
        "62.9F06": bytes.fromhex("A000000333"),
        "62.9F22": b"\x02",
    }
    assert told("0820", 62, b"103", "00000012372") == {"62.1": b"1", "62.2": b"03"}


def test_a_chip_record_reads_by_place() -> None:
    """Section 7: `61`+scheme+`00`+amount n12+`156`, 21 bytes; failed ones have 23."""
    good = told("0320", 62, b"610000000000030000156", "0000001220360")
    assert list(good.values()) == [b"61", b"00", b"00", b"000000030000", b"156"]
    bad = told("0320", 62, b"71000500000003000015622", "0000001220460")
    assert list(bad.values())[-1] == b"22"


@pytest.mark.parametrize("name", WORKED)
def test_masking_keeps_the_length_and_open_values(name: str) -> None:
    _, mti, fields = WORKED[name]
    for de, value in fields.items():
        text = shown(Message(mti, fields), de)
        assert len(text) == len(value) * (2 if isinstance(value, bytes) else 1)


def test_cards_tracks_pins_and_keys_are_never_open() -> None:
    """Section 16, default dump: masks 2; wipes 35, 36, 52, the keys of 62 and 55."""
    rows = {row.de: row.shown for row in ROWS}
    assert rows[2] is Sensitivity.MASKED
    assert {rows[de] for de in (35, 36, 52, 55, 62)} == {Sensitivity.WIPED}


@given(st.text("0123456789", min_size=13, max_size=19).filter(lambda pan: pan[0] != "0"))
def test_a_card_number_keeps_6_and_4_digits(pan: str) -> None:
    """`security.md` section 8: at most BIN and last 4."""
    expected = pan[:6] + "*" * (len(pan) - 10) + pan[-4:]
    assert masked(pan, Sensitivity.MASKED) == expected
    assert masked(pan.rjust(20, "0"), Sensitivity.MASKED) == "0" * (20 - len(pan)) + expected


@pytest.mark.parametrize("short", ["", "1", "0000", "1234567890"])
def test_what_is_too_short_to_be_a_card_number_is_hidden_whole(short: str) -> None:
    assert masked(short, Sensitivity.MASKED) == "*" * len(short)
