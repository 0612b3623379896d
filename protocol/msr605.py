"""The MSR605/606 magnetic reader's commands and answers, reading ISO tracks (`magstripe.md` 2, 8).

The reader could also write and erase cards; this product must not, so those commands are not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

RESET = b"\x1ba"  # no answer; aborts a pending read
COMM_TEST = b"\x1be"  # answered by Alive
FIRMWARE = b"\x1bv"  # answered by ESC and text, until silence
ARM = b"\x1br"  # answered by Swipe, only after a swipe

ANSWER_BYTES_MAX = 320  # tracks of 79, 40 and 107 characters with marks and terminator are 240

_READ = b"\x1bs"
_ALIVE = b"\x1by"
_END = b"\x1c\x1b"  # FS ESC, then the status; the `?` before FS belongs to the terminator
_MARK = re.compile(rb"\x1b([\x01-\x03])")
_BLANK = b"\x1b+"  # "track error or blank" of some firmwares (UNVERIFIED, accepted)


class Status(Enum):
    """The byte that ends an answer (section 2)."""

    OK = 0x30
    READ_ERROR = 0x31
    COMMAND_FORMAT = 0x32
    INVALID_COMMAND = 0x34
    BAD_SWIPE = 0x39  # too fast, too slow, or stopped
    FAIL = 0x41


@dataclass(frozen=True, slots=True)
class Alive:
    """The answer to the communication test."""


@dataclass(frozen=True, slots=True)
class Swipe:
    """One swipe: tracks 1 to 3 as text with sentinels, "" for a track that is missing."""

    status: Status
    tracks: tuple[str, str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """An answer that began and ended but is not built as section 2 says."""


Answer = Alive | Swipe | Damaged

_STATUS_OF = {status.value: status for status in Status}


class Receiver:
    """Takes bytes in any portions and gives answers; skips what is none, holds at most one."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def mid_answer(self) -> bool:
        return self._bytes.startswith(_READ)

    def receive(self, data: bytes) -> tuple[Answer, ...]:
        answers = []
        self._bytes += data
        while (answer := self._next()) is not None:
            answers.append(answer)
        return tuple(answers)

    def _next(self) -> Answer | None:
        """The next whole answer; None when more bytes are needed."""
        while self._to_escape():
            if self._bytes.startswith(_ALIVE):
                del self._bytes[:2]
                return Alive()
            if not self._bytes.startswith(_READ):
                del self._bytes[:1]
                continue
            end = self._bytes.find(_END, 0, ANSWER_BYTES_MAX - 1)
            if end >= 0 and len(self._bytes) > end + 2:
                return self._cut_out(end)
            if len(self._bytes) < ANSWER_BYTES_MAX:
                return None
            del self._bytes[:2]
        return None

    def _to_escape(self) -> bool:
        """Drop what stands before the next ESC; whether ESC and its letter are there."""
        escape = self._bytes.find(b"\x1b")
        del self._bytes[: len(self._bytes) if escape < 0 else escape]
        return len(self._bytes) >= 2

    def _cut_out(self, end: int) -> Answer:
        """The answer that ends at `end`; an earlier one that was cut off goes with it."""
        start = self._bytes.rfind(_READ, 0, end)
        body, status = bytes(self._bytes[start + 2 : end]), self._bytes[end + 2]
        # An answer cut off at its end: the ESC found behind FS may begin the next one.
        del self._bytes[: end + (3 if status in _STATUS_OF else 1)]
        tracks = _tracks(body)
        if tracks is None or status not in _STATUS_OF:
            return Damaged()
        return Swipe(_STATUS_OF[status], tracks)


def _tracks(body: bytes) -> tuple[str, str, str] | None:
    """The three texts, or None. An empty track may lack its mark altogether (section 2)."""
    if not body.endswith(b"?"):
        return None
    before, *parts = _MARK.split(body[:-1])
    numbers, texts = parts[::2], parts[1::2]
    if before or sorted(set(numbers)) != list(numbers):
        return None
    found = {
        mark[0]: b"" if text == _BLANK else text for mark, text in zip(numbers, texts, strict=True)
    }
    if any(b"\x1b" in text for text in found.values()):
        return None
    one, two, three = (found.get(number, b"").decode("latin-1") for number in (1, 2, 3))
    return one, two, three
