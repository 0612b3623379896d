"""Where the key store's passphrase lies (`security.md` section 5)."""

from __future__ import annotations

import pytest

from terminal.keys import passphrase
from terminal.keys.api import KeyUnavailable

WORD = b"sixteen bytes ok"


@pytest.fixture
def named(tmp_path):
    path = tmp_path / "passphrase"
    path.write_bytes(WORD + b"\n")
    path.chmod(0o600)
    return path


def test_the_credential_of_the_unit_comes_first(tmp_path, named):
    (tmp_path / "huinong-keys").write_bytes(b"credential of systemd\n")
    environment = {
        "CREDENTIALS_DIRECTORY": str(tmp_path),
        "HUINONG_KEYS_PASSPHRASE_FILE": str(named),
    }
    assert passphrase.find(environment) == b"credential of systemd"


def test_without_a_credential_the_named_file_is_read(tmp_path, named):
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    environment["HUINONG_KEYS_PASSPHRASE_FILE"] = str(named)
    assert passphrase.find(environment) == WORD


def test_a_named_file_open_to_others_is_refused(named):
    named.chmod(0o644)
    with pytest.raises(KeyUnavailable, match="chmod 0600"):
        passphrase.find({"HUINONG_KEYS_PASSPHRASE_FILE": str(named)})


def test_a_short_passphrase_is_refused_without_being_shown(named):
    named.write_bytes(b"tooshort\n")
    with pytest.raises(KeyUnavailable, match="needs 16 to") as refusal:
        passphrase.find({"HUINONG_KEYS_PASSPHRASE_FILE": str(named)})
    assert "tooshort" not in str(refusal.value)


def test_without_either_the_message_says_where_one_is_looked_for():
    with pytest.raises(KeyUnavailable, match=r"huinong-keys.*HUINONG_KEYS_PASSPHRASE_FILE"):
        passphrase.find({})
