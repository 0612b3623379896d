"""What may have arrived is lost, by the deadline and once only. On a raw TLS server."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from terminal.bank.transport import Lost
from tests.terminal_bank.posting import ANSWER_S, BODY, SLACK_S, Reach, post, says
from tests.terminal_bank.tls_peer import (
    ANSWER,
    Behaviour,
    Line,
    Peer,
    answers,
)


@pytest.mark.parametrize(
    "behaviour",
    [
        says(),  # closes without a word
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"),
        says(b"HTTP/1.1 200 OK\r\nContent-Len"),
        says(b"\x15\x03\x03 what is this\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["closed", "half", "half-head", "noise", "bad-length", "endless-head", "bad-chunk"],
)
def test_what_is_no_whole_answer_is_lost(reach: Reach, peer: Peer, behaviour: Behaviour) -> None:
    peer.behave = behaviour
    with pytest.raises(Lost):
        post(reach())


def test_silence_is_lost_at_the_deadline(reach: Reach, peer: Peer) -> None:
    peer.behave = says(then_close=False)
    begun = time.monotonic()
    with pytest.raises(Lost):
        post(reach())
    assert time.monotonic() - begun < ANSWER_S + SLACK_S


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_lost_at_the_deadline(
    reach: Reach, peer: Peer, part: bytes
) -> None:
    """Each byte comes well inside any time-out of one read; the whole never does."""

    def drip(line: Line) -> None:
        line.request()
        line.say(part)
        while not peer.closing.wait(0.05):
            line.say(b"x")

    peer.behave = drip
    begun = time.monotonic()
    with pytest.raises(Lost, match="deadline"):
        post(reach())
    assert ANSWER_S <= time.monotonic() - begun < ANSWER_S + SLACK_S


def test_an_answer_over_64_kib_is_lost(reach: Reach, peer: Peer) -> None:
    size = 64 * 1024 + 1
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    peer.behave = says(head + bytes(size))
    with pytest.raises(Lost, match="65536 bytes"):
        post(reach())


def test_an_answer_of_64_kib_is_taken(reach: Reach, peer: Peer) -> None:
    size = 64 * 1024
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    peer.behave = says(head + bytes(size))
    assert len(post(reach())) == size


@pytest.mark.parametrize("size", [100_000, 100_001])
def test_a_path_may_have_a_larger_answer_with_an_end_of_its_own(
    reach: Reach, peer: Peer, size: int
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    peer.behave = says(head + bytes(size))
    https = reach()
    if size > 100_000:
        with pytest.raises(Lost, match="100000 bytes"):
            https.post(BODY, {}, answer_s=ANSWER_S, answer_bytes_max=100_000)
    else:
        response = https.post(BODY, {}, answer_s=ANSWER_S, answer_bytes_max=100_000)
        assert len(response.body) == size


def test_a_redirect_is_not_followed(reach: Reach, peer: Peer) -> None:
    heard = []

    def redirect(line: Line) -> None:
        while request := line.request():
            heard.append(request)
            line.say(
                f"HTTP/1.1 307 Elsewhere\r\nLocation: {peer.url}\r\n".encode()
                + b"Content-Length: 0\r\n\r\n"
            )

    peer.behave = redirect
    assert reach().post(BODY, {}, answer_s=ANSWER_S).status == 307
    assert len(heard) == 1


def test_a_lost_answer_is_never_asked_for_again(reach: Reach, peer: Peer) -> None:
    heard = []

    def hears(line: Line) -> None:
        heard.append(line.request())

    peer.behave = hears
    with pytest.raises(Lost):
        post(reach())
    assert len([request for request in heard if request]) == 1


def test_an_answer_left_over_is_not_the_answer_to_the_next_request(
    reach: Reach, peer: Peer
) -> None:
    """The line is dropped with what came unasked; the next request gets a new one."""

    def twice(line: Line) -> None:
        while line.request():
            line.say(ANSWER)
            line.say(ANSWER.replace(b"OK", b"KO"))

    peer.behave = twice
    https = reach()
    first = post(https)
    line = https._stream.get_extra_info("socket")
    if line.fileno() == -1:
        return  # noticed already while the answer was read
    line.settimeout(5)
    assert line.recv(4, socket.MSG_PEEK) if not isinstance(line, ssl.SSLSocket) else True
    assert first == b"OK"


def test_work_goes_on_after_every_kind_of_loss(reach: Reach, peer: Peer) -> None:
    """One connection is all the client may have: a lost one must not be held."""
    https = reach()
    for behaviour in (
        says(),
        says(then_close=False),
        says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000),
    ):
        peer.behave = behaviour
        with pytest.raises(Lost):
            post(https)
    peer.behave = answers
    assert post(https) == b"OK"


def test_the_environment_names_no_proxy(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert post(reach()) == b"OK"


def test_an_answers_body_is_not_in_its_repr(reach: Reach) -> None:
    assert "OK" not in repr(reach().post(BODY, {}, answer_s=ANSWER_S))
