"""One small POST, and peers that say given bytes to it."""

from __future__ import annotations

from collections.abc import Callable

from terminal.bank.https import Https
from tests.terminal_bank.tls_peer import Behaviour, Line

BODY = b"\x00\x15" + bytes(21)
ANSWER_S = 0.4
SLACK_S = 1.5  # of a busy machine

Reach = Callable[..., Https]


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
