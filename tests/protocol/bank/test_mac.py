"""Field 64 by every algorithm the profile may name."""

from __future__ import annotations

from collections.abc import Callable

import psec.mac
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank import mac
from tests.protocol.bank import vectors
from tests.vectors import vectors as shared

CRYPTO = {vector["id"]: vector for vector in shared("crypto/mac.json")}
ISO9797 = [name for name in CRYPTO if name.startswith("iso9797-")]
CUP_ECB = ["cup-ecb-1", "cup-ecb-2"]
CMAC = [name for name in CRYPTO if name.startswith("cmac-tdes2-")]
SM4 = ["sm4-cbc-mac-1", "cup-sm4-1"]
# AES is no MAC key of this dialect; psec's two keys of 16 bytes are no DES key pair of ours.
NOT_OF_THIS_DIALECT = {name for name in CRYPTO if name.startswith(("cmac-aes", "psec-hello"))}

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
BLOCKS = st.lists(st.binary(min_size=8, max_size=8), min_size=2, max_size=12)


def test_every_shared_vector_is_either_a_test_or_named_as_not_of_this_dialect() -> None:
    assert {*ISO9797, *CUP_ECB, *CMAC, *SM4} | NOT_OF_THIS_DIALECT == set(CRYPTO)


@pytest.mark.parametrize("name", CUP_ECB)
def test_cup_ecb_gives_the_published_field(name: str) -> None:
    vector = CRYPTO[name]
    key, data = bytes.fromhex(vector["key"]), bytes.fromhex(vector["data"])
    assert mac.mac("cup-ecb", key, data).hex().upper() == vector["field64"]


@pytest.mark.parametrize("vector", vectors.read("mac.json")["vectors"], ids=lambda v: v["message"])
def test_cup_ecb_of_a_worked_message_is_the_sheets(vector: dict[str, str]) -> None:
    worked = {message["id"]: message for message in vectors.read("valid.json")["messages"]}
    data = bytes.fromhex(worked[vector["message"]]["mac_input_hex"])
    key = bytes.fromhex(vector["mak_clear"])
    assert mac.mac("cup-ecb", key, data).hex().upper() == vector["de64_hex"]


@given(BLOCKS, st.randoms(use_true_random=False))
def test_cup_ecb_does_not_see_exchanged_blocks(blocks: list[bytes], chance: object) -> None:
    """Why the MAC is never the only proof of a message (`security.md` section 0)."""
    swapped = [*blocks[1:], blocks[0]]
    assert mac.cup_ecb(KEY, b"".join(swapped)) == mac.cup_ecb(KEY, b"".join(blocks))


@pytest.mark.parametrize("name", [name for name in ISO9797 if CRYPTO[name]["padding"] == 1])
def test_x99_and_x919_give_the_published_values(name: str) -> None:
    vector = CRYPTO[name]
    data = vector["data_ascii"].encode()
    single, double = bytes.fromhex(vector["key"]), bytes.fromhex(vector["key"] + vector["key2"])
    assert mac.mac("x9.9", single, data)[:4].hex().upper() == vector["alg1_mac4"]
    assert mac.mac("x9.19", double, data)[:4].hex().upper() == vector["alg3_mac4"]


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=16, max_size=16))
def test_psec_gives_the_same_x919(data: bytes, key: bytes) -> None:
    theirs = psec.mac.generate_retail_mac(key[:8], key[8:], data, 1, 8)
    assert mac.mac("x9.19", key, data) == theirs


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=16, max_size=16))
def test_psec_gives_the_same_x99(data: bytes, key: bytes) -> None:
    assert mac.mac("x9.9", key, data) == psec.mac.generate_cbc_mac(key, data, 1, 8)


@pytest.mark.parametrize("name", CMAC)
def test_cmac_gives_the_published_values(name: str) -> None:
    vector = CRYPTO[name]
    key, data = bytes.fromhex(vector["key"]), bytes.fromhex(vector["data"])
    assert mac.mac("cmac", key, data).hex().upper() == vector["mac"]


def test_sm4_cbc_gives_the_first_half_of_the_derived_value() -> None:
    vector = CRYPTO["sm4-cbc-mac-1"]
    made = mac.mac("sm4-cbc", bytes.fromhex(vector["key"]), vector["data_ascii"].encode())
    assert made.hex().upper() == vector["mac16"][:16]


def test_cup_sm4_gives_the_first_characters_as_text() -> None:
    vector = CRYPTO["cup-sm4-1"]
    made = mac.mac("cup-sm4", bytes.fromhex(vector["key"]), vector["data_ascii"].encode())
    assert made == vector["mac_first8_hexchars"].encode()


@pytest.mark.parametrize("kind", sorted(mac.KINDS))
@given(messages=st.lists(st.binary(max_size=40), min_size=1, max_size=4))
def test_a_key_that_serves_a_day_gives_each_message_its_own_mac(
    kind: str, messages: list[bytes]
) -> None:
    """Nothing of one message is left for the next."""
    of_the_day = mac.keyed(kind, KEY)
    assert [of_the_day(data) for data in messages] == [mac.mac(kind, KEY, d) for d in messages]


@pytest.mark.parametrize("kind", sorted(mac.KINDS))
def test_every_algorithm_fills_field_64_and_depends_on_the_last_byte(kind: str) -> None:
    made: Callable[[bytes], bytes] = lambda data: mac.mac(kind, KEY, data)  # noqa: E731
    assert len(made(b"x" * 77)) == 8
    assert made(b"x" * 77) != made(b"x" * 76 + b"y")
