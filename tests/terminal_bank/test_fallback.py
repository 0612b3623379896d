"""Several addresses of one bank: the next only when nobody was reached at the one before."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.bank.fallback import Fallback
from terminal.bank.frames import Frames
from terminal.bank.matching import belongs
from terminal.bank.tls import tls_context
from terminal.bank.transport import Lost, Unsent
from tests.terminal_bank.test_frames import ANSWER, ASKED, answers, says
from tests.terminal_bank.tls_peer import Peer, Trust, make_trust, running


@pytest.fixture
def first() -> Iterator[Peer]:
    with running(Peer(None, answers)) as peer:
        yield peer


@pytest.fixture
def second() -> Iterator[Peer]:
    with running(Peer(None, answers)) as peer:
        yield peer


def line(url: str, trust: Trust | None = None) -> Frames:
    context = tls_context(trust.ca_file, trust.present) if trust else None
    return Frames(url, context, connect_s=1.0, keep_alive=False, max_frame=2048, belongs=belongs)


def ask(*lines: Frames) -> bytes:
    return Fallback(lines).post(ASKED, {}, answer_s=0.4).body


def nowhere() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"tcp://localhost:{taken.getsockname()[1]}"


def test_the_first_address_is_asked_alone_while_it_answers(first: Peer, second: Peer) -> None:
    assert ask(line(f"tcp://{first.place}"), line(f"tcp://{second.place}")) == ANSWER
    assert [first.lines, second.lines] == [1, 0]


def test_the_second_address_is_asked_when_nobody_listens_at_the_first(second: Peer) -> None:
    assert ask(line(nowhere()), line(f"tcp://{second.place}")) == ANSWER


def test_a_request_that_was_lost_at_the_first_address_goes_nowhere_else(
    first: Peer, second: Peer
) -> None:
    first.behave = says()
    with pytest.raises(Lost):
        ask(line(f"tcp://{first.place}"), line(f"tcp://{second.place}"))
    assert second.lines == 0


def test_a_foreign_certificate_is_no_reason_to_go_elsewhere(
    trust: Trust, second: Peer, tmp_path: Path
) -> None:
    """Somebody was reached, and it was not the bank: that is told and not passed over."""
    foreign = make_trust(tmp_path)
    with running(Peer(foreign.server(), answers)) as other, pytest.raises(Unsent) as caught:
        ask(line(f"tls://{other.place}", trust), line(f"tcp://{second.place}"))
    assert str(caught.value).startswith("certificate_foreign")
    assert second.lines == 0


def test_the_last_address_says_why_nothing_was_sent() -> None:
    with pytest.raises(Unsent, match="refused"):
        ask(line(nowhere()), line(nowhere()))
