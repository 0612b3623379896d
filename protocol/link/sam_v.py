"""Frames of the SAM_V module: `AA AA AA 96 69`, a length, a check byte (`idcard-sam.md` section 2).

Pure: bytes in, frames out. There is no escape, and a photo may hold the preamble: a frame is taken
by its length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from protocol.errors import OurMistake

PREAMBLE = bytes.fromhex("AA AA AA 96 69")
LENGTH_BYTES = 2
LENGTH_MIN, LENGTH_MAX = 4, 2400  # what follows the length, the check byte included
FRAME_BYTES_MAX = len(PREAMBLE) + LENGTH_BYTES + LENGTH_MAX
COMMAND_BYTES_MAX = LENGTH_MAX - 1


@dataclass(frozen=True, slots=True)
class Reply:
    """sw3 is the reader's status, card_status (SW1 SW2) the card's. The data is personal."""

    card_status: bytes
    sw3: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame that began but is not whole."""


Event = Reply | Damaged


def encode(command: bytes) -> bytes:
    """The frame of CMD PARA and data. Raises OurMistake for what is too long."""
    if not 2 <= len(command) <= COMMAND_BYTES_MAX:
        raise OurMistake("a SAM_V command has 2 bytes and its data")
    checked = (len(command) + 1).to_bytes(LENGTH_BYTES, "big") + command
    return PREAMBLE + checked + bytes([reduce(xor, checked)])


class Receiver:
    """Takes bytes in any portions and gives replies; holds at most one frame."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def mid_frame(self) -> bool:
        return self._bytes.startswith(PREAMBLE)

    def receive(self, data: bytes) -> tuple[Event, ...]:
        events = []
        self._bytes += data
        while (event := self._next()) is not None:
            events.append(event)
        return tuple(events)

    def abandon(self) -> tuple[Event, ...]:
        """Forget a frame that has begun: its next byte did not come in time (section 4)."""
        del self._bytes[:1]
        return (Damaged(), *self.receive(b""))

    def _next(self) -> Event | None:
        """The next frame, None when more bytes are needed."""
        self._to_preamble()
        start = len(PREAMBLE) + LENGTH_BYTES
        if len(self._bytes) < start:
            return None
        length = int.from_bytes(self._bytes[len(PREAMBLE) : start], "big")
        if not LENGTH_MIN <= length <= LENGTH_MAX:
            del self._bytes[:1]
            return Damaged()
        if len(self._bytes) < start + length:
            return None
        checked = bytes(self._bytes[len(PREAMBLE) : start + length])
        if reduce(xor, checked) != 0:
            del self._bytes[:1]  # another may begin within: half a frame, then a whole one
            return Damaged()
        del self._bytes[: start + length]
        return Reply(checked[2:4], checked[4], checked[5:-1])

    def _to_preamble(self) -> None:
        """Drop what stands before the next preamble; a part of one at the end stays."""
        at = self._bytes.find(PREAMBLE)
        if at < 0:
            kept = next(n for n in range(4, -1, -1) if self._bytes.endswith(PREAMBLE[:n]))
            at = len(self._bytes) - kept
        del self._bytes[:at]
