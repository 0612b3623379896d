"""Plain swipe readers: tracks as text, unasked, nothing around them (`magstripe.md` section 3).

Only silence tells where a swipe begins and often where it ends; the driver says when there was some
(`silence`), since nothing here knows the time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

SILENCE_S = 0.15  # section 3: before a swipe, and after one that no CR ends
SWIPE_BYTES_MAX = 240  # tracks of 79, 40 and 107 characters and what readers put between them
STARTS = b"%;+"
ENDS = b"\r\n\x03"  # CR, LF, or the ETX of readers that wrap
PRINTABLE = range(0x20, 0x7F)

# Each track may be followed by its LRC, which may be any character, a sentinel too.
_TRACKS = re.compile(r"(%[^?]*\?.?)?(;[^?]*\?.?)?([+;_#][^?]*\?.?)?")


@dataclass(frozen=True, slots=True)
class Swipe:
    """Tracks 1 to 3 as text with sentinels and LRC, "" for a track that is missing."""

    tracks: tuple[str, str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A swipe that began but is not built as section 3 says."""


Event = Swipe | Damaged


class _State(Enum):
    SILENT = auto()
    SWIPING = auto()
    SPENT = auto()  # a swipe is over: what follows without silence belongs to none


class Receiver:
    """Takes bytes in any portions and gives swipes; holds at most one.

    silent: whether the line has been so; else a swipe begins only after the next silence.
    """

    def __init__(self, *, silent: bool = True) -> None:
        self._state = _State.SILENT if silent else _State.SPENT
        self._text = bytearray()

    @property
    def mid_swipe(self) -> bool:
        return self._state is _State.SWIPING

    @property
    def is_whole(self) -> bool:
        """An end sentinel was the last: silence now ends the swipe."""
        return self.mid_swipe and _split(bytes(self._text)) is not None

    @property
    def needs_silence(self) -> bool:
        """Whether the driver must tell of the next silence: until then no swipe begins."""
        return self._state is not _State.SILENT

    def receive(self, data: bytes) -> tuple[Event, ...]:
        events = (self._take(byte) for byte in data)
        return tuple(event for event in events if event is not None)

    def silence(self) -> tuple[Event, ...]:
        """The line was silent for SILENCE_S, or longer in the middle of a swipe."""
        was, self._state = self._state, _State.SILENT
        return (self._judged(),) if was is _State.SWIPING else ()

    def _take(self, byte: int) -> Event | None:
        if self._state is _State.SILENT and byte in STARTS:
            self._state = _State.SWIPING
            self._text.clear()
        if self._state is not _State.SWIPING:
            return None
        if byte in ENDS:
            self._state = _State.SPENT
            return self._judged()
        self._text.append(byte)
        if byte not in PRINTABLE or len(self._text) > SWIPE_BYTES_MAX:
            self._state = _State.SPENT
            return Damaged()
        return None

    def _judged(self) -> Event:
        tracks = _split(bytes(self._text))
        return Damaged() if tracks is None else Swipe(tracks)


def _split(text: bytes) -> tuple[str, str, str] | None:
    """The three tracks, None unless the text is tracks from its beginning to its end."""
    found = _TRACKS.fullmatch(text.decode("ascii"))
    if found is None:
        return None
    one, two, three = (part or "" for part in found.groups())
    return one, two, three
