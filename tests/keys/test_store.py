"""The key store's files (`security.md` section 5)."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from terminal.keys.api import KeyUnavailable
from terminal.keys.store import make_store, open_store
from tests.keys.conftest import PASSPHRASE, PERSON_KEY, TMK_M


def test_what_was_loaded_is_there_after_the_next_start(store, reopened):
    assert (reopened().tmk_m, reopened().person_key) == (TMK_M, PERSON_KEY)


def test_both_device_keys_are_p256_and_different(fresh_store):
    sign, tls = fresh_store.sign_key(), fresh_store.tls_key()
    assert isinstance(sign.curve, ec.SECP256R1)
    assert isinstance(tls.curve, ec.SECP256R1)
    assert sign.private_numbers() != tls.private_numbers()


@pytest.mark.parametrize("name", ["sign_key.pem", "tls_key.pem"])
def test_a_device_key_is_an_encrypted_pkcs8_file_of_mode_0600(fresh_store, name):
    path = fresh_store.directory / name
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_secret_is_in_the_clear_in_any_file(store):
    content = b"".join(path.read_bytes() for path in store.directory.iterdir())
    for secret in (TMK_M, PERSON_KEY, store.pepper, b"44010001"):
        assert secret not in content


def test_a_wrong_passphrase_opens_nothing(store):
    with pytest.raises(KeyUnavailable, match="wrong passphrase or damaged"):
        open_store(store.directory, b"another passphrase")


@pytest.mark.parametrize("place", [0, 4, 20, 32, -1])
def test_one_changed_byte_anywhere_in_the_sealed_file_is_noticed(store, place):
    path = store.directory / "secrets.bin"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(KeyUnavailable):
        open_store(store.directory, PASSPHRASE)


@pytest.mark.parametrize("length", [0, 3, 19, 33, 60])
def test_a_cut_sealed_file_is_noticed(store, length):
    path = store.directory / "secrets.bin"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(KeyUnavailable):
        open_store(store.directory, PASSPHRASE)


@pytest.mark.parametrize("name", ["secrets.bin", "."])
def test_wider_modes_are_refused_at_the_start(store, name):
    (store.directory / name).chmod(0o755)
    with pytest.raises(KeyUnavailable, match="chmod"):
        open_store(store.directory, PASSPHRASE)


@pytest.mark.parametrize("name", ["sign_key.pem", "tls_key.pem"])
def test_a_device_key_open_to_others_is_refused(store, name):
    (store.directory / name).chmod(0o640)
    with pytest.raises(KeyUnavailable, match="chmod 0600"):
        store.sign_key() if name == "sign_key.pem" else store.tls_key()


def test_a_directory_without_keys_says_how_to_make_them(state):
    state.mkdir(mode=0o700)
    with pytest.raises(KeyUnavailable, match="huinong keys make"):
        open_store(state, PASSPHRASE)


@pytest.mark.parametrize("left", ["sign_key.pem", "tls_key.pem", "secrets.bin"])
def test_keys_that_are_there_are_never_overwritten(fresh_store, left):
    for path in fresh_store.directory.iterdir():
        if path.name != left:
            path.unlink()
    before = (fresh_store.directory / left).read_bytes()
    with pytest.raises(KeyUnavailable, match="never overwritten"):
        make_store(fresh_store.directory, PASSPHRASE, "44010001")
    assert [path.read_bytes() for path in fresh_store.directory.iterdir()] == [before]


@pytest.mark.parametrize(
    "terminal_id", ["", "4401000", "440100011", "4401 001", "农农农农农农农农"]
)
def test_a_terminal_id_that_field_41_cannot_hold_makes_no_keys(state, terminal_id):
    with pytest.raises(KeyUnavailable, match="8 letters or digits"):
        make_store(state, PASSPHRASE, terminal_id)
    assert not state.exists()


def test_a_power_cut_before_the_rename_leaves_the_old_keys(store, reopened):
    half = (store.directory / "secrets.bin").read_bytes()[:40]
    (store.directory / ".secrets.bin.new").write_bytes(half)
    assert reopened().tmk_m == TMK_M


def test_a_disk_that_fills_up_while_loading_leaves_the_old_keys(store, reopened, disk_full):
    with disk_full(), pytest.raises(OSError, match="too large"):
        store.keep(lambda secrets: replace(secrets, tmk_m=bytes(16)))
    assert reopened().tmk_m == TMK_M


def test_two_loads_from_stores_opened_before_both_count(fresh_store, reopened):
    fresh_store.keep(lambda secrets: replace(secrets, tmk_m=TMK_M))
    fresh_store.keep(lambda secrets: replace(secrets, person_key=PERSON_KEY))
    assert (reopened().tmk_m, reopened().person_key) == (TMK_M, PERSON_KEY)


def test_a_key_that_was_not_loaded_says_how_to_load_it(fresh_store):
    with pytest.raises(KeyUnavailable, match="huinong keys load tmk-m"):
        _ = fresh_store.tmk_m
    with pytest.raises(KeyUnavailable, match="huinong keys load person"):
        _ = fresh_store.person_key


def test_keys_for_two_purposes_differ(fresh_store):
    assert fresh_store.derived("vault") != fresh_store.derived("pem")


@pytest.mark.parametrize(
    "foreign",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)],
    ids=["P-384", "RSA"],
)
def test_a_key_of_another_kind_is_refused(fresh_store, foreign):
    password = BestAvailableEncryption(fresh_store.derived("pem").hex().encode())
    pem = foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, password)
    (fresh_store.directory / "sign_key.pem").write_bytes(pem)
    with pytest.raises(KeyUnavailable, match="P-256 or Ed25519"):
        fresh_store.sign_key()


@pytest.mark.parametrize("content", [b"", b"no PEM"])
def test_a_damaged_key_file_is_refused(fresh_store, content):
    (fresh_store.directory / "sign_key.pem").write_bytes(content)
    with pytest.raises(KeyUnavailable, match=r"sign_key.pem: not a private key"):
        fresh_store.sign_key()


def test_an_unencrypted_key_file_is_refused(fresh_store):
    clear = ec.generate_private_key(ec.SECP256R1())
    pem = clear.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (fresh_store.directory / "sign_key.pem").write_bytes(pem)
    with pytest.raises(KeyUnavailable, match=r"sign_key.pem: not a private key"):
        fresh_store.sign_key()


def _self_signed(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "44010001")])
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_tls_takes_the_certificate_with_the_encrypted_key(fresh_store):
    certificate = fresh_store.directory / "tls_cert.pem"
    certificate.write_bytes(_self_signed(fresh_store.tls_key()))
    fresh_store.present_to_tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate)


def test_tls_refuses_a_certificate_of_another_key(fresh_store):
    certificate = fresh_store.directory / "tls_cert.pem"
    certificate.write_bytes(_self_signed(fresh_store.sign_key()))
    with pytest.raises(KeyUnavailable, match=r"tls_cert.pem"):
        fresh_store.present_to_tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate)


def test_tls_without_a_certificate_names_the_missing_file(fresh_store):
    missing = fresh_store.directory / "tls_cert.pem"
    with pytest.raises(KeyUnavailable, match="No such file"):
        fresh_store.present_to_tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), missing)
