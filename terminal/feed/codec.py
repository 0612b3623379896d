"""The lines of the socket: one JSON object a line, `{"v": 2, "kind": "view", "body": {...}}`.

Pure: bytes in, messages out, and back. Either end refuses what it does not know; the version is
judged before anything else, so that two releases part with a sentence and not with a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from terminal.feed.views import (
    VERSION,
    Challenge,
    Command,
    FromEngine,
    FromScreen,
    Question,
    Reprint,
    Today,
    View,
)

SCREEN_LINE_BYTES_MAX = 64 * 1024  # a command is far below 1 KiB; more is not a screen of ours
ENGINE_LINE_BYTES_MAX = 1024 * 1024  # today's list with its facts: about 600 bytes a transaction

Message = FromScreen | FromEngine

FROM_SCREEN: dict[str, type[FromScreen]] = {
    "command": Command,
    "question": Question,
    "reprint": Reprint,
}
FROM_ENGINE: dict[str, type[FromEngine]] = {
    "view": View,
    "today": Today,
    "challenge": Challenge,
}
KIND_OF: dict[type[Message], str] = {
    kind: name for name, kind in (FROM_SCREEN | FROM_ENGINE).items()
}
assert len(KIND_OF) == len(FROM_SCREEN) + len(FROM_ENGINE)


class FeedError(Exception):
    """A line that is no message. Says where, never what stood there."""


class WrongVersion(FeedError):
    """The other end is of another release."""

    def __init__(self, theirs: int) -> None:
        super().__init__(f"messages of version {theirs}, expected {VERSION}")
        self.theirs = theirs


class _Version(msgspec.Struct, frozen=True):
    v: int


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    kind: str
    body: msgspec.Raw


def encode(message: Message) -> bytes:
    """The line of `message`, newline included. Raises FeedError when it is too long to be read."""
    kind = KIND_OF[type(message)]
    body = {"v": VERSION, "kind": kind, "body": message}
    line = msgspec.json.encode(body) + b"\n"
    limit = SCREEN_LINE_BYTES_MAX if kind in FROM_SCREEN else ENGINE_LINE_BYTES_MAX
    if len(line) > limit:
        raise FeedError(f"a {kind} of {len(line)} bytes, at most {limit}")
    return line


def decode_from_screen(line: bytes) -> FromScreen:
    """What a screen asks. Raises FeedError."""
    if len(line) > SCREEN_LINE_BYTES_MAX:
        raise FeedError(f"a line of {len(line)} bytes, at most {SCREEN_LINE_BYTES_MAX}")
    message = _decode(line, FROM_SCREEN)
    assert isinstance(message, FromScreen)
    return message


def decode_from_engine(line: bytes) -> FromEngine:
    """What the engine shows. Raises FeedError."""
    if len(line) > ENGINE_LINE_BYTES_MAX:
        raise FeedError(f"a line of {len(line)} bytes, at most {ENGINE_LINE_BYTES_MAX}")
    message = _decode(line, FROM_ENGINE)
    assert isinstance(message, FromEngine)
    return message


def _decode(line: bytes, kinds: Mapping[str, type[Message]]) -> Message:
    try:
        theirs = msgspec.json.decode(line, type=_Version).v
        if theirs != VERSION:
            raise WrongVersion(theirs)
        envelope = msgspec.json.decode(line, type=_Line)
        if envelope.kind not in kinds:
            raise FeedError("a kind of message that is not expected here")
        return _decoder(envelope.kind).decode(envelope.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as why:
        # msgspec may quote what it read: only the place is told
        raise FeedError(f"not a message: {_place(why)}") from None


def _place(why: Exception) -> str:
    text = str(why)
    return text[text.rindex("$") :].rstrip("`") if "$" in text else "not JSON"


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Message]:
    """Built at its first message: the first frame waits for none but the view's."""
    return msgspec.json.Decoder((FROM_SCREEN | FROM_ENGINE)[kind])
