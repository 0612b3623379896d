"""Who may come in, when, and what is refused for good (county-wire.md, security.md section 4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.counter import TERMINAL, Clock, Counter
from tests.bank_sim.terminal import Terminal
from tests.hw_sim.bank import admission
from tests.hw_sim.bank.admission import NoRefusal, Verified
from tests.hw_sim.bank.running import RunningBank, running_bank

EXCHANGE = "/v1/terminal/exchange"
STATEMENT = "/v1/terminal/statement"
CHECKPOINT = "/v1/terminal/checkpoint"
ECHO = "/v1/terminal/echo"
YEAR_S = 365 * 86_400


@pytest.fixture
def drawing(terminal: Terminal, people: dict[str, Any]) -> bytes:
    """The frame of a withdrawal of 200 yuan by a station that has signed in."""
    terminal.sign_in()
    return terminal.frame("0200", terminal.withdrawal(people["villagers"][0], 20_000))


def bookings(bank: RunningBank) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bank.control({"op": "books"})["bookings"]
    return found


def refuse(bank: RunningBank, status: int) -> None:
    assert bank.control({"op": "refuse", "status": status}) == {"ok": True}


@pytest.mark.parametrize("off_s", [-420, 300])
def test_five_minutes_either_way_are_in_time(
    terminal: Terminal, drawing: bytes, clock: Clock, off_s: int
) -> None:
    request = terminal.signed(drawing, created_s=clock() + off_s)  # expires = created + 120
    assert terminal.http.send(request).status_code == 200


@pytest.mark.parametrize("path", [STATEMENT, CHECKPOINT])
def test_other_paths_have_the_same_window(terminal: Terminal, clock: Clock, path: str) -> None:
    request = terminal.signed(b'{"batch": "000001"}', path, created_s=clock() - 421)
    response = terminal.http.send(request)
    terminal.verify(response)
    assert response.status_code == 403


def test_the_echo_takes_any_clock(terminal: Terminal, clock: Clock) -> None:
    request = terminal.signed(b'{"n": 1}', ECHO, created_s=clock() - YEAR_S)
    assert terminal.http.send(request).status_code == 200


def test_what_was_refused_as_too_early_is_not_good_when_its_time_has_come(
    terminal: Terminal, drawing: bytes, bank: RunningBank, clock: Clock
) -> None:
    request = terminal.signed(drawing, created_s=clock() + 301)
    first = terminal.http.send(request)
    clock.now_s += 10
    second = terminal.http.send(request)
    assert (first.status_code, second.status_code, bookings(bank)) == (403, 409, [])


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("path", [EXCHANGE, STATEMENT, CHECKPOINT, ECHO])
def test_a_refused_terminal_is_refused_signed_on_every_path(
    terminal: Terminal, bank: RunningBank, status: int, path: str
) -> None:
    refuse(bank, status)
    response = terminal.post(terminal.frame("0820", {"60": "00000001301"}), path)
    terminal.verify(response)
    assert response.status_code == status


@pytest.mark.parametrize("status", [403, 429])
def test_what_was_refused_is_never_booked_later(
    terminal: Terminal, drawing: bytes, bank: RunningBank, status: int
) -> None:
    refuse(bank, status)
    request = terminal.signed(drawing)
    first = terminal.http.send(request)
    bank.control({"op": "admit"})
    second = terminal.http.send(request)
    assert (first.status_code, second.status_code, bookings(bank)) == (status, 409, [])


def test_an_admitted_terminal_goes_on_where_it_was(
    terminal: Terminal, drawing: bytes, bank: RunningBank
) -> None:
    refuse(bank, 429)
    terminal.post(drawing)
    bank.control({"op": "admit"})
    assert terminal.post(drawing).status_code == 200
    assert len(bookings(bank)) == 1


def test_a_revoked_key_stays_revoked_over_a_restart(
    terminal: Terminal, bank: RunningBank, people: dict[str, Any], clock: Clock, tmp_path: Path
) -> None:
    refuse(bank, 403)
    bank.stop()
    bank.stopped.wait()
    with (
        running_bank(tmp_path, people, COUNTY_FILE, clock=clock) as again,
        Terminal(again.url, tmp_path, clock) as same,
    ):
        assert same.post(b'{"n": 1}', ECHO).status_code == 403


def test_one_terminal_is_refused_and_not_its_neighbour(counter: Counter) -> None:
    admission.refuse(counter.bank, "44010002", 403)
    assert admission.refused_with(counter.bank, TERMINAL) is None


@pytest.mark.parametrize("status", [200, 401, 409, None, "403"])
def test_no_other_status_refuses_a_terminal(counter: Counter, status: Any) -> None:
    with pytest.raises(NoRefusal):
        admission.refuse(counter.bank, TERMINAL, status)


@pytest.mark.parametrize(
    "op",
    [
        {"op": "refuse", "status": 404},
        {"op": "refuse"},
        {"op": "refuse", "status": 403, "terminal": "44010009"},
    ],
    ids=["status", "no status", "terminal"],
)
def test_a_refusal_that_cannot_be_is_a_plain_error(bank: RunningBank, op: dict[str, Any]) -> None:
    assert list(bank.control(op)) == ["error"]


def test_a_request_under_another_ones_certificate_is_403_and_spent(counter: Counter) -> None:
    now_s = int(counter.clock())
    verified = Verified(TERMINAL, 1_000, "A" * 22, now_s, now_s + 120)
    assert admission.refusal(counter.bank, verified, "44010002", any_clock=False) == 403
    assert admission.refusal(counter.bank, verified, TERMINAL, any_clock=False) == 409
