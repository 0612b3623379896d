"""Round trips over TLS: a terminal made of public libraries meets the bank."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bank_sim.counter import MERCHANT, TERMINAL, Clock
from tests.bank_sim.terminal import COVERED, Terminal
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.running import RunningBank

STATEMENT = "/v1/terminal/statement"
ECHO = "/v1/terminal/echo"


@pytest.fixture
def villager(people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = people["villagers"][0]
    return found


@pytest.fixture
def signed_in(terminal: Terminal) -> Terminal:
    assert terminal.sign_in()["39"] == "00"
    return terminal


def sign_in_frame(terminal: Terminal) -> bytes:
    fields = {"11": "000001", "41": TERMINAL, "42": MERCHANT, "60": "00000001003"}
    return terminal.frame("0800", fields)


def test_sign_in_brings_two_keys_with_their_check_values(terminal: Terminal) -> None:
    keys = bytes.fromhex(terminal.sign_in()["62"])
    assert encrypt(terminal.pik, bytes(8))[:4] == keys[16:20]
    assert encrypt(terminal.mak, bytes(8))[:4] == keys[36:40]


def test_a_second_sign_in_brings_other_keys(signed_in: Terminal) -> None:
    before = (signed_in.pik, signed_in.mak)
    signed_in.sign_in()
    assert not {signed_in.pik, signed_in.mak} & set(before)


def test_the_balance_is_the_villagers(signed_in: Terminal, villager: dict[str, Any]) -> None:
    reply = signed_in.balance(villager)
    assert reply["54"] == f"1002156C{villager['balance_fen']:012d}"


def test_a_withdrawal_and_its_reversal_leave_the_books_balanced(
    signed_in: Terminal, villager: dict[str, Any], bank: RunningBank
) -> None:
    request = signed_in.withdrawal(villager, 20_000)
    assert signed_in.exchange("0200", request)["39"] == "00"
    assert signed_in.exchange("0400", signed_in.reversal_of(request))["39"] == "00"
    books = bank.control({"op": "books"})
    assert (books["sum"], [row["state"] for row in books["bookings"]]) == (0, ["reversed"])


def test_a_wrong_pin_is_55_and_the_third_is_75(
    signed_in: Terminal, villager: dict[str, Any]
) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    requests = [signed_in.withdrawal(villager, 10_000, wrong) for _ in range(3)]
    assert [signed_in.exchange("0200", r)["39"] for r in requests] == ["55", "55", "75"]


def test_a_replayed_request_is_409_signed_and_booked_once(
    signed_in: Terminal, villager: dict[str, Any], bank: RunningBank
) -> None:
    body = signed_in.frame("0200", signed_in.withdrawal(villager, 20_000))
    request = signed_in.signed(body)
    first, second = signed_in.http.send(request), signed_in.http.send(request)
    signed_in.verify(second)
    assert (first.status_code, second.status_code) == (200, 409)
    assert len(bank.control({"op": "books"})["bookings"]) == 1


def test_an_older_sequence_number_is_409_even_when_never_used(signed_in: Terminal) -> None:
    signed_in.seq += 5
    ahead = signed_in.post(b'{"n":1}', ECHO)
    signed_in.seq -= 3
    behind = signed_in.post(b'{"n":2}', ECHO)
    assert (ahead.status_code, behind.status_code) == (200, 409)


@pytest.mark.parametrize("left_out", COVERED)
def test_a_signature_that_covers_less_than_the_profile_is_401(
    terminal: Terminal, left_out: str
) -> None:
    covered = tuple(name for name in COVERED if name != left_out)
    request = terminal.signed(sign_in_frame(terminal), covered=covered)
    assert terminal.http.send(request).status_code == 401


def test_a_signed_field_that_comes_twice_is_401(terminal: Terminal) -> None:
    request = terminal.signed(sign_in_frame(terminal))
    lines = [*request.headers.multi_items(), ("Terminal-Seq", "1")]
    doubled = httpx.Request("POST", request.url, headers=lines, content=request.content)
    assert terminal.http.send(doubled).status_code == 401


def test_a_declined_request_raises_the_high_water_mark(
    signed_in: Terminal, villager: dict[str, Any], bank: RunningBank
) -> None:
    signed_in.exchange("0200", signed_in.withdrawal(villager, 999_000))
    assert bank.control({"op": "status"})["high_water"] == signed_in.seq


def test_two_blocks_exchanged_pass_the_mac_but_not_the_signature(
    signed_in: Terminal, villager: dict[str, Any], bank: RunningBank
) -> None:
    body = bytearray(signed_in.frame("0200", signed_in.withdrawal(villager, 20_000)))
    request = signed_in.signed(bytes(body))
    body[13:21], body[21:29] = body[21:29], body[13:21]
    swapped = httpx.Request("POST", request.url, headers=request.headers, content=bytes(body))
    assert signed_in.http.send(swapped).status_code == 401
    assert bank.control({"op": "books"})["bookings"] == []


def test_a_request_of_nobody_is_401_and_unsigned(terminal: Terminal) -> None:
    response = terminal.http.post(
        "/v1/terminal/exchange",
        content=sign_in_frame(terminal),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert (response.status_code, "signature" in response.headers) == (401, False)


def test_a_query_string_is_400(terminal: Terminal) -> None:
    request = terminal.signed(sign_in_frame(terminal), "/v1/terminal/exchange?x=1")
    assert terminal.http.send(request).status_code == 400


@pytest.mark.parametrize("off_s", [-421, 301])
def test_a_request_out_of_its_time_is_refused_signed(
    signed_in: Terminal, villager: dict[str, Any], clock: Clock, off_s: int
) -> None:
    body = signed_in.frame("0200", signed_in.withdrawal(villager, 20_000))
    response = signed_in.http.send(signed_in.signed(body, created_s=clock() + off_s))
    signed_in.verify(response)
    assert response.status_code == 403


def test_a_station_whose_clock_is_a_year_off_can_sign_in(terminal: Terminal, clock: Clock) -> None:
    request = terminal.signed(sign_in_frame(terminal), created_s=clock() - 365 * 86_400)
    assert terminal.http.send(request).status_code == 200


def test_nobody_without_a_certificate_gets_an_answer(bank: RunningBank) -> None:
    context = ssl.create_default_context(cafile=str(bank.ca_file))
    with pytest.raises(httpx.TransportError):
        httpx.post(bank.url + ECHO, content=b"x", verify=context)


def test_an_unsigned_echo_comes_back_unsigned(terminal: Terminal) -> None:
    response = terminal.http.post(ECHO, content=b"twenty echo tests")
    assert response.content == b"twenty echo tests"
    assert "signature" not in response.headers


def test_a_signed_echo_comes_back_bound(terminal: Terminal) -> None:
    response = terminal.post(b'{"n":1}', ECHO)
    terminal.verify(response)
    assert response.content == b'{"n":1}'


def test_the_echo_message_needs_no_keys(terminal: Terminal) -> None:
    reply = terminal.exchange("0820", {"41": TERMINAL, "42": MERCHANT, "60": "00000001301"})
    assert (reply["t"], reply["39"]) == ("0830", "00")


@pytest.mark.parametrize("asked", [{"batch": "000001"}, {"date": "2026-11-23"}])
def test_the_statement_lists_bookings_and_nothing_else(
    signed_in: Terminal, villager: dict[str, Any], asked: dict[str, str]
) -> None:
    request = signed_in.withdrawal(villager, 20_000)
    reply = signed_in.exchange("0200", request)
    signed_in.exchange("0200", signed_in.withdrawal(villager, 999_000))
    response = signed_in.post(json.dumps(asked).encode(), STATEMENT)
    signed_in.verify(response)
    assert response.json() == [
        {
            "trace": request["11"],
            "batch": "000001",
            "date": "2026-11-23",
            "service": "withdrawal",
            "amount_fen": 20_000,
            "fee_fen": 0,
            "state": "booked",
            "rrn": reply["37"],
        }
    ]


@pytest.mark.parametrize(
    ("asked", "status"), [(b'{"batch":"000099"}', 200), (b"{}", 400), (b"[]", 400), (b"x", 400)]
)
def test_a_statement_of_nothing_is_empty_and_a_bad_question_is_400(
    terminal: Terminal, asked: bytes, status: int
) -> None:
    response = terminal.post(asked, STATEMENT)
    terminal.verify(response)
    assert response.status_code == status
    assert status == 400 or response.json() == []


def test_the_books_hold_no_clear_pin_and_no_key(
    signed_in: Terminal, villager: dict[str, Any], tmp_path: Path
) -> None:
    signed_in.exchange("0200", signed_in.withdrawal(villager, 20_000))
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("books.sqlite*"))
    for secret in (signed_in.pik, signed_in.mak, villager["card"]["track2"].encode()):
        assert secret not in kept
        assert secret.hex().encode() not in kept.lower()
