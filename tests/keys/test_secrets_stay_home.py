"""No key is in a repr, a message or a traceback (`security.md` section 8, I7)."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from terminal.keys.api import KcvMismatch, KeyUnavailable
from terminal.keys.components import ComponentRefused, tmk_from
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.signer import open_signer
from terminal.keys.store import open_store
from terminal.keys.vault import FileVault
from tests.keys.conftest import PASSPHRASE, PERSON_KEY, TMK_M

CLEAR = b"6217001234567890128"


@pytest.fixture
def secrets(store) -> list[bytes]:
    scalar = store.sign_key().private_numbers().private_value.to_bytes(32, "big")
    return [TMK_M, PERSON_KEY, PASSPHRASE, CLEAR, store.pepper, store.root, scalar]


def shows(text: str, secrets: list[bytes]) -> list[bytes]:
    forms = [(s, (repr(s)[2:-1], s.hex(), s.hex().upper(), str(list(s)))) for s in secrets]
    return [secret for secret, seen in forms if any(form in text for form in seen)]


def trace_of(act: Callable[[], object], error: type[Exception]) -> str:
    with pytest.raises(error) as raised:
        act()
    return "".join(traceback.format_exception(raised.value))


def test_the_search_finds_a_secret_in_each_form(secrets):
    for secret in secrets:
        assert shows(repr({"key": secret}), secrets) == [secret]
        assert shows(f"key {secret.hex()}", secrets) == [secret]


def test_no_object_that_holds_keys_shows_them(store, secrets):
    vault = FileVault(store)
    vault.prepare("card-000012")
    holders = [store, store.secrets, vault, StoredMacKey(store, "cup-ecb"), open_signer(store)]
    assert shows(" ".join(f"{holder!r} {holder}" for holder in holders), secrets) == []


def test_no_refusal_shows_a_key(store, secrets):
    vault = FileVault(store)
    vault.prepare("card-000012")
    box = vault.seal("card-000012", CLEAR, b"fact 17")
    mac_key = StoredMacKey(store, "cup-ecb")
    traces = [
        trace_of(lambda: open_store(store.directory, b"another passphrase"), KeyUnavailable),
        trace_of(lambda: mac_key.load(TMK_M, b"\0\0\0\0"), KcvMismatch),
        trace_of(lambda: vault.open(box, b"fact 18"), KeyUnavailable),
        trace_of(lambda: vault.seal("person-2026-11", CLEAR, b""), KeyUnavailable),
        trace_of(lambda: tmk_from(TMK_M.hex(), TMK_M.hex()), ComponentRefused),
        trace_of(lambda: tmk_from(TMK_M.hex() + "G", TMK_M.hex()), ComponentRefused),
        trace_of(lambda: tmk_from(TMK_M.hex() + "00", TMK_M.hex()), ComponentRefused),
    ]
    assert shows("".join(traces), secrets) == []


def test_a_damaged_device_key_does_not_show_itself(store, secrets):
    path = store.directory / "sign_key.pem"
    path.write_bytes(path.read_bytes()[:100])
    assert shows(trace_of(store.sign_key, KeyUnavailable), secrets) == []
