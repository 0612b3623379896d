"""Bare frames over TCP and TLS (`bank-wire.md` section 1), on a raw peer: whole, unsent or lost."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from terminal.bank.frames import Frames
from terminal.bank.matching import belongs
from terminal.bank.tls import tls_context
from terminal.bank.transport import Lost, Unsent
from tests.terminal_bank.asks import frame
from tests.terminal_bank.posting import SLACK_S
from tests.terminal_bank.tls_peer import Behaviour, Line, Peer, Trust, make_trust, running

ASKED, ANSWER = frame("withdrawal", 0), frame("withdrawal", 1)
ANOTHER = frame("balance", 1)  # a good answer to another trace
ANSWER_S = 0.4

Open = Callable[..., Frames]


@pytest.fixture(params=["tcp", "tls"])
def bank(request: pytest.FixtureRequest, trust: Trust) -> Iterator[Peer]:
    """A peer that answers each frame with ANSWER until a test says otherwise."""
    context = trust.server() if request.param == "tls" else None
    with running(Peer(context, answers)) as peer:
        yield peer


@pytest.fixture
def frames(bank: Peer, trust: Trust) -> Iterator[Open]:
    made = []

    def opened(place: str = "", *, keep_alive: bool = False, ca_file: Path | None = None) -> Frames:
        context = tls_context(ca_file or trust.ca_file, trust.present) if bank.context else None
        url = f"{'tls' if context else 'tcp'}://{place or bank.place}"
        made.append(
            Frames(
                url,
                context,
                connect_s=1.0,
                keep_alive=keep_alive,
                max_frame=2048,
                belongs=belongs,
            )
        )
        return made[-1]

    yield opened
    for one in made:
        one.close()


def answers(line: Line) -> None:
    while line.frame():
        line.say(ANSWER)


def says(*parts: bytes, then_close: bool = True) -> Behaviour:
    def behave(line: Line) -> None:
        line.frame()
        for part in parts:
            line.say(part)
        if not then_close:
            line.frame()

    return behave


def ask(line: Frames, *, bank_s: int | None = None) -> bytes:
    return line.post(ASKED, {}, answer_s=ANSWER_S, bank_s=bank_s).body


def cause(line: Frames, *, bank_s: int | None = None) -> str:
    with pytest.raises(Unsent) as caught:
        ask(line, bank_s=bank_s)
    return str(caught.value).partition(":")[0]


def test_the_frame_leaves_as_it_is_and_the_answer_comes_whole(bank: Peer, frames: Open) -> None:
    heard = []

    def behave(line: Line) -> None:
        heard.append(line.frame())
        line.say(ANSWER)

    bank.behave = behave
    assert (ask(frames()), heard) == (ANSWER, [ASKED])


def test_an_answer_in_single_bytes_is_whole_too(bank: Peer, frames: Open) -> None:
    bank.behave = says(*(bytes([byte]) for byte in ANSWER))
    assert ask(frames()) == ANSWER


@pytest.mark.parametrize(("keep_alive", "lines"), [(False, 2), (True, 1)])
def test_a_profile_says_whether_a_connection_is_for_one_request(
    bank: Peer, frames: Open, keep_alive: bool, lines: int
) -> None:
    line = frames(keep_alive=keep_alive)
    assert [ask(line), ask(line), bank.lines] == [ANSWER, ANSWER, lines]


# --- nothing left, and why


def test_a_refused_connection_is_unsent(frames: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert cause(frames(f"localhost:{port}")) == "refused"


def test_a_name_that_is_unknown_is_unsent(frames: Open) -> None:
    assert cause(frames("front.bank.invalid:5000")) == "name_lookup"


def test_a_network_without_a_way_to_the_bank_is_unsent(frames: Open) -> None:
    assert cause(frames("224.0.0.1:5000")) == "unreachable"


def test_a_kept_connection_that_the_system_no_longer_sends_on_is_unsent(
    bank: Peer, frames: Open
) -> None:
    """Plain TCP: the system took no byte. Of a TLS record nobody could say so."""

    def hold(line: Line) -> None:
        line.frame()
        line.say(ANSWER)
        bank.closing.wait(5)

    bank.behave = hold
    line = frames(keep_alive=True)
    ask(line)
    assert line._line is not None
    line._line.shutdown(socket.SHUT_WR)
    with pytest.raises(Lost if bank.context else Unsent):
        ask(line)


def test_a_kept_connection_that_the_bank_closed_is_made_anew_and_nothing_is_lost(
    bank: Peer, frames: Open
) -> None:
    bank.behave = says(ANSWER)
    line = frames(keep_alive=True)
    ask(line)
    assert line._line is not None
    line._line.settimeout(5)
    line._line.recv(1, 0 if bank.context else socket.MSG_PEEK)  # until the closing is here
    assert [ask(line), bank.lines] == [ANSWER, 2]


# --- TLS


@pytest.mark.parametrize("bank", ["tls"], indirect=True)
def test_a_foreign_certificate_is_unsent(bank: Peer, frames: Open, tmp_path: Path) -> None:
    heard: list[bytes] = []
    bank.behave = lambda line: heard.append(line.frame())
    assert cause(frames(ca_file=make_trust(tmp_path).ca_file)) == "certificate_foreign"
    assert heard in ([], [b""])


@pytest.mark.parametrize("bank", ["tls"], indirect=True)
@pytest.mark.parametrize(("days", "why"), [(3, "expired"), (-3, "not_yet_valid")])
def test_a_certificate_out_of_its_dates_by_the_banks_time_is_unsent(
    bank: Peer, frames: Open, trust: Trust, days: int, why: str
) -> None:
    now = datetime.now(UTC)
    context = trust.server(since=now - timedelta(days=1), until=now + timedelta(days=1))
    bank_s = int((now + timedelta(days=days)).timestamp())
    with running(Peer(context, answers)) as dated:
        assert cause(frames(dated.place), bank_s=bank_s) == f"certificate_{why}"
        assert ask(frames(dated.place)) == ANSWER


@pytest.mark.parametrize("bank", ["tls"], indirect=True)
def test_a_peer_that_never_shakes_hands_is_unsent_by_the_deadline(frames: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        assert cause(frames(f"localhost:{silent.getsockname()[1]}")) == "timeout"
    assert time.monotonic() - begun < 1.0 + SLACK_S


# --- what may have arrived is lost


@pytest.mark.parametrize(
    "said",
    [b"", ANSWER[:1], ANSWER[:2], ANSWER[:-1], b"\x00\x14" + bytes(20), b"\x08\x01" + bytes(2049)],
    ids=["closed", "half-a-length", "only-a-length", "one-short", "too-short", "too-long"],
)
def test_what_is_no_whole_frame_is_lost(bank: Peer, frames: Open, said: bytes) -> None:
    bank.behave = says(said)
    with pytest.raises(Lost):
        ask(frames())


def test_html_is_lost_at_its_first_bytes(bank: Peer, frames: Open) -> None:
    bank.behave = says(b"<html>", then_close=False)
    with pytest.raises(Lost, match="frame of"):
        ask(frames())


def test_silence_is_lost_at_the_deadline(bank: Peer, frames: Open) -> None:
    bank.behave = says(then_close=False)
    begun = time.monotonic()
    with pytest.raises(Lost, match="deadline"):
        ask(frames())
    assert ANSWER_S <= time.monotonic() - begun < ANSWER_S + SLACK_S


def test_an_answer_that_drips_is_lost_at_the_deadline(bank: Peer, frames: Open) -> None:
    def drip(line: Line) -> None:
        line.frame()
        for byte in ANSWER:
            if bank.closing.wait(0.05):
                return
            line.say(bytes([byte]))

    bank.behave = drip
    begun = time.monotonic()
    with pytest.raises(Lost, match="deadline"):
        ask(frames())
    assert ANSWER_S <= time.monotonic() - begun < ANSWER_S + SLACK_S


def test_a_lost_answer_is_never_asked_for_again_and_dies_with_its_connection(
    bank: Peer, frames: Open
) -> None:
    heard = []

    def late(line: Line) -> None:
        heard.append(line.frame())
        if len(heard) == 1:
            line.frame()  # silent until the terminal has hung up
        line.say(ANSWER)

    bank.behave = late
    line = frames(keep_alive=True)
    with pytest.raises(Lost):
        ask(line)
    assert len(heard) == 1
    assert [ask(line), len(heard), bank.lines] == [ANSWER, 2, 2]


# --- an answer to something else


def test_a_stale_answer_is_dropped_and_the_wait_goes_on(bank: Peer, frames: Open) -> None:
    bank.behave = says(ANOTHER, ANOTHER, ANSWER)
    assert ask(frames()) == ANSWER


def test_stale_answers_alone_are_no_answer(bank: Peer, frames: Open) -> None:
    bank.behave = says(ANOTHER, then_close=False)
    with pytest.raises(Lost, match="1 answers to other requests"):
        ask(frames())


def test_an_answer_left_over_is_not_the_answer_to_the_next_request(
    bank: Peer, frames: Open
) -> None:
    """Whatever came unasked goes with its connection."""
    bank.behave = says(ANSWER + ANSWER, then_close=False)
    line = frames(keep_alive=True)
    assert [ask(line), ask(line)] == [ANSWER, ANSWER]
    assert bank.lines == 2
