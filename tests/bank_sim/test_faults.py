"""Faults by name (rule 8): what the terminal sees, and what stands in the books."""

from __future__ import annotations

import re
import socket
import threading
from typing import Any

import httpx
import pytest
from http_message_signatures import InvalidSignature

from tests.bank_sim.terminal import Terminal
from tests.hw_sim.bank.faults import KINDS
from tests.hw_sim.bank.running import RunningBank

IN_THE_SHEET = (
    "drop_before drop_after delay late twice reorder bad_mac bad_signature unsigned "
    "other_terminal garbage truncate http_500 redirect slow_drip restart day_cut miscount decline"
)

ASKS_MAX = 5_000  # some seconds of asking


@pytest.fixture
def villager(people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = people["villagers"][0]
    return found


@pytest.fixture
def request_fields(terminal: Terminal, villager: dict[str, Any]) -> dict[str, str]:
    """A withdrawal of 200 yuan, ready to be sent."""
    terminal.sign_in()
    return terminal.withdrawal(villager, 20_000)


def fault(bank: RunningBank, name: str, arg: str | None = None, **match: str) -> None:
    asked = {"op": "fault", "name": name, "arg": arg, "match": match or {"mti": "0200"}}
    assert bank.control(asked) == {"ok": True}


def send(terminal: Terminal, fields: dict[str, str], mti: str = "0200") -> httpx.Response:
    return terminal.post(terminal.frame(mti, fields))


def states(bank: RunningBank) -> list[str]:
    books = bank.control({"op": "books"})
    assert books["sum"] == 0
    return [row["state"] for row in books["bookings"]]


def until_booked(bank: RunningBank) -> None:
    """Returns when the request that is on its way has been booked."""
    assert any(states(bank) for _ in range(ASKS_MAX))


def test_every_fault_of_the_sheet_has_its_name() -> None:
    assert set(KINDS) == set(IN_THE_SHEET.split())


def test_a_fault_nobody_has_is_a_plain_error(bank: RunningBank) -> None:
    answer = bank.control({"op": "fault", "name": "earthquake"})
    assert list(answer) == ["error"]


@pytest.mark.parametrize(
    ("name", "booked"), [("drop_before", []), ("drop_after", ["booked"]), ("restart", [])]
)
def test_a_cut_line_is_no_answer_at_all(
    terminal: Terminal,
    bank: RunningBank,
    request_fields: dict[str, str],
    name: str,
    booked: list[str],
) -> None:
    fault(bank, name)
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    assert states(bank) == booked


def test_a_lost_request_still_stands_in_the_list(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "drop_before")
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    last = bank.control({"op": "books"})["requests"][-1]
    assert (last["trace"], last["rc"], last["fault"]) == (request_fields["11"], None, "drop_before")


def test_a_restart_revokes_the_keys(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "restart")
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    assert terminal.exchange("0400", terminal.reversal_of(request_fields))["39"] == "77"


def test_a_restart_may_come_after_the_booking(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "restart", "after")
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    assert states(bank) == ["booked"]


def test_a_reordered_request_finds_its_reversal_already_there(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "reorder")
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    assert terminal.exchange("0400", terminal.reversal_of(request_fields))["39"] == "00"
    requests = bank.control({"op": "books"})["requests"]
    assert [(row["mti"], row["rc"]) for row in requests[-2:]] == [("0400", "00"), ("0200", "94")]
    assert states(bank) == []


def test_a_bad_signature_is_under_a_good_mac(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "bad_signature")
    response = send(terminal, request_fields)
    with pytest.raises(InvalidSignature):
        terminal.verify(response)
    assert states(bank) == ["booked"]


def test_an_unsigned_answer_has_no_signature(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "unsigned")
    assert "signature" not in send(terminal, request_fields).headers


def test_a_bad_mac_is_under_a_good_signature(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "bad_mac")
    reply = terminal.exchange("0200", request_fields)
    body = terminal.frame("0210", {n: v for n, v in reply.items() if n.isdecimal()})
    assert body[-8:] != bytes.fromhex(reply["64"])


def test_another_terminals_answer_is_signed_and_has_a_good_mac(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "other_terminal")
    reply = terminal.exchange("0200", request_fields)
    body = terminal.frame("0210", {n: v for n, v in reply.items() if n.isdecimal()})
    assert reply["41"] != request_fields["41"]
    assert body[-8:] == bytes.fromhex(reply["64"])


def test_garbage_is_signed_and_no_frame(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "garbage")
    response = send(terminal, request_fields)
    terminal.verify(response)
    assert int.from_bytes(response.content[:2], "big") != len(response.content) - 2


def test_a_truncated_answer_ends_before_its_length(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "truncate")
    with pytest.raises(httpx.RemoteProtocolError):
        send(terminal, request_fields)
    assert states(bank) == ["booked"]


@pytest.mark.parametrize(("name", "status"), [("http_500", 500), ("redirect", 307)])
@pytest.mark.parametrize(("moment", "booked"), [("before", []), ("after", ["booked"])])
def test_a_status_other_than_200_says_nothing_about_the_booking(
    terminal: Terminal,
    bank: RunningBank,
    request_fields: dict[str, str],
    name: str,
    status: int,
    moment: str,
    booked: list[str],
) -> None:
    fault(bank, name, moment)
    assert send(terminal, request_fields).status_code == status
    assert states(bank) == booked


def test_a_delayed_answer_comes_when_the_faults_are_cleared(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "delay", "60")
    answers: list[int] = []
    waiting = threading.Thread(
        target=lambda: answers.append(send(terminal, request_fields).status_code)
    )
    waiting.start()
    until_booked(bank)
    assert answers == []
    bank.control({"op": "clear"})
    waiting.join(5)
    assert answers == [200]


@pytest.mark.parametrize("name", ["late", "slow_drip"])
def test_an_answer_beyond_the_wait_is_booked_and_lost(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str], name: str
) -> None:
    fault(bank, name)
    terminal.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    terminal.http.timeout = httpx.Timeout(5)
    assert terminal.exchange("0400", terminal.reversal_of(request_fields))["39"] == "00"
    assert states(bank) == ["reversed"]


def test_an_answer_that_comes_twice_is_twice_on_the_line(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "twice")
    request = terminal.signed(terminal.frame("0200", request_fields))
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with (
        socket.create_connection(("localhost", request.url.port or 443), timeout=5) as plain,
        terminal.tls.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
        came = b""
        while came.count(b"huinong-res-v1") < 2:
            came += line.recv(4_096)
    signatures = re.findall(rb"(?im)^signature: (.*)\r$", came)
    assert signatures == [signatures[0]] * 2
    assert states(bank) == ["booked"]


def test_after_a_day_cut_the_message_is_of_the_next_day(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    terminal.exchange("0200", request_fields)
    fault(bank, "day_cut", mti="0400")
    reply = terminal.exchange("0400", terminal.reversal_of(request_fields))
    assert (reply["39"], reply["15"]) == ("25", "1124")


def test_a_forced_decline_books_nothing_and_has_its_mac(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "decline", "91")
    reply = terminal.exchange("0200", request_fields)
    assert (reply["39"], "64" in reply) == ("91", True)
    assert states(bank) == []


def test_a_fault_waits_for_its_own_kind_of_message(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str], villager: dict[str, Any]
) -> None:
    fault(bank, "decline", "91", service="withdrawal")
    assert terminal.balance(villager)["39"] == "00"
    assert terminal.exchange("0200", request_fields)["39"] == "91"
    assert terminal.exchange("0400", terminal.reversal_of(request_fields))["39"] == "00"


def test_a_fault_without_end_lasts_until_cleared(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str], villager: dict[str, Any]
) -> None:
    bank.control({"op": "fault", "name": "decline", "arg": "91", "times": None})
    codes = [terminal.balance(villager)["39"] for _ in range(3)]
    bank.control({"op": "clear"})
    assert [*codes, terminal.balance(villager)["39"]] == ["91", "91", "91", "00"]


def test_a_repeated_withdrawal_is_noted_as_a_violation(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str]
) -> None:
    fault(bank, "drop_after")
    with pytest.raises(httpx.TransportError):
        send(terminal, request_fields)
    assert terminal.exchange("0200", request_fields)["39"] == "94"
    assert len(bank.control({"op": "status"})["violations"]) == 1


def test_two_withdrawals_at_once_are_noted_as_a_violation(
    terminal: Terminal, bank: RunningBank, request_fields: dict[str, str], villager: dict[str, Any]
) -> None:
    fault(bank, "delay", "60")
    first = threading.Thread(target=lambda: send(terminal, request_fields))
    first.start()
    until_booked(bank)
    terminal.balance(villager)
    bank.control({"op": "clear"})
    first.join(5)
    assert ["at once" in what for what in bank.control({"op": "status"})["violations"]] == [True]
