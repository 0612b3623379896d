"""Vectors of single chapters: AFL, restrictions, risk, action codes, field 55."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv import de55, gpo_read, restrict, taa, trm
from protocol.emv.bits import (
    CID_ADVICE,
    Aip,
    Capability,
    CryptogramType,
    Tsi,
    Tvr,
)
from protocol.emv.commands import read_record
from protocol.emv.cryptogram import Cryptogram
from protocol.emv.events import HostResult, Rapdu
from protocol.emv.fields import CardData
from protocol.emv.online import hear
from protocol.emv.profile import UNIONPAY_CODES, ActionCodes
from protocol.emv.script import parse_script
from protocol.errors import PeerMistake
from protocol.values import Fen
from tests.protocol.emv.begun import card_data, session
from tests.protocol.emv.played import profile, transaction
from tests.vectors import rows_of

Case = dict[str, Any]
RESTRICTIONS = rows_of("emv/restrictions_trm.json", "cases")
TAA = rows_of("emv/tvr_taa.json", "taa")


@pytest.mark.parametrize("case", [c for c in rows_of("emv/afl.json", "cases") if "reads" in c])
def test_a_file_locator_names_its_records_in_order(case: Case) -> None:
    found = gpo_read.reads(bytes.fromhex(case["afl"]))
    assert [[one.sfi, one.number, one.signed] for one in found] == case["reads"]
    assert [read_record(r.sfi, r.number).hex().upper() for r in found] == case["apdus"]


@pytest.mark.parametrize("case", [c for c in rows_of("emv/afl.json", "cases") if "error" in c])
def test_a_damaged_file_locator_is_refused(case: Case) -> None:
    with pytest.raises(PeerMistake, match="afl"):
        gpo_read.reads(bytes.fromhex(case["afl"]))


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


def test_a_card_is_good_from_the_day_it_says_through_the_day_it_says() -> None:
    days = card_data({"5F25": "261123", "5F24": "261123"})
    assert restrict.restrict(days, profile(), transaction(), b"\x00\x30") == 0


@pytest.mark.parametrize(
    ("digits", "gone"), [("491231", False), ("500101", True), ("960229", True)]
)
def test_years_turn_at_fifty(digits: str, gone: bool) -> None:
    found = restrict.restrict(card_data({"5F24": digits}), profile(), transaction(), b"\x00\x30")
    assert found == (Tvr.EXPIRED if gone else 0)


def test_without_its_bit_in_the_profile_the_terminal_manages_no_risk() -> None:
    s = session(aip=Aip.ISSUER_AUTHENTICATION)
    assert list(trm.manage_risk(s)) == []
    assert (s.tvr, s.tsi) == (0, 0)


@pytest.mark.parametrize("answer", ["9F360200106283", "9F130200109000", "9F36010A9000", "9000"])
def test_a_counter_told_in_any_other_way_is_not_told(answer: str) -> None:
    s = session(records=card_data({"9F14": "03", "9F23": "06"}), aip=Aip(0x0800))
    steps = trm.manage_risk(s)
    next(steps)
    steps.send(Rapdu(bytes.fromhex(answer)))
    with pytest.raises(StopIteration):
        steps.send(Rapdu(bytes.fromhex("9F1302000F9000")))
    assert trm.BOTH_LIMITS in s.tvr
