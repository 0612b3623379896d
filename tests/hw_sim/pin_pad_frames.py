"""Frames of the VISA PIN-pad packet family (pinpad-uic.md section 2): bytes in, frames out."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

ACK, NAK, EOT = 0x06, 0x15, 0x04
TEXT_BYTES_MAX = 512  # Z3 with 7 lines of 64 characters is the longest (section 4)


class Kind(Enum):
    """What a frame opens and closes with."""

    ADMIN = (0x0F, 0x0E)
    TRANSACTION = (0x02, 0x03)


@dataclass(frozen=True)
class Frame:
    """One frame; the text is hidden, for 70, 71, 02 and Z6x carry keys and PIN blocks."""

    kind: Kind
    text: str

    def __repr__(self) -> str:
        return f"Frame({self.kind.name}, {self.text[:2]}…)"


class BadFrame(Enum):
    """A frame with a wrong LRC, or one longer than any message."""

    LRC = "lrc"
    TOO_LONG = "too long"


Received = Frame | BadFrame | int  # an int is a control byte
KIND_OF_START = {kind.value[0]: kind for kind in Kind}
CONTROLS = frozenset({ACK, NAK, EOT})


def encode(frame: Frame) -> bytes:
    start, end = frame.kind.value
    body = frame.text.encode("ascii") + bytes([end])
    return bytes([start]) + body + bytes([lrc(body)])


def lrc(body: bytes) -> int:
    """XOR of every byte after the start byte up to and including the end byte (section 2)."""
    value = 0
    for byte in body:
        value ^= byte
    return value


class FrameReader:
    """Finds frames and control bytes in any split; skips what is neither."""

    def __init__(self) -> None:
        self._pending = bytearray()

    @property
    def unfinished(self) -> bool:
        return bool(self._pending)

    def forget(self) -> None:
        self._pending.clear()

    def feed(self, data: bytes) -> Iterator[Received]:
        self._pending += data
        while self._pending:
            first = self._pending[0]
            if first in KIND_OF_START:
                got = self._take_frame(KIND_OF_START[first])
                if got is None:
                    return
                yield got
            else:
                del self._pending[0]
                if first in CONTROLS:
                    yield first

    def _take_frame(self, kind: Kind) -> Frame | BadFrame | None:
        end_byte = kind.value[1]
        end = self._pending.find(end_byte, 1)
        if end < 0 and len(self._pending) > TEXT_BYTES_MAX:
            self._pending.clear()
            return BadFrame.TOO_LONG
        # The byte after the end is the LRC whatever its value, control values included.
        if end < 0 or end + 1 >= len(self._pending):
            return None
        body, check = bytes(self._pending[1 : end + 1]), self._pending[end + 1]
        del self._pending[: end + 2]
        if lrc(body) != check or not body.isascii():
            return BadFrame.LRC
        return Frame(kind, body[:-1].decode("ascii"))
