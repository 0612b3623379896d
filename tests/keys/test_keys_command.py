"""`huinong keys`, as a technician uses it."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from terminal.keys.store import open_store
from terminal.maintenance import keys_command
from tests.keys.conftest import PASSPHRASE, PERSON_KEY, TMK_M, vector

TMK = vector("key_download.json", "kcv-tdes")
ZERO = "00" * 16


@pytest.fixture
def typed(monkeypatch, tmp_path) -> Callable[..., int]:
    """`huinong keys` with arguments and lines of standard input; gives the exit code."""
    file = tmp_path / "passphrase"
    file.write_bytes(PASSPHRASE + b"\n")
    file.chmod(0o600)
    monkeypatch.setenv("HUINONG_KEYS_PASSPHRASE_FILE", str(file))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    parser = argparse.ArgumentParser()
    keys_command.add_arguments(parser)

    def run(*arguments: object, lines: tuple[str, ...] = ()) -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return keys_command.run(parser.parse_args([str(argument) for argument in arguments]))

    return run


def test_make_leaves_keys_and_two_requests(typed, state):
    assert typed("make", "--state", state, "--terminal", "44010001") == 0
    names = ["secrets.bin", "sign_csr.pem", "sign_key.pem", "tls_csr.pem", "tls_key.pem"]
    assert sorted(path.name for path in state.iterdir()) == names


def test_make_tells_the_fingerprint_that_is_confirmed_by_phone(typed, state, capsys):
    typed("make", "--state", state, "--terminal", "44010001", "--hardware-serial", "HW-1")
    key_id = capsys.readouterr().out.split("key id 44010001.")[1][:16]
    typed("show", "--state", state)
    assert f"fingerprint {key_id[:8]}, key id 44010001.{key_id}" in capsys.readouterr().out


def test_make_refuses_to_overwrite_in_one_line(typed, store, capsys):
    before = (store.directory / "secrets.bin").read_bytes()
    assert typed("make", "--state", store.directory, "--terminal", "44010001") == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "never overwritten" in told.err
    assert (store.directory / "secrets.bin").read_bytes() == before


def test_load_takes_two_components_and_shows_the_check_value_only(typed, fresh_store, capsys):
    assert typed("load", "tmk-m", "--state", fresh_store.directory, lines=(TMK["key"], ZERO)) == 0
    told = capsys.readouterr()
    assert f"check value {TMK['kcv4']}" in told.out
    assert TMK["key"] not in (told.out + told.err).upper()
    opened = open_store(fresh_store.directory, PASSPHRASE)
    assert opened.tmk_m == bytes.fromhex(TMK["key"])


def test_load_takes_the_countys_person_key(typed, fresh_store, capsys):
    lines = (PERSON_KEY.hex(),)
    assert typed("load", "person", "--state", fresh_store.directory, lines=lines) == 0
    assert "person loaded, check value " in capsys.readouterr().out
    assert open_store(fresh_store.directory, PASSPHRASE).person_key == PERSON_KEY


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "component 1, hex (first person): nothing on standard input"),
        ((TMK["key"],), "component 2, hex (second person): nothing on standard input"),
        ((TMK["key"], TMK["key"]), "the two components are the same"),
        ((TMK["key"], "12"), "32 hex digits are needed, 2 were given"),
        ((TMK["key"], "secret"), "only the digits"),
    ],
)
def test_a_mistake_while_loading_is_one_line_and_changes_nothing(typed, store, capsys, lines, told):
    assert typed("load", "tmk-m", "--state", store.directory, lines=lines) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert TMK["key"] not in error.upper()
    assert open_store(store.directory, PASSPHRASE).tmk_m == TMK_M


def test_show_gives_check_values_and_no_key(typed, store, capsys):
    assert typed("show", "--state", store.directory) == 0
    told = capsys.readouterr().out.upper()
    assert "PERSON KEY     CHECK VALUE " in told
    assert "NOT ISSUED YET" in told
    for key in (TMK_M, PERSON_KEY, store.pepper):
        assert key.hex().upper() not in told


def test_show_says_what_is_not_loaded(typed, fresh_store, capsys):
    typed("show", "--state", fresh_store.directory)
    assert "TMK-M          not loaded" in capsys.readouterr().out


@pytest.mark.parametrize("action", [("show",), ("load", "person")])
def test_a_missing_store_is_one_line(typed, state, capsys, action):
    assert typed(*action, "--state", state) == 1
    assert capsys.readouterr().err == f"huinong keys: {state}: No such file or directory\n"


def test_a_missing_passphrase_is_one_line(typed, store, capsys, monkeypatch):
    monkeypatch.delenv("HUINONG_KEYS_PASSPHRASE_FILE")
    assert typed("show", "--state", store.directory) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_terminal_shows_nothing_of_what_is_typed():
    asker, keyboard = os.openpty()
    program = "from terminal.keys.typed import ask; print(len(ask('component')))"
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        start_new_session=True,
    )
    os.close(keyboard)
    shown = os.read(asker, 100)
    os.write(asker, b"00112233\n")
    child.wait(timeout=10)
    shown += os.read(asker, 100)
    os.close(asker)
    assert shown.split() == [b"component:", b"8"]
