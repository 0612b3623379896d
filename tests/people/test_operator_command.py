"""`huinong operator`, as the account manager uses it at the station."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable

import pytest

from terminal.maintenance import operator_command
from terminal.people.operators import Blocked
from terminal.people.records import Operator, Role
from tests.people.conftest import LI, PASSPHRASE, PIN

NEW_PIN = "805316"


@pytest.fixture
def typed(monkeypatch, tmp_path, store) -> Callable[..., int]:
    """`huinong operator` with arguments and lines of standard input; gives the exit code."""
    file = tmp_path / "passphrase"
    file.write_bytes(PASSPHRASE)
    file.chmod(0o600)
    monkeypatch.setenv("HUINONG_KEYS_PASSPHRASE_FILE", str(file))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    parser = argparse.ArgumentParser()
    operator_command.add_arguments(parser)

    def run(*arguments: str, lines: tuple[str, ...] = ()) -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        args = parser.parse_args([*arguments, "--state", str(store.directory)])
        return operator_command.run(args)

    return run


def test_add_admits_whoever_keys_the_same_pin_twice(typed, screen):
    assert typed("add", "02", "--name", "王某", lines=(NEW_PIN, NEW_PIN)) == 0
    assert screen.sign_in("02", NEW_PIN) == Operator("02", "王某", Role.OPERATOR)


def test_add_takes_the_role(typed, screen, capsys):
    typed("add", "02", "--name", "王某", "--role", "technician", lines=(NEW_PIN, NEW_PIN))
    assert capsys.readouterr().out == "operator 02 admitted as technician\n"
    assert screen.sign_in("02", NEW_PIN).role is Role.TECHNICIAN


@pytest.mark.parametrize(
    ("number", "lines", "told"),
    [
        ("02", (NEW_PIN, PIN), "the two PINs differ"),
        ("02", ("123456", "123456"), "straight run"),
        ("02", (NEW_PIN,), "nothing on standard input"),
        ("01", (NEW_PIN, NEW_PIN), "operator 01 exists already"),
        ("00", (NEW_PIN, NEW_PIN), "01 to 99"),
    ],
)
def test_a_mistake_is_one_line_without_the_pin_and_admits_nobody(
    typed, capsys, number, lines, told
):
    assert typed("add", number, "--name", "王某", lines=lines) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert NEW_PIN not in error
    typed("list")
    assert "王某" not in capsys.readouterr().out


def test_list_shows_number_role_failures_and_name(typed, screen, capsys):
    screen.fail("01", 3)
    typed("list")
    assert capsys.readouterr().out.split() == ["01", "operator", "3", "failures", "李某"]


def test_suspend_keeps_the_operator_out_and_unlock_lets_in_again(typed, screen, capsys):
    assert typed("suspend", "01") == 0
    assert screen.sign_in("01", PIN) == Blocked()
    typed("list")
    assert "suspended" in capsys.readouterr().out
    assert typed("unlock", "01") == 0
    assert screen.sign_in("01", PIN) == LI


@pytest.mark.parametrize("action", ["unlock", "suspend"])
def test_a_number_nobody_has_is_one_line(typed, capsys, action):
    assert typed(action, "57") == 1
    assert capsys.readouterr().err == "huinong operator: there is no operator 57\n"
