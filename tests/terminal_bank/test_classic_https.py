"""Unsigned POSTs of `cup-classic` on a raw TLS server: headers as the sheet has them, and whatever
is no answer is unknown (`bank-wire.md` section 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from terminal.bank.link import BankLink, Chance
from terminal.bank.opening import open_line
from terminal.bank.profile import BankProfile
from terminal.config import load
from terminal.core.exchange import Answer, Unknown
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.store import KeyStore, Secrets
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.working_keys import kcv
from tests.terminal_bank.asks import SCHEME, WITHDRAWAL
from tests.terminal_bank.conftest import SIGNER, TMK_M
from tests.terminal_bank.front import MAK, NOW_S, Front
from tests.terminal_bank.test_classic_line import FILE
from tests.terminal_bank.tls_peer import Behaviour, Line, Peer, Trust, running

FRONT = Front({})


@pytest.fixture
def peer(trust: Trust) -> Iterator[Peer]:
    context = trust.server()
    context.verify_mode = context.verify_mode.CERT_NONE
    with running(Peer(context)) as peer:
        yield peer


@pytest.fixture
def link(peer: Peer, trust: Trust) -> Iterator[BankLink]:
    """Signed in."""
    profile = load(FILE, BankProfile)
    place = msgspec.structs.replace(
        profile.link,
        url=f"https://{peer.place}/mjc/webtrans/VPB_lb",
        other_urls=(),
        ca_file="ca.pem",
        content_type="x-ISO-TPDU/x-auth",
        user_agent="Donjin Http 0.1",
        answer_timeout_s=1,
    )
    profile = msgspec.structs.replace(profile, link=place)
    store = KeyStore(Path(), b"", b"", Secrets("44010001", b"", tmk_m=TMK_M))
    mac_key = StoredMacKey(store, profile.keys.mac)
    mac_key.load(encrypt(TMK_M, MAK), kcv(MAK))
    line = open_line(place, trust.folder / "bank.toml", store)
    laid = BankLink(profile, SCHEME, line, SIGNER, mac_key, {}, Chance(lambda: NOW_S * 1000, bytes))
    yield laid
    laid.close()


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def answering(head: bytes, *, chunked: bool = False) -> Behaviour:
    """A good frame behind this head."""

    def behave(line: Line) -> None:
        frame = FRONT.reply(body_of(line.request()))
        if chunked:
            half = len(frame) // 2
            parts = (frame[:half], frame[half:], b"")
            frame = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        line.say(head + b"\r\n\r\n" + frame)

    return behave


def saying(answer: bytes, *, then_wait: bool = False) -> Behaviour:
    def behave(line: Line) -> None:
        line.request()
        line.say(answer)
        if then_wait:
            line.request()

    return behave


def test_the_request_has_the_headers_of_the_sheet_and_no_signature(
    link: BankLink, peer: Peer
) -> None:
    heard = []

    def behave(line: Line) -> None:
        heard.append(line.request())
        line.say(b"HTTP/1.1 200 OK\r\n\r\n" + FRONT.reply(body_of(heard[0])))

    peer.behave = behave
    assert isinstance(link.exchange(WITHDRAWAL), Answer)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert first == "POST /mjc/webtrans/VPB_lb HTTP/1.1"
    assert headers["user-agent"] == "donjin http 0.1"
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "x-iso-tpdu/x-auth"
    assert headers["accept"] == "*/*"
    assert headers["connection"] == "close"
    assert headers["content-length"] == str(len(body))
    assert headers["host"] == peer.place
    assert not [name for name in headers if "sign" in name or "digest" in name]


@pytest.mark.parametrize(
    "behave",
    [
        answering(b"HTTP/1.1 200 OK"),
        answering(b"HTTP/1.0 200 OK"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", chunked=True),
    ],
    ids=["until-the-end", "http-1.0", "chunked"],
)
def test_a_reply_with_or_without_a_length_is_taken(
    link: BankLink, peer: Peer, behave: Behaviour
) -> None:
    peer.behave = behave
    assert isinstance(link.exchange(WITHDRAWAL), Answer)


@pytest.mark.parametrize(
    "behave",
    [
        answering(b"HTTP/1.1 500 Error"),
        answering(b"HTTP/1.1 403 Forbidden"),
        answering(b"HTTP/1.1 429 Slower"),
        answering(b"HTTP/1.1 409 Conflict"),
        answering(b"HTTP/1.1 302 Found\r\nLocation: https://localhost:1/"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 204 No Content\r\n\r\n"),
        saying(b"HTTP/1.1 200 OK\r\n\r\n<html>login</html>"),
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 130\r\n\r\n\x00\x80", then_wait=True),
        saying(b""),
    ],
    ids=["500", "403", "429", "409", "302", "empty", "204", "html", "bad-chunk", "half", "closed"],
)
def test_whatever_else_comes_is_unknown(link: BankLink, peer: Peer, behave: Behaviour) -> None:
    """Nobody has signed it: a 403 proves nothing here, though it has a good frame behind it."""
    peer.behave = behave
    assert isinstance(link.exchange(WITHDRAWAL), Unknown)
    assert peer.lines == 1
