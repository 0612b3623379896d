"""Working keys of a sign-in: their places in DE62 and their check values."""

from __future__ import annotations

import pytest

from protocol.bank import keys
from protocol.bank.keys import Family
from protocol.bank.mac import decrypt
from protocol.errors import PeerMistake
from tests.protocol.bank import vectors
from tests.vectors import vectors as shared

DOWNLOADS = {vector["id"]: vector for vector in shared("crypto/key_download.json")}
NOT_OF_THIS_DIALECT = {"kcv-aes"}  # no MAC of the sheet has an AES key
LAYOUT = [("pik", 16, 4, 0), ("mak", 16, 4, 0)]


def test_every_shared_vector_is_either_a_test_or_named_as_not_of_this_dialect() -> None:
    assert {"cup-f62-40", "kcv-tdes", "kcv-sm4"} | NOT_OF_THIS_DIALECT == set(DOWNLOADS)


def test_a_sign_in_brings_each_key_with_its_check_value() -> None:
    vector = DOWNLOADS["cup-f62-40"]
    pik, mak = keys.split(bytes.fromhex(vector["field62_payload"]), LAYOUT)
    assert (pik.name, pik.cipher.hex().upper()) == ("pik", vector["pik_cipher"])
    assert pik.kcv.hex().upper() == vector["pik_kcv"]
    assert mak.cipher.hex().upper() == vector["mak_cipher"] + "00" * 8
    assert mak.kcv.hex().upper() == vector["mak_kcv"]


def test_the_check_value_is_of_the_clear_key_under_the_master_key() -> None:
    vector = DOWNLOADS["cup-f62-40"]
    tmk = bytes.fromhex(vector["tmk"])
    pik = decrypt(tmk, bytes.fromhex(vector["pik_cipher"]))
    mak = decrypt(tmk, bytes.fromhex(vector["mak_cipher"]))
    assert (pik.hex().upper(), mak.hex().upper()) == (vector["pik_clear"], vector["mak_clear"])
    assert keys.kcv(pik).hex().upper() == vector["pik_kcv"]
    assert keys.kcv(mak).hex().upper() == vector["mak_kcv"]


def test_a_two_key_3des_key_has_the_published_check_value() -> None:
    vector = DOWNLOADS["kcv-tdes"]
    assert keys.kcv(bytes.fromhex(vector["key"])).hex().upper() == vector["kcv4"]


@pytest.mark.parametrize("length", [0, 39, 41, 60])
def test_a_download_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(PeerMistake, match="bad_length"):
        keys.split(bytes(length), LAYOUT)


def test_the_countys_sign_in_is_opened_with_the_test_master_keys() -> None:
    body = vectors.bodies()["sign-in answered"][2][62]
    assert isinstance(body, bytes)
    pik, mak = keys.split(body, LAYOUT)
    opened = [
        decrypt(bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B"), pik.cipher),
        decrypt(bytes.fromhex("2A2A2A2A2A2A2A2A6B6B6B6B6B6B6B6B"), mak.cipher),
    ]
    assert [key.hex().upper() for key in opened] == [
        "FEDCBA98765432100123456789ABCDEF",
        "0123456789ABCDEFFEDCBA9876543210",
    ]
    assert [keys.kcv(key) for key in opened] == [pik.kcv, mak.kcv]


def test_a_key_never_shows_more_than_its_check_value() -> None:
    pik, _ = keys.split(bytes(range(40)), LAYOUT)
    assert repr(pik) == "<Downloaded pik 10111213>"


def test_the_check_value_of_an_sm4_key_is_under_sm4() -> None:
    vector = DOWNLOADS["kcv-sm4"]
    key = bytes.fromhex(vector["key"])
    assert keys.kcv(key, Family.SM4).hex().upper() == vector["kcv4"]
    assert keys.family_of("sm4-cbc") is keys.family_of("cup-sm4") is Family.SM4


def test_zeros_between_key_and_check_value_are_told_by_the_layout() -> None:
    """`bank-wire.md` section 7: MAK 8 + 8 zero bytes + KCV 4."""
    vector = DOWNLOADS["cup-f62-40"]
    payload = bytes.fromhex(vector["field62_payload"])
    _, mak = keys.split(payload, [("pik", 16, 4, 0), ("mak", 8, 4, 8)])
    assert (mak.cipher.hex().upper(), mak.kcv.hex().upper()) == (
        vector["mak_cipher"],
        vector["mak_kcv"],
    )


def test_something_else_where_the_zeros_should_be_is_refused() -> None:
    with pytest.raises(PeerMistake, match="bad_char"):
        keys.split(bytes(range(40)), [("pik", 16, 4, 0), ("mak", 8, 4, 8)])
