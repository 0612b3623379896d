"""The MAC key of the day: opened under TMK-M, all or nothing (`security.md` sections 1 and 3)."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from terminal.keys.api import KcvMismatch, KeyUnavailable
from terminal.keys.mac_key import StoredMacKey
from tests.keys.conftest import TMK_M, vector

SIGN_IN = vector("key_download.json", "cup-f62-40")
MAK_CIPHER, MAK_KCV = bytes.fromhex(SIGN_IN["mak_cipher"]), bytes.fromhex(SIGN_IN["mak_kcv"])
PIK_CIPHER, PIK_KCV = bytes.fromhex(SIGN_IN["pik_cipher"]), bytes.fromhex(SIGN_IN["pik_kcv"])


def encrypted(key: bytes, data: bytes) -> bytes:
    """3DES ECB as in X9.52, the key expanded by the test itself."""
    full = {8: key * 3, 16: key + key[:8], 24: key}[len(key)]
    cipher = Cipher(TripleDES(full), ECB()).encryptor()
    return cipher.update(data) + cipher.finalize()


@pytest.fixture
def mac_key(store):
    return StoredMacKey(store, "cup-ecb")


@pytest.mark.parametrize("cipher", [MAK_CIPHER, MAK_CIPHER + bytes(8)], ids=["8", "8 + 8 zeros"])
def test_the_sign_in_example_opens_a_single_length_mak(mac_key, cipher):
    mac_key.load(cipher, MAK_KCV)
    assert len(mac_key.mac(b"0800")) == 8


def test_a_double_length_key_is_checked_with_3des(mac_key):
    mac_key.load(PIK_CIPHER, PIK_KCV)
    assert len(mac_key.mac(b"0800")) == 8


@pytest.mark.parametrize("wanted", ["cup-ecb-1", "cup-ecb-2"])
def test_field_64_is_that_of_the_vector_under_a_key_sent_encrypted(mac_key, wanted):
    known = vector("mac.json", wanted)
    key = bytes.fromhex(known["key"])
    mac_key.load(encrypted(TMK_M, key), encrypted(key, bytes(8))[:4])
    assert mac_key.mac(bytes.fromhex(known["data"])).hex().upper() == known["field64"]


def test_a_triple_length_key_is_opened_and_checked_with_3des(store):
    key = bytes(range(24))
    mac_key = StoredMacKey(store, "x9.9")
    check = Cipher(TripleDES(key), ECB()).encryptor().update(bytes(8))
    mac_key.load(encrypted(TMK_M, key), check[:4])
    chain = Cipher(TripleDES(key), CBC(bytes(8))).encryptor()
    assert mac_key.mac(b"12345678ABCDEFGH") == chain.update(b"12345678ABCDEFGH")[-8:]


@pytest.mark.parametrize("size", [8, 16, 24])
def test_a_key_of_each_length_of_the_des_family_is_opened(mac_key, size):
    """Of equal thirds a 3DES key is a DES key, so that one vector holds for every length."""
    known = vector("mac.json", "cup-ecb-1")
    key = bytes.fromhex(known["key"]) * (size // 8)
    mac_key.load(encrypted(TMK_M, key), encrypted(key, bytes(8))[:4])
    assert mac_key.mac(bytes.fromhex(known["data"])).hex().upper() == known["field64"]


def test_a_tmk_m_of_three_keys_opens_too(fresh_store):
    tmk = TMK_M + bytes(range(8))
    store = fresh_store.keep(lambda secrets: replace(secrets, tmk_m=tmk))
    known = vector("mac.json", "cup-ecb-2")
    key = bytes.fromhex(known["key"])
    mac_key = StoredMacKey(store, "cup-ecb")
    mac_key.load(encrypted(tmk, key), encrypted(key, bytes(8))[:4])
    assert mac_key.mac(bytes.fromhex(known["data"])).hex().upper() == known["field64"]


# --- SM4 (GB/T 32907), which the standard library of this machine's OpenSSL speaks too


def sm4_encrypted(key, data):
    """By the openssl program: not the library that opens the key."""
    command = ["openssl", "enc", "-sm4-ecb", "-nopad", "-K", key.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


@pytest.fixture
def sm4_store(fresh_store):
    return fresh_store.keep(lambda held: replace(held, tmk_m=TMK_M, tmk_m_family="SM4"))


@pytest.mark.parametrize(
    ("kind", "wanted", "field64"),
    [
        ("cup-sm4", "cup-sm4-1", lambda known: known["mac_first8_hexchars"].encode("ascii")),
        ("cup-sm4-raw", "cup-sm4-1", lambda known: bytes.fromhex(known["mac_first8_bytes"])),
        ("sm4-cbc", "sm4-cbc-mac-1", lambda known: bytes.fromhex(known["mac16"])[:8]),
    ],
)
def test_an_sm4_key_comes_under_an_sm4_master_key(sm4_store, kind, wanted, field64):
    known = vector("mac.json", wanted)
    key = bytes.fromhex(known["key"])
    mac_key = StoredMacKey(sm4_store, kind)
    mac_key.load(sm4_encrypted(TMK_M, key), sm4_encrypted(key, bytes(16))[:4])
    assert mac_key.mac(known["data_ascii"].encode("ascii")) == field64(known)


def test_a_master_key_serves_one_cipher_only(store, sm4_store):
    """`security.md` section 1: never one key for two purposes."""
    with pytest.raises(KeyUnavailable, match="--cipher des"):
        StoredMacKey(sm4_store, "cup-ecb").load(MAK_CIPHER, MAK_KCV)
    with pytest.raises(KeyUnavailable, match="--cipher sm4"):
        StoredMacKey(store, "cup-sm4").load(bytes(16), bytes(4))


@pytest.mark.parametrize("length", [8, 24])
def test_an_sm4_key_of_another_length_loads_nothing(sm4_store, length):
    with pytest.raises(KcvMismatch):
        StoredMacKey(sm4_store, "cup-sm4").load(bytes(length), bytes(4))


def test_a_check_value_of_3_bytes_is_compared_in_full(mac_key):
    mac_key.load(MAK_CIPHER, MAK_KCV[:3])
    with pytest.raises(KcvMismatch):
        mac_key.load(MAK_CIPHER, MAK_KCV[:2] + b"\0")


@pytest.mark.parametrize("kcv", [b"", b"\xab", MAK_KCV[:2], PIK_KCV, MAK_KCV + b"\0"])
def test_a_check_value_that_is_short_or_wrong_loads_nothing(mac_key, kcv):
    with pytest.raises(KcvMismatch):
        mac_key.load(MAK_CIPHER, kcv)
    with pytest.raises(KeyUnavailable):
        mac_key.mac(b"0200")


@pytest.mark.parametrize("length", [0, 7, 12, 15, 24])
def test_a_key_of_a_strange_length_loads_nothing(mac_key, length):
    with pytest.raises(KcvMismatch):
        mac_key.load(bytes(length), MAK_KCV)


def test_after_a_mismatch_the_old_key_is_gone_too(mac_key):
    mac_key.load(MAK_CIPHER, MAK_KCV)
    with pytest.raises(KcvMismatch):
        mac_key.load(PIK_CIPHER, MAK_KCV)
    with pytest.raises(KeyUnavailable, match="sign in"):
        mac_key.mac(b"0200")


def test_a_forgotten_key_makes_no_mac(mac_key):
    mac_key.load(MAK_CIPHER, MAK_KCV)
    mac_key.forget()
    with pytest.raises(KeyUnavailable, match="sign in"):
        mac_key.mac(b"0200")


def test_without_tmk_m_nothing_is_opened(fresh_store):
    with pytest.raises(KeyUnavailable, match="TMK-M is not loaded"):
        StoredMacKey(fresh_store, "cup-ecb").load(MAK_CIPHER, MAK_KCV)


def test_an_algorithm_this_version_does_not_have_is_named_at_the_start(store):
    with pytest.raises(KeyUnavailable, match=r"'rot13': bank.toml may name cup-ecb"):
        StoredMacKey(store, "rot13")
