"""`huinong wire ping`: what it finds out about a bank, and one sentence for whatever fails."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from terminal.bank.profile import BankProfile
from terminal.config import load
from terminal.keys.store import KeyStore, Secrets
from terminal.maintenance.wire_ping import NoPing, ping
from tests.terminal_bank.test_classic_line import FILE, Door
from tests.terminal_bank.test_frames import answers
from tests.terminal_bank.tls_peer import Line, Peer, Trust, make_trust, running

CLASSIC = load(FILE, BankProfile)
NOW = datetime.now(UTC)


def at(url: str, **changes: object) -> BankProfile:
    link = msgspec.structs.replace(
        CLASSIC.link, url=url, other_urls=(), connect_timeout_s=1, answer_timeout_s=1, **changes
    )
    return msgspec.structs.replace(CLASSIC, link=link)


def pinged(profile: BankProfile, folder: Path) -> list[str]:
    store = KeyStore(folder, b"", b"", Secrets("44010001", b""))
    return list(ping(profile, folder / "bank.toml", store))


def open_to_all(
    trust: Trust, since: datetime | None = None, until: datetime | None = None
) -> ssl.SSLContext:
    """A bank that asks for no certificate of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = trust.authority.issue_cert("localhost", not_before=since, not_after=until)
    issued.configure_cert(context)
    return context


@pytest.fixture
def door() -> Iterator[Door]:
    with ThreadPoolExecutor(1) as pool:
        yield Door(pool)


def test_the_echo_test_of_the_classic_dialect_is_timed(door: Door, tmp_path: Path) -> None:
    with running(Peer(None, door)) as bank:
        told = pinged(at(f"tcp://{bank.place}", keep_alive=True), tmp_path)
    words = [line.split("  ")[0] for line in told[1:]]
    assert words == [
        "name lookup",
        "connection",
        "no TLS: whoever sits on this line reads the cards' tracks",
        "echo",
        "again",
    ]
    assert all(" ms" in line for line in told[1:] if not line.startswith("no TLS"))


def test_the_certificate_is_shown_with_subject_issuer_and_dates(door: Door, trust: Trust) -> None:
    context = open_to_all(trust, NOW - timedelta(days=1), NOW + timedelta(days=30, hours=1))
    with running(Peer(context, door)) as bank:
        told = "\n".join(pinged(at(f"tls://{bank.place}", ca_file="ca.pem"), trust.folder))
    assert "certificate  " in told
    assert "issued by    " in told
    assert f"valid        {NOW - timedelta(days=1):%Y-%m-%d} to " in told
    assert "30 days left" in told


@pytest.mark.parametrize(("since", "until", "said"), [(-9, -1, "expired"), (1, 9, "not valid yet")])
def test_a_certificate_out_of_its_dates_is_no_ping(
    trust: Trust, since: int, until: int, said: str
) -> None:
    context = open_to_all(trust, NOW + timedelta(days=since), NOW + timedelta(days=until))
    with running(Peer(context, answers)) as bank, pytest.raises(NoPing, match=said):
        pinged(at(f"tls://{bank.place}", ca_file="ca.pem"), trust.folder)


def test_a_certificate_of_another_authority_is_no_ping(trust: Trust, tmp_path: Path) -> None:
    foreign = make_trust(tmp_path)
    with (
        running(Peer(open_to_all(foreign), answers)) as bank,
        pytest.raises(NoPing, match="not of the bank's CA"),
    ):
        pinged(at(f"tls://{bank.place}", ca_file="ca.pem"), trust.folder)


def test_a_port_that_does_not_exist_is_no_ping(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoPing, match="nobody listens there"):
        pinged(at(f"tcp://localhost:{port}"), tmp_path)


def test_an_unknown_name_is_no_ping(tmp_path: Path) -> None:
    with pytest.raises(NoPing, match="the name is unknown"):
        pinged(at("tcp://front.bank.invalid:5000"), tmp_path)


def hangs_up(line: Line) -> None:
    line.frame()


def says_html(line: Line) -> None:
    line.frame()
    line.say(b"<html>")


def answers_another(line: Line) -> None:
    frame = line.frame()
    line.say(frame[:13] + b"\x08\x30" + frame[15:])


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (hangs_up, "no whole answer"),
        (says_html, "no whole answer"),
        (answers_another, "not as this profile has it"),
    ],
)
def test_an_answer_that_is_none_is_no_ping(behave: object, said: str, tmp_path: Path) -> None:
    with running(Peer(None, behave)) as bank, pytest.raises(NoPing, match=said):
        pinged(at(f"tcp://{bank.place}"), tmp_path)
