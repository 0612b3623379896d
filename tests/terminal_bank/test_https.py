"""What is certain about one POST: it came whole, or nothing left. On a raw TLS server."""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from pathlib import Path

import pytest

from terminal.bank.https import Https
from terminal.bank.transport import Unsent
from tests.terminal_bank.posting import ANSWER_S, BODY, SLACK_S, Reach, post, says
from tests.terminal_bank.tls_peer import (
    ANSWER,
    Line,
    Peer,
    Trust,
    make_trust,
    running,
)


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
    assert peer.lines == 1


def test_an_answer_without_content_length_ends_with_the_connection(
    reach: Reach, peer: Peer
) -> None:
    peer.behave = says(b"HTTP/1.1 200 OK\r\n\r\nOK")
    assert post(reach()) == b"OK"


def test_a_connection_is_kept_for_the_next_request(reach: Reach, peer: Peer) -> None:
    https = reach()
    assert [post(https), post(https), peer.lines] == [b"OK", b"OK", 1]


def test_a_profile_may_ask_for_a_connection_each(reach: Reach, peer: Peer) -> None:
    https = reach(keep_alive=False)
    assert [post(https), post(https), peer.lines] == [b"OK", b"OK", 2]


# --- nothing left this machine, and the first word says why


def cause(https: Https) -> str:
    with pytest.raises(Unsent) as caught:
        post(https)
    return str(caught.value).partition(":")[0]


def test_a_name_that_is_unknown_is_unsent(reach: Reach) -> None:
    https = reach("https://front.bank.invalid/v1/terminal/exchange")
    assert cause(https) == "name_lookup"


def test_a_refused_connection_is_unsent(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert cause(reach(f"https://localhost:{port}/")) == "refused"


def test_a_network_without_a_way_to_the_bank_is_unsent(reach: Reach) -> None:
    """TCP to a multicast address: the system knows no way."""
    assert cause(reach("https://224.0.0.1/")) == "unreachable"


def test_a_server_that_never_shakes_hands_is_unsent_by_the_deadline(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        assert cause(reach(f"https://localhost:{silent.getsockname()[1]}/")) == "timeout"
    assert time.monotonic() - begun < 1.0 + SLACK_S


def test_a_foreign_certificate_is_unsent(reach: Reach, peer: Peer, tmp_path: Path) -> None:
    heard: list[bytes] = []
    peer.behave = lambda line: heard.append(line.request())
    assert cause(reach(ca_file=make_trust(tmp_path).ca_file)) == "certificate_foreign"
    assert heard in ([], [b""])


def test_a_certificate_for_another_host_is_unsent(trust: Trust, reach: Reach) -> None:
    with running(Peer(trust.server("other.example"))) as other:
        assert cause(reach(other.url)) == "certificate_foreign"


def test_an_old_tls_version_is_unsent(trust: Trust, reach: Reach) -> None:
    context = trust.server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with running(Peer(context)) as old:
        assert cause(reach(old.url)) == "tls"


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
    assert [peer.lines, len(heard)] == [2, 2]


def wait_for_close(https: Https) -> None:
    """Until the peer's closing has arrived here; the line is read, nothing is slept."""
    line = https._stream.get_extra_info("socket")
    if line.fileno() == -1:
        return  # noticed already while the answer was read
    line.settimeout(5)
    assert line.recv(1) == b""
