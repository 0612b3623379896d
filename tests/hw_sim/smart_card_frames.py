"""The GemPC Twin's serial frame and the CCID messages in it (gempc-serial.md sections 2 and 3)."""

from dataclasses import dataclass
from enum import IntEnum

SYNC, CONTROL_ACK = 0x03, 0x06
START = bytes([SYNC, CONTROL_ACK])
NAK = bytes([0x03, 0x15, 0x16])
HEADER_BYTES = 10
DATA_BYTES_MAX = 261  # section 11, trap 6: of the largest CCID message, 271 bytes
FRAME_OVERHEAD = len(START) + HEADER_BYTES + 1


class IccState(IntEnum):
    """Bits 0-1 of bStatus."""

    ACTIVE = 0
    INACTIVE = 1
    ABSENT = 2


@dataclass(frozen=True)
class Command:
    kind: int
    sequence: int
    parameters: bytes  # p1 p2 p3
    data: bytes
    frame: bytes  # as received: the echo


class BadFrame:
    """A frame whose check or length is wrong."""


class FrameReader:
    """Commands out of whatever pieces the host writes."""

    def __init__(self) -> None:
        self._pending = b""

    @property
    def unfinished(self) -> bool:
        return bool(self._pending)

    def forget(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[Command | BadFrame]:
        self._pending += data
        got: list[Command | BadFrame] = []
        while (one := self._take()) is not None:
            got.append(one)
        return got

    def _take(self) -> Command | BadFrame | None:
        start = self._pending.find(START)
        if start < 0:
            self._pending = self._pending[-1:] if self._pending.endswith(START[:1]) else b""
            return None
        self._pending = self._pending[start:]
        if len(self._pending) < FRAME_OVERHEAD - 1:
            return None
        length = int.from_bytes(self._pending[3:7], "little")
        if length > DATA_BYTES_MAX:
            self._pending = self._pending[len(START) :]
            return BadFrame()
        whole = FRAME_OVERHEAD + length
        if len(self._pending) < whole:
            return None
        frame, self._pending = self._pending[:whole], self._pending[whole:]
        if lrc(frame):
            return BadFrame()
        return Command(frame[2], frame[8], frame[9:12], frame[12:-1], frame)


def answer(kind: int, sequence: int, state: int, error: int, extra: int, data: bytes) -> bytes:
    body = (
        START
        + bytes([kind])
        + len(data).to_bytes(4, "little")
        + bytes([0, sequence, state, error, extra])
        + data
    )
    return body + bytes([lrc(body)])


def lrc(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte
    return total
