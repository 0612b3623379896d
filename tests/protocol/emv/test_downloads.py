"""Keys and parameters that the bank sends down (`emv.md` section 1), and the fallback."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from protocol.emv.ca_keys import ca_key
from protocol.emv.fallback import MARKS, Entry, entry_of_swipe, fallback_due, has_chip
from protocol.emv.outcome import OutcomeKind
from protocol.emv.profile import UNIONPAY_CODES, Application, application
from protocol.emv.tlv import encode
from protocol.errors import PeerMistake
from protocol.values import Fen
from tests.vectors import rows_of

Case = dict[str, Any]

KEYS = rows_of("emv/ca_keys.json", "keys")
RECORD_TAGS = {0x9F06: "rid", 0x9F22: "index", 0xDF02: "modulus", 0xDF04: "exponent"}
FIXED = {0xDF03: "sha1_checksum"}


def downloaded(row: Case) -> bytes:
    """The record as its source prints it, else made of the key's parts."""
    if "raw_tlv" in row:
        return bytes.fromhex(row["raw_tlv"])
    values = {tag: bytes.fromhex(row[name]) for tag, name in {**RECORD_TAGS, **FIXED}.items()}
    return encode({**values, 0xDF05: b"20301231", 0xDF06: b"\x01", 0xDF07: b"\x01"}.items())


@pytest.mark.parametrize("row", KEYS, ids=lambda r: f"{r['rid']}-{r['index']}")
def test_every_published_key_is_read_and_its_checksum_holds(row: Case) -> None:
    read = ca_key(downloaded(row))
    assert (read.rid.hex().upper(), read.index) == (row["rid"], int(row["index"], 16))
    assert read.key.modulus.hex().upper() == row["modulus"]
    assert read.key.exponent == int(row["exponent"], 16)
    if "raw_tlv" in row:
        assert f"{read.expires:%Y%m%d}" == row["expiry_in_source"]


KEY_VALUES = {
    0x9F06: bytes.fromhex(KEYS[0]["rid"]),
    0x9F22: bytes.fromhex(KEYS[0]["index"]),
    0xDF05: b"20301231",
    0xDF06: b"\x01",
    0xDF07: b"\x01",
    0xDF02: bytes.fromhex(KEYS[0]["modulus"]),
    0xDF04: bytes.fromhex(KEYS[0]["exponent"]),
    0xDF03: bytes.fromhex(KEYS[0]["sha1_checksum"]),
}


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (0xDF02, KEY_VALUES[0xDF02][:-1] + b"\x00"),
        (0xDF02, b""),
        (0xDF04, b"\x05"),
        (0xDF05, b"20301331"),
        (0xDF05, b"203012"),
        (0xDF05, b"\xb2\xb2\xb2\xb2\xb2\xb2\xb2\xb2"),
        (0xDF06, b"\x02"),
        (0xDF07, b"\x04"),
        (0x9F06, b"\xa0"),
        (0x9F22, b""),
        (0xDF03, bytes(20)),
    ],
)
def test_a_key_with_anything_wrong_is_refused(tag: int, value: bytes) -> None:
    with pytest.raises(PeerMistake, match="ca_key"):
        ca_key(encode({**KEY_VALUES, tag: value}.items()))


def test_a_key_with_an_exponent_nobody_uses_is_refused_though_its_checksum_holds() -> None:
    rid, index, modulus = (KEY_VALUES[tag] for tag in (0x9F06, 0x9F22, 0xDF02))
    told = KEY_VALUES | {
        0xDF04: b"\x05",
        0xDF03: hashlib.sha1(rid + index + modulus + b"\x05").digest(),
    }
    with pytest.raises(PeerMistake, match="exponent"):
        ca_key(encode(told.items()))


def with_checksum(**parts: bytes) -> bytes:
    """A record whose checksum holds whatever its parts are."""
    told = {"rid": KEY_VALUES[0x9F06], "index": b"\x01", "modulus": KEY_VALUES[0xDF02]} | parts
    check = hashlib.sha1(told["rid"] + told["index"] + told["modulus"] + b"\x03").digest()
    values = {0x9F06: told["rid"], 0x9F22: told["index"], 0xDF02: told["modulus"], 0xDF03: check}
    return encode({**KEY_VALUES, 0xDF04: b"\x03", **values}.items())


@pytest.mark.parametrize(("size", "sound"), [(63, False), (64, True), (248, True), (249, False)])
def test_a_modulus_has_64_to_248_bytes(size: int, sound: bool) -> None:
    record = with_checksum(modulus=b"\xff" * size)
    if sound:
        assert len(ca_key(record).key.modulus) == size
    else:
        with pytest.raises(PeerMistake, match="length"):
            ca_key(record)


@pytest.mark.parametrize("part", [{"rid": bytes(4)}, {"rid": bytes(6)}, {"index": b"\1\1"}])
def test_a_name_or_an_index_of_another_length_is_refused(part: dict[str, bytes]) -> None:
    with pytest.raises(PeerMistake, match="length"):
        ca_key(with_checksum(**part))


@pytest.mark.parametrize("expiry", ["２０３０１２３１".encode(), b"203012311", b"\xb2" * 8])
def test_an_expiry_of_other_characters_is_refused(expiry: bytes) -> None:
    with pytest.raises(PeerMistake, match="expiry"):
        ca_key(encode({**KEY_VALUES, 0xDF05: expiry}.items()))


def test_a_date_of_four_bcd_bytes_is_read_too() -> None:
    told = ca_key(encode({**KEY_VALUES, 0xDF05: bytes.fromhex("20301231")}.items()))
    assert told.expires == date(2030, 12, 31)


def test_a_record_that_says_a_tag_twice_is_refused() -> None:
    with pytest.raises(PeerMistake, match="ca_key"):
        ca_key(encode([*KEY_VALUES.items(), (0xDF05, b"20401231")]))


AID_RECORD = (
    "9F0607A0000003330101DF010100 9F08020020 DF1105D84000A800 DF1205D84004F800 DF13050010000000"
    " 9F1B0400000064 DF14039F3704"
)


def test_an_aid_record_becomes_a_row_of_the_terminal() -> None:
    assert application(bytes.fromhex(AID_RECORD)) == Application(
        bytes.fromhex("A0000003330101"),
        partial=True,
        version=b"\x00\x20",
        codes=UNIONPAY_CODES,
        floor_limit_fen=Fen(100),
    )


@pytest.mark.parametrize(
    "record",
    ["", "9F0604A0000003", "9F0607A0000003330101DF1104D8400000", "9F0607A00000033301019F0800"],
)
def test_an_aid_record_of_wrong_lengths_is_refused(record: str) -> None:
    with pytest.raises(PeerMistake, match="aid_record"):
        application(bytes.fromhex(record))


MUTE, ERROR = OutcomeKind.CARD_MUTE, OutcomeKind.CARD_ERROR


@pytest.mark.parametrize("row", rows_of("emv/de55.json", "track2_service_code"))
def test_the_service_code_tells_whether_the_card_has_a_chip(row: Case) -> None:
    assert has_chip(row["service"]) is row["chip_must"]
    expected = Entry.CHIP if row["chip_must"] else Entry.STRIPE
    assert entry_of_swipe(row["service"], (), allowed=True) is expected


@pytest.mark.parametrize("end", [kind for kind in OutcomeKind if kind is not MUTE])
def test_only_a_mute_chip_leads_to_the_stripe(end: OutcomeKind) -> None:
    assert fallback_due([MUTE] * 3)
    assert fallback_due([end, MUTE, MUTE, MUTE])
    for at in range(3):
        assert not fallback_due([end if n == at else MUTE for n in range(3)])


def test_fallback_needs_three_tries_and_the_bank_s_word_and_is_told_to_the_bank() -> None:
    assert entry_of_swipe("220", [MUTE] * 2, allowed=True) is Entry.CHIP
    assert entry_of_swipe("220", [MUTE] * 3, allowed=False) is Entry.CHIP
    entry = entry_of_swipe("620", [MUTE] * 3, allowed=True)
    assert entry is Entry.FALLBACK
    assert (MARKS[entry].entry_mode, MARKS[entry].condition) == ("02", "2")
    assert (MARKS[Entry.CHIP].entry_mode, MARKS[Entry.STRIPE].condition) == ("05", "0")
