"""Certificates recovered, and every damage refused (`emv.md` section 9)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.emv import certificates
from protocol.emv.bits import Aip, Capability, Tvr
from protocol.emv.ca_keys import CaKey, PublicKey, RevokedCertificate
from protocol.emv.kernel import Kernel
from protocol.emv.oda import Method, method_of
from protocol.emv.outcome import OutcomeKind
from protocol.errors import PeerMistake
from protocol.values import Pan
from tests.protocol.emv.card import Card, sealed, sign, tlv
from tests.protocol.emv.chance import PATIENT
from tests.protocol.emv.played import CA_KEY, play, profile, transaction
from tests.vectors import rows_of

CASES = rows_of("emv/cert_recovery.json", "cases")
SYNTHETIC = CASES[0]
DAY = date(2026, 11, 23)
PAN = Pan("6228489900000000010")
NOBODY: frozenset[RevokedCertificate] = frozenset()


def values(case: dict[str, Any]) -> dict[int, bytes]:
    tags = ("90", "92", "9F32", "93", "9F46", "9F48", "9F47", "9F4B")
    return {int(tag, 16): bytes.fromhex(case[tag]) for tag in tags if case[tag]}


def ca(case: dict[str, Any]) -> CaKey:
    key = PublicKey(bytes.fromhex(case["ca_modulus"]), int(case["ca_exponent"], 16))
    return CaKey(bytes.fromhex(case.get("rid", "A000000333")), 0xFE, key, date(2099, 1, 1))


def issuer(case: dict[str, Any], card: dict[int, bytes]) -> PublicKey:
    pan = Pan(case["5A"].rstrip("F"))
    return certificates.issuer_key(card, ca(case), pan, DAY, NOBODY)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_every_block_is_recovered_as_published(case: dict[str, Any]) -> None:
    card, expected = values(case), case["expected"]
    issuer_key = PublicKey(bytes.fromhex(expected["issuer"]["modulus"]), 3)
    icc_key = PublicKey(bytes.fromhex(expected["icc"]["modulus"]), 3)
    for tag, key, form, name in (
        (0x90, ca(case).key, certificates.ISSUER, "issuer"),
        (0x93, issuer_key, certificates.STATIC, "ssad"),
        (0x9F46, issuer_key, certificates.ICC, "icc"),
        (0x9F4B, icc_key, certificates.DYNAMIC, "sdad"),
    ):
        block = certificates.recovered(card[tag], key, form)
        assert block.hex().upper() == expected[name]["recovered"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_issuer_keys_and_dynamic_data_are_those_published(case: dict[str, Any]) -> None:
    card, expected = values(case), case["expected"]
    assert issuer(case, card).modulus.hex().upper() == expected["issuer"]["modulus"]
    icc = PublicKey(bytes.fromhex(expected["icc"]["modulus"]), 3)
    inside = certificates.dynamic_data(card[0x9F4B], icc, bytes.fromhex(case["ddol_data"]))
    assert inside.hex().upper() == expected["sdad"]["icc_dynamic_data"]


def test_the_synthetic_card_s_key_and_code_are_those_published() -> None:
    card, static = values(SYNTHETIC), bytes.fromhex(SYNTHETIC["static_data"])
    key = issuer(SYNTHETIC, card)
    icc = certificates.icc_key(card, key, PAN, DAY, static)
    assert icc.modulus.hex().upper() == SYNTHETIC["expected"]["icc"]["modulus"]
    code = certificates.authentication_code(card[0x93], key, static)
    assert code.hex().upper() == SYNTHETIC["expected"]["ssad"]["dac_9F45"]


def everything(card: dict[int, bytes]) -> None:
    """The whole chain, for any damage to break it."""
    static = bytes.fromhex(SYNTHETIC["static_data"])
    key = issuer(SYNTHETIC, card)
    certificates.authentication_code(card[0x93], key, static)
    icc = certificates.icc_key(card, key, PAN, DAY, static)
    certificates.dynamic_data(card[0x9F4B], icc, bytes.fromhex(SYNTHETIC["ddol_data"]))


@PATIENT
@given(st.sampled_from([0x90, 0x92, 0x9F32, 0x93, 0x9F46, 0x9F48, 0x9F47, 0x9F4B]), st.data())
def test_one_changed_byte_anywhere_breaks_the_chain(tag: int, data: st.DataObject) -> None:
    card = values(SYNTHETIC)
    at = data.draw(st.integers(0, len(card[tag]) - 1))
    flip = data.draw(st.integers(1, 255))
    card[tag] = card[tag][:at] + bytes([card[tag][at] ^ flip]) + card[tag][at + 1 :]
    with pytest.raises(PeerMistake):
        everything(card)


@pytest.mark.parametrize("tag", [0x90, 0x9F32, 0x92, 0x9F46, 0x9F47, 0x9F48])
def test_a_missing_part_is_told_as_missing(tag: int) -> None:
    card = values(SYNTHETIC)
    del card[tag]
    with pytest.raises(PeerMistake, match="missing"):
        everything(card)


@pytest.mark.parametrize("tag", [0x92, 0x9F48, 0x90, 0x9F46])
def test_a_part_cut_short_or_grown_is_refused(tag: int) -> None:
    for change in (slice(0, -1), slice(1, None)):
        card = values(SYNTHETIC)
        card[tag] = card[tag][change]
        with pytest.raises(PeerMistake, match="certificate"):
            everything(card)
    card = values(SYNTHETIC)
    card[tag] += b"\x00"
    with pytest.raises(PeerMistake, match="certificate"):
        everything(card)


def test_another_exponent_fails_at_the_hash() -> None:
    card = values(SYNTHETIC) | {0x9F32: b"\x01\x00\x01"}
    with pytest.raises(PeerMistake, match="hash"):
        everything(card)


def issued(**changes: Any) -> dict[int, bytes]:
    """The issuer certificate with one field changed, signed again by the test CA."""
    card = values(SYNTHETIC)
    block = bytearray(bytes.fromhex(SYNTHETIC["expected"]["issuer"]["recovered"]))
    for at, value in changes["fields"].items():
        block[at : at + len(value)] = value
    outside = card[0x92] + changes.get("exponent", card[0x9F32])
    block[-21:-1] = hashlib.sha1(bytes(block[1:-21]) + outside).digest()
    card[0x9F32] = changes.get("exponent", card[0x9F32])
    return card | {0x90: sign("ca", bytes(block))}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({0: b"\x6b"}, "header"),
        ({1: b"\x04"}, "header"),
        ({175: b"\xbb"}, "header"),
        ({2: b"\x62\x28\x48\x98"}, "issuer identifier"),
        ({2: b"\x62\xff\xff\xff"}, "issuer identifier"),
        ({2: b"\x62\x2a\xff\xff"}, "issuer identifier"),
        ({6: b"\x10\x26"}, "expired"),
        ({6: b"\x12\x25"}, "expired"),
        ({6: b"\x12\x50"}, "expired"),
        ({6: b"\x13\x30"}, "expiry"),
        ({6: b"\x00\x30"}, "expiry"),
        ({6: b"\x1a\x30"}, "expiry"),
        ({11: b"\x02"}, "algorithm"),
        ({12: b"\x02"}, "algorithm"),
        ({13: b"\x91"}, "remainder length"),
        ({13: b"\x3f"}, "modulus length"),
    ],
)
def test_a_well_signed_certificate_with_a_wrong_field_is_refused(
    fields: dict[int, bytes], why: str
) -> None:
    with pytest.raises(PeerMistake, match=why):
        issuer(SYNTHETIC, issued(fields=fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {2: b"\x62\x2f\xff\xff"},
        {2: b"\x62\x28\xff\xff"},
        {6: b"\x11\x26"},
        {6: b"\x12\x49"},
        {6: b"\x01\x27"},
    ],
)
def test_a_certificate_is_good_through_the_last_day_of_its_month(fields: dict[int, bytes]) -> None:
    key = issuer(SYNTHETIC, issued(fields=fields))
    assert key.modulus.hex().upper() == SYNTHETIC["expected"]["issuer"]["modulus"]


def test_an_exponent_nobody_uses_is_refused_though_the_ca_signed_it() -> None:
    with pytest.raises(PeerMistake, match="exponent"):
        issuer(SYNTHETIC, issued(fields={}, exponent=b"\x05"))


def test_a_revoked_certificate_is_refused() -> None:
    revoked = RevokedCertificate(bytes.fromhex("A000000333"), 0xFE, b"\0\0\1")
    with pytest.raises(PeerMistake, match="revoked"):
        certificates.issuer_key(values(SYNTHETIC), ca(SYNTHETIC), PAN, DAY, frozenset({revoked}))
    for other in (replace(revoked, index=1), replace(revoked, serial=b"\0\0\2")):
        issuer_key = certificates.issuer_key(
            values(SYNTHETIC), ca(SYNTHETIC), PAN, DAY, frozenset({other})
        )
        assert len(issuer_key.modulus) == 144


def test_a_certificate_for_another_card_is_refused() -> None:
    card, static = values(SYNTHETIC), bytes.fromhex(SYNTHETIC["static_data"])
    key = issuer(SYNTHETIC, card)
    with pytest.raises(PeerMistake, match="PAN"):
        certificates.icc_key(card, key, Pan("6228489900000000028"), DAY, static)
    with pytest.raises(PeerMistake, match="expired"):
        certificates.icc_key(card, key, PAN, date(2031, 1, 1), static)
    with pytest.raises(PeerMistake, match="hash"):
        certificates.icc_key(card, key, PAN, DAY, static + b"\0")


@pytest.mark.parametrize("fields", [{17: b"\x02"}, {18: b"\x02"}, {19: b"\x91"}])
def test_a_well_signed_card_certificate_with_a_wrong_field_is_refused(
    fields: dict[int, bytes],
) -> None:
    card, static = values(SYNTHETIC), bytes.fromhex(SYNTHETIC["static_data"])
    block = bytearray(bytes.fromhex(SYNTHETIC["expected"]["icc"]["recovered"]))
    for at, value in fields.items():
        block[at : at + len(value)] = value
    if 19 in fields:  # 145 bytes: one more than the issuer's own key
        card[0x9F48] = bytes(145 - 102)
    outside = card[0x9F48] + card[0x9F47] + static
    block[-21:-1] = hashlib.sha1(bytes(block[1:-21]) + outside).digest()
    card[0x9F46] = sign("iss", bytes(block))
    with pytest.raises(PeerMistake, match="longer than" if 19 in fields else "algorithm"):
        certificates.icc_key(card, issuer(SYNTHETIC, card), PAN, DAY, static)


def signed_by_card(inside: bytes, size: int | None = None, algorithm: int = 1) -> bytes:
    told = len(inside) if size is None else size
    body = bytes([0x05, algorithm, told]) + inside
    body += b"\xbb" * (128 - 22 - len(body))
    return sign("icc", b"\x6a" + body + hashlib.sha1(body + b"UN").digest() + b"\xbc")


ICC = PublicKey(bytes.fromhex(SYNTHETIC["expected"]["icc"]["modulus"]), 3)


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (signed_by_card(b""), "dynamic data length"),
        (signed_by_card(b"\x02\x11\x22", size=104), "dynamic data length"),
        (signed_by_card(b"\x01\x11"), "dynamic number length"),
        (signed_by_card(b"\x09" + bytes(9)), "dynamic number length"),
        (signed_by_card(b"\x08" + bytes(7)), "dynamic number length"),
        (signed_by_card(b"\x02\x11\x22", algorithm=2), "algorithm"),
    ],
)
def test_dynamic_data_that_count_wrongly_are_refused(signature: bytes, why: str) -> None:
    with pytest.raises(PeerMistake, match=why):
        certificates.dynamic_data(signature, ICC, b"UN")


@pytest.mark.parametrize("inside", [b"\x02\x11\x22", b"\x08" + bytes(8), b"\x08" + bytes(102)])
def test_dynamic_numbers_have_two_to_eight_bytes(inside: bytes) -> None:
    assert certificates.dynamic_data(signed_by_card(inside), ICC, b"UN") == inside
    with pytest.raises(PeerMistake, match="hash"):
        certificates.dynamic_data(signed_by_card(inside), ICC, b"NU")


def test_a_number_larger_than_the_modulus_is_no_signature() -> None:
    modulus, size = int.from_bytes(ICC.modulus, "big"), len(ICC.modulus)
    signatures = (signed_by_card(bytes([2, 0, n])) for n in range(64))
    small = next(s for s in signatures if int.from_bytes(s, "big") + modulus < 1 << 8 * size)
    grown = (int.from_bytes(small, "big") + modulus).to_bytes(size, "big")
    assert certificates.dynamic_data(small, ICC, b"UN")[:2] == b"\x02\x00"
    for wrong in (grown, ICC.modulus, b""):
        with pytest.raises(PeerMistake, match="signature length"):
            certificates.dynamic_data(wrong, ICC, b"UN")


@pytest.mark.parametrize(("size", "remainder"), [(64, True), (140, True), (140, False)])
def test_a_key_that_fits_stands_whole_in_its_certificate(size: int, remainder: bool) -> None:
    card = values(SYNTHETIC)
    block = bytearray(bytes.fromhex(SYNTHETIC["expected"]["issuer"]["recovered"]))
    block[13] = size
    if not remainder:
        del card[0x92]
    outside = card.get(0x92, b"") + card[0x9F32]
    block[-21:-1] = hashlib.sha1(bytes(block[1:-21]) + outside).digest()
    card[0x90] = sign("ca", bytes(block))
    assert issuer(SYNTHETIC, card).modulus == bytes(block[15 : 15 + size])


@pytest.mark.parametrize(
    ("aip", "capabilities", "method"),
    [
        (0x7D00, 0x6040C8, Method.CDA),
        (0x7D00, 0x6040C0, Method.DDA),
        (0x7D00, 0x604080, Method.SDA),
        (0x7D00, 0x604000, None),
        (0x7C00, 0x6040C8, Method.DDA),
        (0x5C00, 0x6040C8, Method.SDA),
        (0x5D00, 0x6040C8, Method.CDA),
        (0x1C00, 0x6040C8, None),
        (0x4000, 0x604048, None),
    ],
)
def test_the_best_method_both_sides_know_is_taken(
    aip: int, capabilities: int, method: Method | None
) -> None:
    assert method_of(Aip(aip), Capability(capabilities)) is method


@pytest.mark.parametrize(
    ("changes", "card"),
    [
        ({"ca_keys": ()}, {}),
        ({"ca_keys": (replace(CA_KEY, index=1),)}, {}),
        ({"ca_keys": (replace(CA_KEY, rid=b"other"),)}, {}),
        ({"ca_keys": (replace(CA_KEY, expires=date(2026, 11, 22)),)}, {}),
        ({"revoked": frozenset({RevokedCertificate(CA_KEY.rid, 0xFE, b"\0\0\1")})}, {}),
        ({}, {"extra": tlv("9F49", "9F0206")}),  # a DDOL without 9F37
        ({}, {"extra": tlv("9F49", "9F37")}),
    ],
)
def test_without_a_key_that_counts_dda_fails_and_the_bank_is_told(
    changes: dict[str, Any], card: dict[str, Any]
) -> None:
    played = play(Kernel(profile(**changes), transaction()), Card(**card))
    assert played.outcome.kind is OutcomeKind.APPROVED
    assert Tvr.DDA_FAILED in played.outcome.data.tvr
    assert Tvr.ICC_DATA_MISSING not in played.outcome.data.tvr


def test_a_key_is_good_on_its_last_day() -> None:
    last = replace(CA_KEY, expires=DAY)
    played = play(Kernel(profile(ca_keys=(last,)), transaction()), Card())
    assert Tvr.DDA_FAILED not in played.outcome.data.tvr


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("6985", False),
        ("9000", False),
        ("77009000", True),
        ("7703DF01009000", True),
        ("7703709F4B9000", False),
        ("8101AA9000", True),
        ("8003AABBCC9000", False),
        ("77079F4B04AABBCCDD9000", False),
    ],
)
def test_an_answer_that_is_no_signature_is_a_failed_dda_not_an_end(
    answer: str, missing: bool
) -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            return bytes.fromhex(answer) if command[1] == 0x88 else super().answer(command)

    played = play(Kernel(profile(), transaction()), Other())
    assert played.outcome.kind is OutcomeKind.APPROVED
    assert Tvr.DDA_FAILED in played.outcome.data.tvr
    assert (Tvr.ICC_DATA_MISSING in played.outcome.data.tvr) is missing


def test_a_signature_in_format_77_counts_too() -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            told = super().answer(command)
            if command[1] != 0x88 or told is None:
                return told
            return tlv("77", tlv("9F4B", told[3:-2])) + b"\x90\x00"

    played = play(Kernel(profile(), transaction()), Other())
    assert Tvr.DDA_FAILED not in played.outcome.data.tvr


@pytest.mark.parametrize("tags", ["82", "8282", "5A", None])
def test_the_tag_list_may_name_the_aip_and_nothing_else(tags: str | None) -> None:
    class Other(Card):
        def static(self) -> bytes:
            listed = tlv("9F4A", "82")
            return super().static().replace(listed, tlv("9F4A", tags) if tags else b"")

    played = play(Kernel(profile(), transaction()), Other(method="SDA"))
    assert (Tvr.SDA_FAILED in played.outcome.data.tvr) is (tags != "82")


def test_without_a_tag_list_the_records_alone_are_signed() -> None:
    class Other(Card):
        def static(self) -> bytes:
            return super().static().replace(tlv("9F4A", "82"), b"")

        def static_signature(self, static: bytes) -> bytes:
            middle = bytes.fromhex("0301DAC1")
            return sign("iss", sealed(middle, static, 144))

    played = play(Kernel(profile(), transaction()), Other(method="SDA"))
    assert Tvr.SDA_FAILED not in played.outcome.data.tvr
