"""The control socket and the bank as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.counter import MERCHANT, TERMINAL, Clock
from tests.bank_sim.terminal import Terminal, enrol
from tests.hw_sim.bank.running import RunningBank, running_bank

ECHO = "00000001301"


@contextmanager
def process(directory: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The bank started from the command line, and its ready line."""
    command = [sys.executable, "-m", "tests.hw_sim.bank", "--dir", str(directory)]
    command += ["--people", str(directory / "people.json"), "--county", str(COUNTY_FILE), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield started, json.loads(started.stdout.readline())
        finally:
            started.kill()


def over_socket(path: str, *ops: bytes) -> list[dict[str, Any]]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        lines = connection.makefile("rwb")
        lines.writelines(op + b"\n" for op in ops)
        lines.flush()
        return [json.loads(lines.readline()) for _ in ops]


@pytest.fixture
def station(tmp_path: Path, people: dict[str, Any]) -> Path:
    """A directory as the command line wants it."""
    enrol(tmp_path)
    (tmp_path / "people.json").write_text(json.dumps(people), "utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_process_says_it_is_ready_answers_and_ends_on_sigterm(station: Path) -> None:
    with process(station, "--date", "2026-12-31") as (started, ready):
        (status,) = over_socket(ready["control"], b'{"op":"status"}')
        assert (ready["url"][:18], status["date"]) == ("https://localhost:", "2026-12-31")
        started.send_signal(signal.SIGTERM)
        assert started.wait(2) == 0


@pytest.mark.slow
def test_the_process_ends_when_it_is_told_to_stop(station: Path) -> None:
    with process(station) as (started, ready):
        assert over_socket(ready["control"], b'{"op":"stop"}') == [{"ok": True}]
        assert started.wait(2) == 0


def test_the_socket_answers_line_by_line_and_errors_are_plain(bank: RunningBank) -> None:
    answers = over_socket(
        str(bank.socket_file), b"no json", b'{"op":"fly"}', b'{"op":"sms"}', b"[1]"
    )
    assert [list(answer) for answer in answers] == [["error"], ["error"], ["sms"], ["error"]]


def test_a_second_start_keeps_books_certificates_and_high_water_but_no_keys(
    station: Path, people: dict[str, Any], clock: Clock
) -> None:
    with (
        running_bank(station, people, COUNTY_FILE, clock=clock) as bank,
        Terminal(bank.url, station, clock) as terminal,
    ):
        terminal.sign_in()
        request = terminal.withdrawal(people["villagers"][0], 20_000)
        terminal.exchange("0200", request)
        before, ca = bank.control({"op": "books"}), bank.ca_file.read_bytes()
        seq = terminal.seq
    with (
        running_bank(station, people, COUNTY_FILE, clock=clock) as bank,
        Terminal(bank.url, station, clock) as terminal,
    ):
        assert bank.control({"op": "books"}) == before
        assert bank.ca_file.read_bytes() == ca
        terminal.seq, terminal.mak = seq, bytes(16)
        assert terminal.exchange("0400", terminal.reversal_of(request))["39"] == "77"


def test_another_start_draws_other_keys_from_the_same_seed(
    station: Path, people: dict[str, Any], clock: Clock
) -> None:
    keys: set[bytes] = set()
    for _ in range(2):
        with (
            running_bank(station, people, COUNTY_FILE, seed=3, clock=clock) as bank,
            Terminal(bank.url, station, clock) as terminal,
        ):
            terminal.seq = len(keys)
            terminal.sign_in()
            keys.add(terminal.mak)
    assert len(keys) == 2


@pytest.mark.parametrize("digit", ["1", "3", "8"])
def test_the_next_reply_asks_for_what_the_bank_wants_and_the_one_after_for_nothing(
    bank: RunningBank, terminal: Terminal, digit: str
) -> None:
    assert bank.control({"op": "process", "digit": digit}) == {"ok": True}
    frames = [
        terminal.post(terminal.frame("0820", {"41": TERMINAL, "42": MERCHANT, "60": ECHO})).content
        for _ in range(2)
    ]
    assert [frame[7:13].hex()[5] for frame in frames] == [digit, "0"]


@pytest.mark.parametrize("digit", ["0", "A", "12", 1])
def test_the_header_has_one_digit_for_what_the_bank_wants(bank: RunningBank, digit: object) -> None:
    assert "error" in bank.control({"op": "process", "digit": digit})


def test_the_opening_books_sum_to_nothing(bank: RunningBank) -> None:
    books = bank.control({"op": "books"})
    assert books["sum"] == 0
    assert books["accounts"]["station:44010001"] == 5_000_000
    assert sum(name.startswith("transitional:") for name in books["accounts"]) == 13


def test_tampered_books_no_longer_sum_to_nothing(bank: RunningBank) -> None:
    bank.control({"op": "tamper", "account": "card:v01", "fen": 100})
    assert bank.control({"op": "books"})["sum"] == 100
    bank.control({"op": "tamper", "account": "card:v01", "fen": -100})


def test_a_villagers_accounts_are_found_by_key(bank: RunningBank, people: dict[str, Any]) -> None:
    accounts = bank.control({"op": "accounts", "key": "v01"})
    assert accounts["card:v01"] == people["villagers"][0]["balance_fen"]
    assert set(accounts) == {"card:v01", "person:v01"}


def test_a_day_cut_by_hand_moves_the_accounting_day_and_keeps_the_keys(
    terminal: Terminal, bank: RunningBank
) -> None:
    terminal.sign_in()
    assert bank.control({"op": "day_cut"}) == {"date": "2026-11-24"}
    assert bank.control({"op": "status"})["signed_in"]
