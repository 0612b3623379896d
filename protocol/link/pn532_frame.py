"""PN532 frames on a serial line: normal, extended, ACK, NACK, error (`pn532.md` section 2).

Pure: bytes in, events out. A frame is taken by its length, so that `00 00 FF` in its data begins
none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protocol.errors import OurMistake

START = b"\x00\xff"
ACK = bytes.fromhex("00 00 FF 00 FF 00")
NACK = bytes.fromhex("00 00 FF FF 00 00")
# Out of its first sleep a PN532 needs a long preamble and then SAMConfiguration (section 3).
WAKE = b"\x55\x55" + bytes(14)
HOST, PN532 = 0xD4, 0xD5
ERROR = 0x7F
NORMAL_BYTES_MAX, BODY_BYTES_MAX = 255, 265
FRAME_BYTES_MAX = 7 + BODY_BYTES_MAX + 1  # from the start code to the checksum


@dataclass(frozen=True, slots=True)
class Reply:
    """code is the command's plus 1. The data may be a card's: its repr shows none of it."""

    code: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The command has arrived; its answer is still to come."""


@dataclass(frozen=True, slots=True)
class Refused:
    """NACK, or the error frame: a command that the PN532 does not know."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame that began but is not whole: to be asked for again by NACK."""


Event = Reply | Acknowledged | Refused | Damaged


def encode(command: int, data: bytes = b"") -> bytes:
    """The frame of a command. Raises OurMistake for more than a frame holds."""
    body = bytes([HOST, command]) + data
    if len(body) > BODY_BYTES_MAX:
        raise OurMistake("more data than a PN532 frame holds")
    return b"\x00" + START + _length(len(body)) + body + bytes([-sum(body) & 0xFF, 0])


def _length(size: int) -> bytes:
    if size <= NORMAL_BYTES_MAX:
        return bytes([size, -size & 0xFF])
    high, low = divmod(size, 256)
    return bytes([0xFF, 0xFF, high, low, -(high + low) & 0xFF])


class Receiver:
    """Takes bytes in any portions and gives events; holds at most one frame."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def mid_frame(self) -> bool:
        return self._bytes.startswith(START)

    def receive(self, data: bytes) -> tuple[Event, ...]:
        events = []
        self._bytes += data
        while (event := self._next()) is not None:
            events.append(event)
        return tuple(events)

    def abandon(self) -> tuple[Event, ...]:
        """Forget a frame that has begun: its next byte did not come in time (section 7)."""
        del self._bytes[:1]
        return (Damaged(), *self.receive(b""))

    def _next(self) -> Event | None:
        """The next item, None when more bytes are needed."""
        at = self._bytes.find(START)
        keep = at if at >= 0 else len(self._bytes) - self._bytes.endswith(b"\x00")
        del self._bytes[:keep]
        if len(self._bytes) < 4:
            return None
        first = bytes(self._bytes[2:4])
        if first in (b"\x00\xff", b"\xff\x00"):
            del self._bytes[:4]
            return Acknowledged() if first == b"\x00\xff" else Refused()
        if first == b"\xff\xff":  # extended, tested before the checksum rule (section 2)
            return self._extended()
        if sum(first) & 0xFF:
            return self._damaged()
        return self._body(4, first[0])

    def _extended(self) -> Event | None:
        if len(self._bytes) < 7:
            return None
        size = self._bytes[4] * 256 + self._bytes[5]
        if sum(self._bytes[4:7]) & 0xFF or not 0 < size <= BODY_BYTES_MAX:
            return self._damaged()
        return self._body(7, size)

    def _body(self, start: int, size: int) -> Event | None:
        end = start + size + 1
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[start:end])
        if sum(body) & 0xFF or (body[0] != PN532 and body[0] != ERROR):
            return self._damaged()
        if body[0] == PN532 and size < 2:
            return self._damaged()
        del self._bytes[:end]
        return Refused() if body[0] == ERROR else Reply(body[1], body[2:-1])

    def _damaged(self) -> Event:
        del self._bytes[:1]  # another may begin within: half a frame, then a whole one
        return Damaged()
