"""cup-classic: raw TCP and TLS, and HTTPS without signatures. bank-wire.md section 1."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.bank_sim import frames
from tests.bank_sim.conftest import COUNTY_FILE, SEED
from tests.bank_sim.counter import MERCHANT, TERMINAL, Clock
from tests.bank_sim.frames import NO_KEYS, Fields, Keys
from tests.bank_sim.terminal import enrol
from tests.hw_sim.bank.faults import KINDS
from tests.hw_sim.bank.running import Doors, RunningBank, running_bank
from tests.hw_sim.bank.tcp_link import OFFERED

PATH = "/mjc/webtrans/VPB_lb"
ONLY_HTTP_OR_SIGNED = {"http_500", "redirect", "bad_signature", "unsigned"}
WAIT_S = 5


@pytest.fixture
def bank(tmp_path: Path, people: dict[str, Any], clock: Clock) -> Iterator[RunningBank]:
    enrol(tmp_path)
    doors = Doors(tcp=0, tls=0)
    with running_bank(
        tmp_path, people, COUNTY_FILE, seed=SEED, clock=clock, doors=doors
    ) as running:
        yield running
        assert running.control({"op": "books"})["sum"] == 0


@pytest.fixture
def villager(people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = people["villagers"][0]
    return found


class Wire:
    """A terminal on one TCP connection: frames out, frames in."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.keys: Keys = NO_KEYS
        self._trace = 0

    def next_trace(self) -> str:
        self._trace += 1
        return f"{self._trace:06d}"

    def send(self, mti: str, fields: Fields) -> None:
        self.connection.sendall(frames.frame(mti, fields, self.keys.mak))

    def receive(self) -> bytes:
        """The next frame, or what came before the bank hung up."""
        head = self._exactly(2)
        return head + self._exactly(int.from_bytes(head, "big"))

    def ask(self, mti: str, fields: Fields) -> Fields:
        self.send(mti, fields)
        return frames.fields_of(self.receive())

    def sign_in(self) -> None:
        self.keys = frames.keys_of(self.ask("0800", frames.sign_in(self.next_trace())))

    def _exactly(self, count: int) -> bytes:
        got = b""
        with suppress(ConnectionError):
            while len(got) < count and (more := self.connection.recv(count - len(got))):
                got += more
        return got


@contextmanager
def wire(url: str | None, ca: Path | None = None) -> Iterator[Wire]:
    assert url is not None
    place = urlsplit(url)
    with socket.create_connection(("127.0.0.1", place.port or 0), WAIT_S) as plain:
        if ca is None:
            yield Wire(plain)
            return
        context = ssl.create_default_context(cafile=str(ca))
        with context.wrap_socket(plain, server_hostname="localhost") as secured:
            yield Wire(secured)


@pytest.fixture
def signed_in(bank: RunningBank) -> Iterator[Wire]:
    with wire(bank.tcp_url) as connected:
        connected.sign_in()
        yield connected


@pytest.fixture
def drawing(signed_in: Wire, villager: dict[str, Any]) -> Fields:
    """A withdrawal of 200 yuan, ready to be sent."""
    return frames.withdrawal(signed_in.next_trace(), 20_000, villager, signed_in.keys.pik)


def fault(bank: RunningBank, name: str, arg: str | None = None) -> None:
    asked = {"op": "fault", "name": name, "arg": arg, "match": {"mti": "0200"}}
    assert bank.control(asked) == {"ok": True}


def states(bank: RunningBank) -> list[str]:
    return [row["state"] for row in bank.control({"op": "books"})["bookings"]]


def test_several_messages_follow_each_other_on_one_connection(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    assert signed_in.ask("0200", drawing)["39"] == "00"
    assert signed_in.ask("0400", frames.reversal_of(drawing))["39"] == "00"
    assert states(bank) == ["reversed"]


def test_a_message_may_have_a_connection_of_its_own(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    with wire(bank.tcp_url) as other:
        other.keys = signed_in.keys
        assert other.ask("0200", drawing)["39"] == "00"


def test_the_same_bank_answers_over_tls(bank: RunningBank, villager: dict[str, Any]) -> None:
    with wire(bank.tls_url, bank.ca_file) as secured:
        secured.sign_in()
        asked = frames.balance(secured.next_trace(), villager, secured.keys.pik)
        assert secured.ask("0200", asked)["54"] == f"1002156C{villager['balance_fen']:012d}"


def test_a_tls_client_without_the_banks_ca_refuses_it(bank: RunningBank) -> None:
    place = urlsplit(bank.tls_url or "")
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", place.port or 0), WAIT_S) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


def test_the_reply_carries_the_addresses_of_the_tpdu_exchanged(signed_in: Wire) -> None:
    signed_in.send("0820", {"41": TERMINAL, "42": MERCHANT, "60": "00000001301"})
    assert signed_in.receive()[2:7].hex() == "6000000003"


def test_a_frame_may_come_in_pieces(signed_in: Wire, drawing: Fields) -> None:
    whole = frames.frame("0200", drawing, signed_in.keys.mak)
    for piece in (whole[:1], whole[1:30], whole[30:]):
        signed_in.connection.sendall(piece)
    assert frames.fields_of(signed_in.receive())["39"] == "00"


def test_a_length_of_zero_is_a_probe_and_passed_over(signed_in: Wire, drawing: Fields) -> None:
    signed_in.connection.sendall(b"\x00\x00")
    assert signed_in.ask("0200", drawing)["39"] == "00"


@pytest.mark.parametrize("size", [1, 20, 2049, 65_535])
def test_a_length_out_of_bounds_ends_the_connection(signed_in: Wire, size: int) -> None:
    signed_in.connection.sendall(size.to_bytes(2, "big") + bytes(20))
    assert signed_in.receive() == b""


def test_a_frame_cut_short_books_nothing(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    whole = frames.frame("0200", drawing, signed_in.keys.mak)
    signed_in.connection.sendall(whole[:-1])
    signed_in.connection.shutdown(socket.SHUT_WR)
    assert signed_in.receive() == b""
    assert states(bank) == []


def test_noise_is_no_message_and_gets_no_answer(signed_in: Wire) -> None:
    signed_in.connection.sendall(b"\x00\x40" + bytes(64))
    assert signed_in.receive() == b""


def test_another_terminal_is_97(signed_in: Wire, drawing: Fields) -> None:
    assert signed_in.ask("0200", drawing | {"41": "44010009"})["39"] == "97"


def test_a_wrong_mac_is_a0(signed_in: Wire, drawing: Fields) -> None:
    signed_in.keys = Keys(signed_in.keys.pik, bytes(16))
    assert signed_in.ask("0200", drawing)["39"] == "A0"


def test_a_terminal_that_is_refused_gets_silence(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    bank.control({"op": "refuse", "status": 403})
    signed_in.send("0200", drawing)
    assert (signed_in.receive(), states(bank)) == (b"", [])


def test_every_fault_of_the_wire_is_offered_but_those_of_http_and_signatures() -> None:
    assert set(KINDS) - OFFERED == ONLY_HTTP_OR_SIGNED


@pytest.mark.parametrize(
    ("name", "arg", "booked"),
    [
        ("drop_before", None, []),
        ("drop_after", None, ["booked"]),
        ("reorder", None, []),
        ("restart", "before", []),
        ("restart", "after", ["booked"]),
    ],
)
def test_silence_says_nothing_about_the_booking(
    signed_in: Wire, drawing: Fields, bank: RunningBank, name: str, arg: str | None, booked: list
) -> None:
    fault(bank, name, arg)
    signed_in.send("0200", drawing)
    assert signed_in.receive() == b""
    assert states(bank) == booked


def test_a_restart_revokes_the_keys(signed_in: Wire, drawing: Fields, bank: RunningBank) -> None:
    fault(bank, "restart")
    signed_in.send("0200", drawing)
    with wire(bank.tcp_url) as again:
        again.keys = signed_in.keys
        assert again.ask("0400", frames.reversal_of(drawing))["39"] == "77"


def test_a_reordered_request_finds_its_reversal_already_there(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "reorder")
    signed_in.send("0200", drawing)
    with wire(bank.tcp_url) as again:
        again.keys = signed_in.keys
        assert again.ask("0400", frames.reversal_of(drawing))["39"] == "00"
    requests = bank.control({"op": "books"})["requests"]
    assert [(row["mti"], row["rc"]) for row in requests[-2:]] == [("0400", "00"), ("0200", "94")]


def test_a_reply_twice_is_the_same_frame_twice(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "twice")
    signed_in.send("0200", drawing)
    assert signed_in.receive() == signed_in.receive() != b""
    assert states(bank) == ["booked"]


def test_a_truncated_reply_ends_before_its_length(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "truncate")
    signed_in.send("0200", drawing)
    got = signed_in.receive()
    assert 0 < len(got) < int.from_bytes(got[:2], "big") + 2


@pytest.mark.parametrize(("name", "arg"), [("delay", "0"), ("slow_drip", "0")])
def test_a_slow_reply_is_a_whole_one(
    signed_in: Wire, drawing: Fields, bank: RunningBank, name: str, arg: str
) -> None:
    fault(bank, name, arg)
    assert signed_in.ask("0200", drawing)["39"] == "00"


def test_a_late_reply_goes_out_when_the_terminal_has_hung_up(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "late")
    signed_in.send("0200", drawing)
    signed_in.connection.shutdown(socket.SHUT_WR)
    assert frames.fields_of(signed_in.receive())["39"] == "00"


def test_a_day_cut_makes_the_message_the_first_of_the_next_day(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "day_cut")
    assert signed_in.ask("0200", drawing)["15"] == "1124"


def test_a_forced_decline_books_nothing(
    signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "decline", "91")
    assert (signed_in.ask("0200", drawing)["39"], states(bank)) == ("91", [])


def test_garbage_is_no_frame(signed_in: Wire, drawing: Fields, bank: RunningBank) -> None:
    fault(bank, "garbage")
    signed_in.send("0200", drawing)
    got = signed_in.connection.recv(2_048)
    assert int.from_bytes(got[:2], "big") != len(got) - 2


def test_a_fault_of_http_waits_for_its_door(
    signed_in: Wire, drawing: Fields, bank: RunningBank, https: httpx.Client
) -> None:
    fault(bank, "http_500")
    assert signed_in.ask("0200", drawing)["39"] == "00"
    again = frames.frame("0200", drawing, signed_in.keys.mak)
    assert posted(https, again).status_code == 500


# HTTPS without signatures


@pytest.fixture
def https(bank: RunningBank) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=str(bank.ca_file))
    with httpx.Client(base_url=bank.url, verify=context, timeout=WAIT_S) as client:
        yield client


def posted(https: httpx.Client, frame: bytes, path: str = PATH) -> httpx.Response:
    return https.post(path, content=frame, headers={"Content-Type": "x-ISO-TPDU/x-auth"})


@pytest.mark.parametrize("path", [PATH, "/unp/webtrans/VPB_lb", "/unp/webtrans/WPOS"])
def test_a_classic_post_is_answered_with_a_frame_and_the_connection_closed(
    https: httpx.Client, path: str
) -> None:
    response = posted(https, frames.frame("0800", frames.sign_in("000001")), path)
    assert response.headers["content-type"] == "x-ISO-TPDU/x-auth"
    assert response.headers["connection"] == "close"
    assert "signature" not in response.headers
    assert frames.fields_of(response.content)["39"] == "00"


def test_the_classic_door_and_tcp_are_the_same_bank(
    https: httpx.Client, signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    response = posted(https, frames.frame("0200", drawing, signed_in.keys.mak))
    assert frames.fields_of(response.content)["39"] == "00"
    assert signed_in.ask("0400", frames.reversal_of(drawing))["39"] == "00"


def test_a_classic_post_that_is_no_message_is_400(https: httpx.Client) -> None:
    response = posted(https, b"<html>")
    assert (response.status_code, response.content) == (400, b"")


def test_faults_strike_the_classic_door_too(
    https: httpx.Client, signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "drop_after")
    with pytest.raises(httpx.TransportError):
        posted(https, frames.frame("0200", drawing, signed_in.keys.mak))
    assert states(bank) == ["booked"]


def test_a_reordered_classic_post_is_delivered_after_its_reversal(
    https: httpx.Client, signed_in: Wire, drawing: Fields, bank: RunningBank
) -> None:
    fault(bank, "reorder")
    with pytest.raises(httpx.TransportError):
        posted(https, frames.frame("0200", drawing, signed_in.keys.mak))
    assert signed_in.ask("0400", frames.reversal_of(drawing))["39"] == "00"
    assert bank.control({"op": "books"})["requests"][-1]["rc"] == "94"


def test_the_county_door_still_wants_a_certificate(https: httpx.Client) -> None:
    with pytest.raises(httpx.TransportError):
        posted(https, b"x", "/v1/terminal/exchange")
