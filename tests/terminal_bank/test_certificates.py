"""A certificate's dates are judged by the bank's time, never by the system clock's.

A station whose clock battery is dead stands before every certificate there is: it must get to its
sign-in all the same (`money-safety.md`, "Settlement and the drawer"). Who the peer is never depends
on a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from terminal.bank.https import Https
from terminal.bank.transport import Unsent
from tests.terminal_bank.posting import ANSWER_S, BODY, Reach
from tests.terminal_bank.tls_peer import ANSWER, Line, Peer, Trust, make_trust, running

SINCE, UNTIL = datetime(2049, 12, 1, tzinfo=UTC), datetime(2050, 2, 1, 12, tzinfo=UTC)
SINCE_S, UNTIL_S = int(SINCE.timestamp()), int(UNTIL.timestamp())
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)

Issue = Callable[..., Peer]


def asked(https: Https, bank_s: int | None) -> bytes:
    return https.post(BODY, {}, answer_s=ANSWER_S, bank_s=bank_s).body


def refused(https: Https, bank_s: int | None) -> str:
    """The word of it."""
    with pytest.raises(Unsent) as caught:
        asked(https, bank_s)
    return str(caught.value).partition(":")[0]


@pytest.fixture
def heard() -> list[bytes]:
    """What a peer of `issue` was sent."""
    return []


@pytest.fixture
def issue(trust: Trust, heard: list[bytes]) -> Iterator[Issue]:
    """A peer whose certificate is good from `since` to `until`."""

    def behave(line: Line) -> None:
        while request := line.request():
            heard.append(request)
            line.say(ANSWER)

    with ExitStack() as ends:

        def peer(since: datetime = SINCE, until: datetime = UNTIL, host: str = "localhost") -> Peer:
            context = trust.server(host, since=since, until=until)
            return ends.enter_context(running(Peer(context, behave)))

        yield peer


def test_a_certificate_from_after_our_clocks_now_is_no_hindrance_while_no_time_is_known(
    reach: Reach, issue: Issue
) -> None:
    assert asked(reach(issue().url), None) == b"OK"


def test_nor_is_one_that_our_clock_would_call_expired(reach: Reach, issue: Issue) -> None:
    assert asked(reach(issue(LONG_AGO, SINCE.replace(year=2002)).url), None) == b"OK"


@pytest.mark.parametrize("bank_s", [SINCE_S, UNTIL_S])
def test_by_the_banks_time_a_certificate_is_good_through_both_its_dates(
    reach: Reach, issue: Issue, bank_s: int
) -> None:
    """Both ends belong to it (RFC 5280 section 4.1.2.5)."""
    assert asked(reach(issue().url), bank_s) == b"OK"


@pytest.mark.parametrize(
    ("bank_s", "word"),
    [(SINCE_S - 1, "certificate_not_yet_valid"), (UNTIL_S + 1, "certificate_expired")],
)
def test_outside_them_nothing_is_sent_not_even_a_header(
    reach: Reach, issue: Issue, heard: list[bytes], bank_s: int, word: str
) -> None:
    assert refused(reach(issue().url), bank_s) == word
    assert heard == []


def test_a_kept_line_is_judged_too_once_the_time_is_known(
    reach: Reach, issue: Issue, heard: list[bytes]
) -> None:
    """The sign-in's own line: what it brought it is judged by."""
    peer = issue()
    https = reach(peer.url)
    assert asked(https, None) == b"OK"
    assert refused(https, UNTIL_S + 1) == "certificate_expired"
    assert (len(heard), peer.lines) == (1, 1)


def test_a_renewed_certificate_is_seen_without_a_restart(reach: Reach, issue: Issue) -> None:
    """A refused line is closed: the next request meets the bank as it is then."""
    peer = issue()
    https = reach(peer.url)
    refused(https, UNTIL_S + 1)
    assert asked(https, UNTIL_S) == b"OK"
    assert peer.lines == 2


@pytest.mark.parametrize("bank_s", [None, SINCE_S, UNTIL_S + 1])
def test_a_foreign_certificate_is_refused_whatever_the_time(
    reach: Reach, issue: Issue, heard: list[bytes], tmp_path: Path, bank_s: int | None
) -> None:
    https = reach(issue().url, ca_file=make_trust(tmp_path).ca_file)
    assert refused(https, bank_s) == "certificate_foreign"
    assert heard == []


@pytest.mark.parametrize("bank_s", [None, SINCE_S, UNTIL_S + 1])
def test_so_is_one_for_another_host(
    reach: Reach, issue: Issue, heard: list[bytes], bank_s: int | None
) -> None:
    https = reach(issue(host="other.example").url)
    assert refused(https, bank_s) == "certificate_foreign"
    assert heard == []
