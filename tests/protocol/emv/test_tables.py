"""Vectors of single chapters: AFL, CVM, restrictions, risk, action codes, field 55, T=0, keys."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from protocol.emv import cvm, de55, gpo_read, restrict, taa, trm
from protocol.emv.bits import (
    CID_ADVICE,
    Aip,
    Capability,
    CryptogramType,
    CvmMethod,
    CvmResult,
    CvmResults,
    Tsi,
    Tvr,
)
from protocol.emv.ca_keys import ca_key
from protocol.emv.commands import read_record
from protocol.emv.cryptogram import Cryptogram
from protocol.emv.events import HostResult, Input, PinBypassed, PinCaptured, PinPadFault, Rapdu
from protocol.emv.fallback import MARKS, Entry, entry_of_swipe, fallback_due, has_chip
from protocol.emv.fields import CardData
from protocol.emv.online import hear
from protocol.emv.outcome import OutcomeKind
from protocol.emv.profile import UNIONPAY_CODES, ActionCodes, Application, application
from protocol.emv.script import parse_script
from protocol.emv.session import Session
from protocol.emv.tlv import encode
from protocol.errors import PeerMistake
from protocol.values import Fen, Pan
from tests.protocol.emv.played import profile, transaction
from tests.vectors import rows_of

Case = dict[str, Any]
RESTRICTIONS = rows_of("emv/restrictions_trm.json", "cases")
CVM_CASES = rows_of("emv/cvm_list.json", "cases")
TAA = rows_of("emv/tvr_taa.json", "taa")
PIN_EVENTS: dict[str | None, Input | None] = {
    "captured": PinCaptured(),
    "bypassed": PinBypassed(),
    "pinpad_broken": PinPadFault(),
    None: None,
}


def card_data(values: dict[str, str]) -> CardData:
    told = CardData()
    told.add([(int(tag, 16), bytes.fromhex(value)) for tag, value in values.items()])
    return told


def session(**changes: Any) -> Session:
    s = Session(profile(), transaction())
    s.application, s.name, s.pan = s.profile.applications[0], b"A" * 8, Pan("6228489900000000010")
    for name, value in changes.items():
        setattr(s, name, value)
    return s


# --- AFL -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [c for c in rows_of("emv/afl.json", "cases") if "reads" in c])
def test_a_file_locator_names_its_records_in_order(case: Case) -> None:
    found = gpo_read.reads(bytes.fromhex(case["afl"]))
    assert [[one.sfi, one.number, one.signed] for one in found] == case["reads"]
    assert [read_record(r.sfi, r.number).hex().upper() for r in found] == case["apdus"]


@pytest.mark.parametrize("case", [c for c in rows_of("emv/afl.json", "cases") if "error" in c])
def test_a_damaged_file_locator_is_refused(case: Case) -> None:
    with pytest.raises(PeerMistake, match="afl"):
        gpo_read.reads(bytes.fromhex(case["afl"]))


# --- cardholder verification ---------------------------------------------------------------------


def verified(case: Case) -> Session:
    records = {"9F42": "0156"} | ({"8E": case["8E"]} if case["8E"] else {})
    s = session(
        records=card_data(records),
        aip=Aip(int(case.get("aip", "7C00"), 16)),
        txn=transaction(type=int(case["9C"], 16), amount_fen=Fen(int(case.get("amount", "50000")))),
    )
    steps = cvm.verify_cardholder(s)
    try:
        next(steps)
        given = PIN_EVENTS[case["pin_event"]]
        assert given is not None, "the PIN was asked for"
        steps.send(given)
    except StopIteration:
        return s
    raise AssertionError("asked twice")


@pytest.mark.parametrize(
    "case", [c for c in CVM_CASES if "expect" in c], ids=lambda c: f"{c['8E']}-{c['9C']}"
)
def test_the_card_s_list_is_walked_as_the_vectors_say(case: Case) -> None:
    s, expected = verified(case), case["expect"]
    assert s.cvm.wire.hex().upper() == expected["9F34"]
    assert s.tvr.wire.hex().upper() == expected["95"]
    assert s.tsi.wire.hex().upper() == expected["9B"]


@pytest.mark.parametrize("case", [c for c in CVM_CASES if "error" in c])
def test_a_short_or_odd_list_is_a_card_error(case: Case) -> None:
    with pytest.raises(PeerMistake):
        verified(case)


X, Y = 20_000, 50_000  # fen


@pytest.mark.parametrize(
    ("condition", "changes", "holds"),
    [
        (0x00, {}, True),
        (0x01, {}, False),
        (0x01, {"unattended": True}, True),
        (0x01, {"unattended": True, "type": 0x00}, False),
        (0x02, {}, False),
        (0x02, {"type": 0x00}, True),
        (0x02, {"type": 0x09}, False),
        (0x03, {}, True),
        (0x03, {"capabilities": Capability(0x6000C8)}, False),
        (0x04, {}, True),
        (0x04, {"unattended": True}, False),
        (0x04, {"type": 0x00}, False),
        (0x05, {}, False),
        (0x05, {"type": 0x09}, True),
        (0x06, {"amount_fen": X - 1}, True),
        (0x06, {"amount_fen": X}, False),
        (0x06, {"amount_fen": X - 1, "currency_is_the_cards": False}, False),
        (0x06, {"amount_fen": X - 1, "currency_is_the_cards": None}, False),
        (0x07, {"amount_fen": X + 1}, True),
        (0x07, {"amount_fen": X}, False),
        (0x08, {"amount_fen": Y - 1}, True),
        (0x08, {"amount_fen": Y}, False),
        (0x09, {"amount_fen": Y + 1}, True),
        (0x09, {"amount_fen": Y}, False),
        (0x0A, {}, False),
        (0xFF, {}, False),
    ],
)
def test_each_condition_holds_when_the_chapter_says(
    condition: int, changes: Case, holds: bool
) -> None:
    usual: Case = {
        "type": 0x01,
        "unattended": False,
        "amount_fen": 30_000,
        "other_fen": 0,
        "currency_is_the_cards": True,
        "capabilities": Capability(0x6040C8),
    }
    rule = cvm.Rule(0x02, condition)
    listed = cvm.CvmList(X, Y, (rule,))
    assert cvm.applies(rule, listed, cvm.Case(**{**usual, **changes})) is holds


@pytest.mark.parametrize(
    ("rules", "capabilities", "stands", "tvr"),
    [
        # Signature and "no CVM" count when 9F33 names them; the offline PIN never does.
        ("1E03", 0x6060C8, "1E0300", 0),
        ("1F00", 0x6048C8, "1F0002", 0),
        ("2000", 0x6041C8, "200000", 0),
        ("0103", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL),
        ("0100", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0300", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0400", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0500", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0200", 0x6000C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("1E00", 0x6040C8, "3F0001", Tvr.CVM_UNSUCCESSFUL),
        ("3F00", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.CVM_UNRECOGNISED),
        # "Fail" stops although its bit says: try the next.
        ("40001F00", 0x6048C8, "400001", Tvr.CVM_UNSUCCESSFUL),
    ],
)
def test_a_method_counts_only_if_this_terminal_performs_it(
    rules: str, capabilities: int, stands: str, tvr: Tvr
) -> None:
    s = session(
        records=card_data({"8E": "00" * 8 + rules}),
        aip=Aip.CARDHOLDER_VERIFICATION,
        profile=profile(capabilities=Capability(capabilities)),
    )
    assert list(cvm.verify_cardholder(s)) == []
    assert s.cvm.wire.hex().upper() == stands
    assert s.tvr == tvr


def test_the_pin_is_asked_for_once_however_many_rules_want_it() -> None:
    case = {"8E": "00" * 8 + "42034200", "9C": "01", "pin_event": "bypassed"}
    s = verified(case)
    assert s.cvm == CvmResults(0x42, 0x00, CvmResult.FAILED)
    assert s.cvm.method is CvmMethod.ONLINE_PIN
    assert s.tvr == Tvr.PIN_NOT_ENTERED | Tvr.CVM_UNSUCCESSFUL


# --- restrictions, risk, action codes ------------------------------------------------------------


@pytest.mark.parametrize("case", RESTRICTIONS)
def test_restrictions_set_the_bits_of_the_vectors(case: Case) -> None:
    asked = {tag: case[tag] for tag in ("9F08", "5F24", "5F25", "9F07", "5F28") if tag in case}
    card = card_data({"5F24": "301231"} | asked)
    txn = transaction(type=int(case.get("9C", "01"), 16))
    version = bytes.fromhex(case.get("9F09", "0030"))
    assert restrict.restrict(card, profile(), txn, version) == int(case["tvr2"], 16) << 24


@pytest.mark.parametrize(
    ("control", "country", "type_", "terminal_type", "allowed"),
    [
        ("2100", "0156", 0x00, 0x22, True),
        ("0900", "0156", 0x00, 0x22, True),
        ("1100", "0156", 0x00, 0x22, False),
        ("1100", "0344", 0x00, 0x22, True),
        ("0500", "0344", 0x00, 0x22, True),
        ("2900", "0344", 0x00, 0x22, False),
        ("0180", "0156", 0x09, 0x22, True),
        ("0140", "0156", 0x09, 0x22, False),
        ("0140", "0344", 0x09, 0x22, True),
        ("8200", "0156", 0x01, 0x14, True),
        ("8100", "0156", 0x01, 0x14, False),
        ("8200", "0156", 0x01, 0x22, False),
        ("4100", "0344", 0x01, 0x22, True),
    ],
)
def test_usage_control_is_read_for_the_service_the_country_and_the_place(
    control: str, country: str, type_: int, terminal_type: int, allowed: bool
) -> None:
    card = card_data({"5F24": "301231", "9F07": control, "5F28": country})
    found = restrict.restrict(
        card, profile(terminal_type=terminal_type), transaction(type=type_), b"\x00\x30"
    )
    assert (found == 0) is allowed
    assert found in (0, Tvr.SERVICE_NOT_ALLOWED)


@pytest.mark.parametrize("digits", ["301331", "300230", "300001", "300100"])
def test_a_date_that_is_none_is_a_card_error(digits: str) -> None:
    with pytest.raises(PeerMistake, match="date"):
        restrict.restrict(card_data({"5F24": digits}), profile(), transaction(), b"\x00\x30")


@pytest.mark.parametrize("case", rows_of("emv/restrictions_trm.json", "trm"))
def test_risk_management_sets_the_bits_of_the_vectors(case: Case) -> None:
    s = session(
        records=card_data({tag: case[tag] for tag in ("9F14", "9F23") if tag in case}),
        aip=Aip.TERMINAL_RISK_MANAGEMENT,
        txn=transaction(amount_fen=Fen(int(case.get("amount", "50000")))),
    )
    steps, asked = trm.manage_risk(s), []
    try:
        event = next(steps)
        while True:
            asked.append(event.command.hex().upper())  # type: ignore[union-attr]
            tag = asked[-1][4:8]
            value = case[tag]
            answer = value if value == "6A88" else f"{tag}02{value}9000"
            event = steps.send(Rapdu(bytes.fromhex(answer)))
    except StopIteration:
        pass
    velocity = "9F14" in case and "9F23" in case
    assert asked == (rows_of("emv/restrictions_trm.json", "trm_apdus") if velocity else [])
    assert s.tvr == int(case["tvr4"], 16) << 8 | int(case.get("tvr2", "00"), 16) << 24
    assert s.tsi == Tsi.TERMINAL_RISK_MANAGED


@pytest.mark.parametrize(
    ("counter", "last", "found"),
    [
        (10, 7, Tvr(0)),
        (11, 7, Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED),
        (13, 7, Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED),
        (14, 7, trm.BOTH_LIMITS),
        (7, 7, trm.BOTH_LIMITS),
        (0, 0, trm.BOTH_LIMITS | Tvr.NEW_CARD),
        (None, 7, trm.BOTH_LIMITS),
        (7, None, trm.BOTH_LIMITS),
        (None, 0, trm.BOTH_LIMITS | Tvr.NEW_CARD),
    ],
)
def test_velocity_compares_the_counters_with_both_limits(
    counter: int | None, last: int | None, found: Tvr
) -> None:
    assert trm.velocity(counter, last, lower=3, upper=6) == found


@pytest.mark.parametrize("case", TAA["cases"])
def test_action_codes_ask_for_what_the_vectors_say(case: Case) -> None:
    iac = case["iac"] or {}
    tags = {"default": "9F0D", "denial": "9F0E", "online": "9F0F"}
    issuer = taa.issuer_codes(card_data({tags[name]: code for name, code in iac.items()}))
    asked = taa.request(Tvr(int(case["tvr"], 16)), issuer, UNIONPAY_CODES)
    assert asked == int(case["request"], 16)


def test_the_shipped_action_codes_are_unionpay_s() -> None:
    codes = TAA["TAC"]
    assert ActionCodes(*(int(codes[n], 16) for n in ("denial", "online", "default"))) == (
        UNIONPAY_CODES
    )


def test_absent_issuer_codes_deny_nothing_and_want_all_online() -> None:
    assert taa.issuer_codes(CardData()) == ActionCodes(0, 0xFFFFFFFFFF, 0xFFFFFFFFFF)


BIT_NAMES = {
    "offline data authentication not performed": Tvr.ODA_NOT_PERFORMED,
    "online PIN entered": Tvr.ONLINE_PIN_ENTERED,
    "transaction exceeds floor limit": Tvr.FLOOR_LIMIT_EXCEEDED,
    "floor": Tvr.FLOOR_LIMIT_EXCEEDED,
    "ICC and terminal have different application versions": Tvr.VERSIONS_DIFFER,
    "lower consecutive offline limit exceeded": Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED,
    "upper consecutive offline limit exceeded": Tvr.UPPER_OFFLINE_LIMIT_EXCEEDED,
    "LCOL": Tvr.LOWER_OFFLINE_LIMIT_EXCEEDED,
    "UCOL": Tvr.UPPER_OFFLINE_LIMIT_EXCEEDED,
    "random": Tvr.CHOSEN_AT_RANDOM,
    "forced online": Tvr.FORCED_ONLINE,
    "issuer authentication failed": Tvr.ISSUER_AUTHENTICATION_FAILED,
    "DDA failed": Tvr.DDA_FAILED,
    "expired application": Tvr.EXPIRED,
    "ODA": Tsi.ODA_PERFORMED,
    "CVM": Tsi.CVM_PERFORMED,
    "card risk": Tsi.CARD_RISK_MANAGED,
    "issuer auth": Tsi.ISSUER_AUTHENTICATED,
    "TRM": Tsi.TERMINAL_RISK_MANAGED,
    "script": Tsi.SCRIPT_PROCESSED,
}


@pytest.mark.parametrize(
    "case", [c for c in rows_of("emv/tvr_taa.json", "decode") if "95" in c or "9B" in c]
)
def test_bits_have_the_names_of_the_vectors(case: Case) -> None:
    found: int = 0
    for name in case["bits"]:
        found |= BIT_NAMES[name]
    assert found == int(case.get("95") or case["9B"], 16)


def test_capabilities_and_profile_bits_have_their_names() -> None:
    c = Capability
    named = c.MANUAL_ENTRY | c.MAGNETIC_STRIPE | c.CONTACT_CHIP | c.PLAINTEXT_OFFLINE_PIN
    named |= c.ONLINE_PIN | c.SIGNATURE | c.NO_CVM | c.ID_DOCUMENT | c.SDA | c.DDA | c.CDA
    assert named == 0xE0E9C8
    assert Aip.SDA | Aip.DDA | Aip(0x1C00) == 0x7C00
    a = Aip
    assert a.CARDHOLDER_VERIFICATION | a.TERMINAL_RISK_MANAGEMENT | a.ISSUER_AUTHENTICATION == (
        0x1C00
    )


@pytest.mark.parametrize("case", rows_of("emv/tvr_taa.json", "cid"))
def test_cryptogram_information_is_read_by_its_bits(case: Case) -> None:
    told = Cryptogram(int(case["cid"], 16), b"\0\1", bytes(8), b"")
    assert told.type is CryptogramType[case["type"].upper()]
    assert told.advice is case.get("advice", False)
    assert told.reason == (1 if case.get("reason") == "service not allowed" else 0)
    assert CID_ADVICE == 0x08


# --- field 55 and scripts ------------------------------------------------------------------------

DE55 = {case["name"]: case for case in rows_of("emv/de55.json", "cases")}


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("request_public", de55.REQUEST),
        ("9F03 missing becomes zero", de55.REQUEST),
        ("reversal 06", de55.REVERSAL_CARD_REFUSED),
    ],
)
def test_field_55_has_the_order_of_the_vectors(name: str, tags: tuple[int, ...]) -> None:
    values = {int(tag, 16): bytes.fromhex(v) for tag, v in DE55[name]["values"].items()}
    assert de55.collect(tags, values).hex().upper() == DE55[name]["out"]


def test_the_lists_of_field_55_are_those_of_the_vectors() -> None:
    lists = rows_of("emv/de55.json", "lists")

    def numbers(name: str) -> list[int]:
        return [int(tag.split()[0], 16) for tag in lists[name]]

    assert list(de55.REQUEST) == numbers("request")
    assert list(de55.REVERSAL_CARD_REFUSED) == numbers("reversal_card_declined")
    assert list(de55.SCRIPT_UPLOAD) == numbers("script_upload")
    default = [int(tag.split()[0], 16) for tag in lists["reversal_timeout"]["pax_practice_default"]]
    assert list(profile().timeout_reversal_tags) == default


def test_the_bank_s_field_55_is_taken_apart() -> None:
    case = DE55["host answer"]
    host = hear(HostResult("00", bytes.fromhex(case["in"])), frozenset({"00"}))
    assert host.issuer_authentication.hex().upper() == case["parsed"]["91"]
    script = parse_script(host.scripts_after[0])
    assert script.identifier.hex() == case["parsed"]["72"][0]["9F18"]
    assert [one.hex().upper() for one in script.commands] == case["parsed"]["72"][0]["86"]
    assert (host.approved, host.arc, host.scripts_before) == (True, b"00", ())


# --- what the bank sends down --------------------------------------------------------------------

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


# --- fallback ------------------------------------------------------------------------------------

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
