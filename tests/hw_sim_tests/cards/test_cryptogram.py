"""Card keys, session keys, ARQC and ARPC against arqc_arpc.json and pyemv (emv.md section 15)."""

import json
from typing import Any

import pytest
from pyemv import kd, mac, sm

from tests.hw_sim.cards import cryptogram
from tests.hw_sim_tests.cards.session import PYEMV_WARNS
from tests.hw_sim_tests.vectors import ROOT

pytestmark = PYEMV_WARNS
CASES: list[dict[str, Any]] = json.loads(
    (ROOT / "emv" / "arqc_arpc.json").read_text(encoding="utf-8")
)["cases"]
PBOC = [case for case in CASES if case["name"].startswith("pboc")]
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SIZES = (0, 1, 7, 8, 9, 16, 37, 64)


def test_both_examples_of_pboc_are_there() -> None:
    assert [case["name"] for case in PBOC] == ["pboc_1", "pboc_2"]


def test_the_card_key_is_that_of_the_vector() -> None:
    (case,) = [case for case in PBOC if "IMK_AC" in case]
    made = cryptogram.card_key(bytes.fromhex(case["IMK_AC"]), case["PAN_as_used"], case["PSN"])
    assert made.hex().upper() == case["UDK"]


@pytest.mark.parametrize("case", PBOC, ids=lambda case: case["name"])
def test_the_session_key_is_that_of_the_vector(case: dict[str, Any]) -> None:
    made = cryptogram.session_key(bytes.fromhex(case["UDK"]), int(case["ATC"], 16))
    assert made.hex().upper() == case["SK"]


@pytest.mark.parametrize("case", PBOC, ids=lambda case: case["name"])
def test_the_arqc_is_that_of_the_vector(case: dict[str, Any]) -> None:
    made = cryptogram.mac(bytes.fromhex(case["SK"]), bytes.fromhex(case["mac_input"]))
    assert made.hex().upper() == case["ARQC"]


@pytest.mark.parametrize("case", PBOC, ids=lambda case: case["name"])
def test_the_arpc_is_that_of_the_vector(case: dict[str, Any]) -> None:
    made = cryptogram.arpc(
        bytes.fromhex(case["SK"]), bytes.fromhex(case["ARQC"]), case["ARC_ascii"].encode()
    )
    assert made.hex().upper() == case["ARPC"]


@pytest.mark.parametrize("size", SIZES)
def test_the_mac_is_pyemvs_retail_mac(size: int) -> None:
    data = bytes(range(size))
    assert cryptogram.mac(KEY, data) == mac.mac_iso9797_3(KEY[:8], KEY[8:], data, 2)


@pytest.mark.parametrize("pan", ["6229990000000000017", "6228000100001", "4761739001010119"])
def test_the_card_key_is_pyemvs_option_a(pan: str) -> None:
    # pyemv sets the parity of what it derives; a 3DES key means the same with any parity.
    plain, parity = cryptogram.card_key(KEY, pan, "01"), kd.derive_icc_mk_a(KEY, pan, "01")
    assert bytes(b & 0xFE for b in plain) == bytes(b & 0xFE for b in parity)


def test_confidential_data_of_pyemv_opens() -> None:
    sealed = sm.encrypt_command_data(KEY, b"12345678", sm.EncryptionType.VISA)
    assert cryptogram.open_data(KEY, sealed) == b"12345678"


@pytest.mark.parametrize("cipher", [b"", b"1234567", bytes(16)], ids=["none", "odd", "zeros"])
def test_confidential_data_that_is_none_does_not_open(cipher: bytes) -> None:
    assert cryptogram.open_data(KEY, cipher) is None


@pytest.mark.parametrize("pin", ["1234", "123456", "123456789012"])
def test_the_pin_comes_out_of_pyemvs_block(pin: str) -> None:
    assert cryptogram.pin_of_block(KEY, sm.format_vis_pin_block(KEY, pin)) == pin


def test_padding_that_is_none_does_not_open() -> None:
    cipher = cryptogram.encrypt(KEY, bytes.fromhex("08") + b"12345678" + bytes(7))
    assert cryptogram.open_data(KEY, cipher) is None


@pytest.mark.parametrize("plain", ["03123FFFFFFFFFFF", "06123456FFFFFFF0", "0612345AFFFFFFFF"])
def test_a_block_of_no_pin_holds_none(plain: str) -> None:
    block = cryptogram.xor(bytes.fromhex(plain), bytes(4) + KEY[4:8])
    assert cryptogram.pin_of_block(KEY, block) is None


def test_a_short_pan_is_filled_with_zeros() -> None:
    assert cryptogram.card_key(KEY, "62280001", "01") == cryptogram.card_key(
        KEY, "00000062280001", "01"
    )


def test_a_block_under_another_card_key_holds_no_pin() -> None:
    other = bytes(byte ^ 0xFF for byte in KEY)
    assert cryptogram.pin_of_block(other, sm.format_vis_pin_block(KEY, "123456")) is None
