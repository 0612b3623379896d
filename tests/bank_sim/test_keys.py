"""MAC, PIN blocks, check values and the sign-in layout against the vectors."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.bank_sim.vectors import COUNTY_CASES, load
from tests.hw_sim.bank import pin, working_keys
from tests.hw_sim.bank.block_cipher import decrypt, encrypt
from tests.hw_sim.bank.http_signatures import digest
from tests.hw_sim.bank.mac import cup_ecb, x9_9, x9_19
from tests.hw_sim.bank.wire import mac_input
from tests.hw_sim.bank.working_keys import WorkingKeys

MAC_VECTORS = {row["id"]: row for row in load("crypto/mac.json")["vectors"]}
KEY_VECTORS = {row["id"]: row for row in load("crypto/key_download.json")["vectors"]}
SAMPLES = {row["id"]: row for row in load("iso8583/valid.json")["messages"]}
MAK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # county.json, note
PIK = bytes.fromhex("FEDCBA98765432100123456789ABCDEF")
TMK_P = bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B")
TMK_M = bytes.fromhex("2A2A2A2A2A2A2A2A6B6B6B6B6B6B6B6B")
WITH_MAC = [
    pytest.param(message, id=f"{name}-{message['mti']}")
    for name, messages in COUNTY_CASES.items()
    for message in messages
    if "64" in message["fields"]
]


@pytest.mark.parametrize("name", ["cup-ecb-1", "cup-ecb-2"])
def test_cup_ecb_gives_the_worked_examples(name: str) -> None:
    row = MAC_VECTORS[name]
    mac = cup_ecb(bytes.fromhex(row["key"]), bytes.fromhex(row["data"]))
    assert mac.hex().upper() == row["field64"]


@pytest.mark.parametrize("row", load("iso8583/mac.json")["vectors"], ids=lambda r: r["mak_clear"])
def test_cup_ecb_gives_the_mac_of_public_samples(row: dict[str, str]) -> None:
    sample = SAMPLES[row["message"]]
    body = bytes.fromhex(sample["hex"][26:] if sample["layout"] == "frame" else sample["hex"])
    assert cup_ecb(bytes.fromhex(row["mak_clear"]), body[:-8]).hex().upper() == row["de64_hex"]


@pytest.mark.parametrize("message", WITH_MAC)
def test_every_mac_of_the_sheet_is_that_of_its_frame(message: dict[str, Any]) -> None:
    mac = cup_ecb(MAK, mac_input(bytes.fromhex(message["hex"])))
    assert mac.hex().upper() == message["fields"]["64"]


@pytest.mark.filterwarnings("ignore:.*TripleDES")
@pytest.mark.parametrize("name", ["iso9797-24-pad1", "iso9797-22-pad1"])
def test_x9_9_and_x9_19_give_annex_b(name: str) -> None:
    row = MAC_VECTORS[name]
    key, data = bytes.fromhex(row["key"]), row["data_ascii"].encode()
    whole = key + bytes.fromhex(row["key2"])
    macs = (x9_9(key * 2, data)[:4], x9_19(whole, data)[:4])
    assert macs == (bytes.fromhex(row["alg1_mac4"]), bytes.fromhex(row["alg3_mac4"]))


@pytest.mark.parametrize(
    "row",
    [r for r in load("crypto/content_digest.json")["vectors"] if r["id"].startswith("sha256")],
    ids=lambda row: row["id"],
)
def test_the_content_digest_is_that_of_rfc_9530(row: dict[str, str]) -> None:
    assert digest(row["body"].encode()) == row["content_digest"]


def test_part_of_a_block_is_refused_and_spoils_nothing() -> None:
    before = encrypt(MAK, b"AAAAAAAA")
    for cipher in (encrypt, decrypt):
        with pytest.raises(ValueError, match="whole blocks"):
            cipher(MAK, b"AAAA")
    assert (encrypt(MAK, b"AAAAAAAA"), decrypt(MAK, before)) == (before, b"AAAAAAAA")


def test_exchanging_two_blocks_leaves_the_mac_as_it_was() -> None:
    one, two = b"AAAAAAAA", b"BBBBBBBB"  # security.md section 0: why signatures are not optional
    assert cup_ecb(MAK, one + two) == cup_ecb(MAK, two + one)


def test_check_values_are_those_of_the_vectors() -> None:
    row, plain = KEY_VECTORS["cup-f62-40"], KEY_VECTORS["kcv-tdes"]
    assert working_keys.kcv(bytes.fromhex(row["pik_clear"])).hex().upper() == row["pik_kcv"]
    assert working_keys.kcv(bytes.fromhex(row["mak_clear"])).hex().upper() == row["mak_kcv"]
    assert working_keys.kcv(bytes.fromhex(plain["key"])).hex().upper() == plain["kcv4"]


def test_the_sign_in_payload_is_laid_out_as_in_the_sheet() -> None:
    payload = working_keys.de62(WorkingKeys(PIK, MAK), TMK_P, TMK_M)
    assert payload.hex().upper() == COUNTY_CASES["sign-in"][1]["fields"]["62"]


def test_working_keys_are_double_length_and_differ() -> None:
    keys = working_keys.draw(random.Random(3))
    halves = {keys.pik[:8], keys.pik[8:], keys.mak[:8], keys.mak[8:]}
    assert len(halves) == 4


def test_working_keys_never_show_themselves() -> None:
    assert "FEDC" not in repr(WorkingKeys(PIK, MAK)).upper()


def test_the_pin_block_of_the_sheet_opens_to_its_pin() -> None:
    fields = COUNTY_CASES["withdrawal"][0]["fields"]
    pan = fields["35"].partition("D")[0]
    kept = pin.digest(pan, "123456")
    assert pin.matches(bytes.fromhex(fields["52"]), PIK, pan, kept)


def test_a_vector_block_of_four_digits_is_not_a_pin_here() -> None:
    row = next(r for r in load("crypto/pin_blocks.json")["vectors"] if r["id"] == "iso0-x924")
    clear = decrypt(bytes.fromhex(row["key"]), bytes.fromhex(row["encrypted_block"]))
    assert clear.hex().upper() == row["clear_block"]
    with pytest.raises(pin.BadPinBlock):
        pin.matches(encrypt(PIK, clear), PIK, row["pan"], pin.digest(row["pan"], row["pin"]))


def test_a_block_under_another_key_does_not_parse() -> None:
    with pytest.raises(pin.BadPinBlock) as failed:
        pin.matches(
            encrypt(MAK, b"\x06\x12\x34\x56\xff\xff\xff\xff"), PIK, "6229990100000012343", ""
        )
    assert failed.value.__context__ is None or failed.value.__suppress_context__
