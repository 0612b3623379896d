"""What is certain about one POST: nothing left, or it may have arrived. On a raw TLS server."""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from terminal.bank.https import Https, Lost, Unsent, tls_context
from tests.terminal_bank.tls_peer import (
    ANSWER,
    Behaviour,
    Line,
    Peer,
    Trust,
    make_trust,
    running,
)

BODY = b"\x00\x15" + bytes(21)
ANSWER_S = 0.4
SLACK_S = 1.5  # of a busy machine

Reach = Callable[..., Https]


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def peer(trust: Trust) -> Iterator[Peer]:
    with running(Peer(trust.server())) as peer:
        yield peer


@pytest.fixture
def reach(trust: Trust, peer: Peer) -> Iterator[Reach]:
    """An `Https` to the peer, or to another URL or with another CA."""
    made = []

    def to(url: str = "", *, ca_file: Path | None = None, keep_alive: bool = True) -> Https:
        context = tls_context(ca_file or trust.ca_file, trust.present)
        made.append(Https(url or peer.url, context, connect_s=1.0, keep_alive=keep_alive))
        return made[-1]

    yield to
    for https in made:
        https.close()


def post(https: Https, *, answer_s: float = ANSWER_S) -> bytes:
    return https.post(BODY, {"Content-Type": "x/y"}, answer_s=answer_s).body


def says(*parts: bytes, then_close: bool = True) -> Behaviour:
    """Hears a request, says these bytes, and closes or keeps silent."""

    def behave(line: Line) -> None:
        line.request()
        for part in parts:
            line.say(part)
        if not then_close:
            line.request()

    return behave


def test_the_answer_comes_whole_with_status_and_headers(reach: Reach) -> None:
    response = reach().post(BODY, {"Content-Type": "x/y"}, answer_s=ANSWER_S)
    assert (response.status, response.body) == (200, b"OK")
    assert ("content-type", "x/y") in [(name.lower(), value) for name, value in response.headers]


def test_the_body_leaves_once_and_unchanged(reach: Reach, peer: Peer) -> None:
    heard = []

    def behave(line: Line) -> None:
        while request := line.request():
            heard.append(request)
            line.say(ANSWER)

    peer.behave = behave
    post(reach())
    (request,) = heard
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    assert head.startswith(b"POST /v1/terminal/exchange HTTP/1.1\r\n")
    assert b"content-encoding" not in head.lower()


def test_another_path_of_the_host_goes_over_the_same_line(reach: Reach, peer: Peer) -> None:
    heard = []

    def behave(line: Line) -> None:
        while request := line.request():
            heard.append(request.partition(b" HTTP/1.1")[0])
            line.say(ANSWER)

    peer.behave = behave
    https = reach()
    post(https)
    https.post(BODY, {}, answer_s=ANSWER_S, path="/v1/terminal/statement")
    post(https)
    assert heard == [
        b"POST /v1/terminal/exchange",
        b"POST /v1/terminal/statement",
        b"POST /v1/terminal/exchange",
    ]
    assert peer.handshakes == 1


def test_an_answer_without_content_length_ends_with_the_connection(
    reach: Reach, peer: Peer
) -> None:
    peer.behave = says(b"HTTP/1.1 200 OK\r\n\r\nOK")
    assert post(reach()) == b"OK"


def test_a_connection_is_kept_for_the_next_request(reach: Reach, peer: Peer) -> None:
    https = reach()
    assert [post(https), post(https), peer.handshakes] == [b"OK", b"OK", 1]


def test_a_profile_may_ask_for_a_connection_each(reach: Reach, peer: Peer) -> None:
    https = reach(keep_alive=False)
    assert [post(https), post(https), peer.handshakes] == [b"OK", b"OK", 2]


# --- nothing left this machine


def test_a_name_that_is_unknown_is_unsent(reach: Reach) -> None:
    with pytest.raises(Unsent):
        post(reach("https://front.bank.invalid/v1/terminal/exchange"))


def test_a_refused_connection_is_unsent(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unsent):
        post(reach(f"https://localhost:{port}/"))


def test_a_server_that_never_shakes_hands_is_unsent_by_the_deadline(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(Unsent):
            post(reach(f"https://localhost:{silent.getsockname()[1]}/"))
    assert time.monotonic() - begun < 1.0 + SLACK_S


def test_a_foreign_certificate_is_unsent(reach: Reach, peer: Peer, tmp_path: Path) -> None:
    heard: list[bytes] = []
    peer.behave = lambda line: heard.append(line.request())
    with pytest.raises(Unsent):
        post(reach(ca_file=make_trust(tmp_path).ca_file))
    assert heard in ([], [b""])


def test_a_certificate_for_another_host_is_unsent(trust: Trust, reach: Reach) -> None:
    with running(Peer(trust.server("other.example"))) as other, pytest.raises(Unsent):
        post(reach(other.url))


def test_an_old_tls_version_is_unsent(trust: Trust, reach: Reach) -> None:
    context = trust.server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with running(Peer(context)) as old, pytest.raises(Unsent):
        post(reach(old.url))


def test_a_kept_connection_that_the_server_closed_is_made_anew_and_nothing_is_lost(
    reach: Reach, peer: Peer
) -> None:
    heard = []

    def once(line: Line) -> None:
        heard.append(line.request())
        line.say(ANSWER)

    peer.behave = once
    https = reach()
    first = post(https)
    wait_for_close(https)
    assert [first, post(https)] == [b"OK", b"OK"]
    assert [peer.handshakes, len(heard)] == [2, 2]


def wait_for_close(https: Https) -> None:
    """Until the peer's closing has arrived here; the line is read, nothing is slept."""
    line = https._stream.get_extra_info("socket")
    if line.fileno() == -1:
        return  # noticed already while the answer was read
    line.settimeout(5)
    assert line.recv(1) == b""


# --- it may have arrived


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
    with pytest.raises(Lost, match="64 KiB"):
        post(reach())


def test_an_answer_of_64_kib_is_taken(reach: Reach, peer: Peer) -> None:
    size = 64 * 1024
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    peer.behave = says(head + bytes(size))
    assert len(post(reach())) == size


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
    from tests.terminal_bank.tls_peer import answers

    peer.behave = answers
    assert post(https) == b"OK"


def test_the_environment_names_no_proxy(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert post(reach()) == b"OK"


def test_an_answers_body_is_not_in_its_repr(reach: Reach) -> None:
    assert "OK" not in repr(reach().post(BODY, {}, answer_s=ANSWER_S))
