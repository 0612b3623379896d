"""The PN532's frames on its UART (pn532.md section 2)."""

from dataclasses import dataclass
from enum import Enum

START = b"\x00\xff"
ACK = bytes.fromhex("0000FF00FF00")
NACK = bytes.fromhex("0000FFFF0000")
ERROR = bytes.fromhex("0000FF01FF7F8100")
HOST, DEVICE = 0xD4, 0xD5
NORMAL_BYTES_MAX = 255
EXTENDED_BYTES_MAX = 265
CHECK_AT = -2  # the DCS stands before the postamble


class Short(Enum):
    ACK = b"\x00\xff"
    NACK = b"\xff\x00"


@dataclass(frozen=True)
class Command:
    code: int
    data: bytes
    after_55: bool  # a wake-up stood before it


class BadFrame:
    """A wrong LCS, DCS or TFI: not acknowledged."""


Received = Command | Short | BadFrame


class FrameReader:
    """Frames out of whatever pieces the host writes; padding and noise are skipped."""

    def __init__(self) -> None:
        self._pending = b""
        self._saw_55 = False

    @property
    def unfinished(self) -> bool:
        return START in self._pending

    def forget(self) -> None:
        self._pending, self._saw_55 = b"", False

    def feed(self, data: bytes) -> list[Received]:
        self._pending += data
        got: list[Received] = []
        while (one := self._take()) is not None:
            got.append(one)
        return got

    def _take(self) -> Received | None:
        start = self._pending.find(START)
        noise = self._pending if start < 0 else self._pending[:start]
        self._saw_55 = self._saw_55 or b"\x55" in noise
        if start < 0:
            self._pending = self._pending[-1:]
            return None
        self._pending = self._pending[start:]
        head = self._pending[2:4]
        if len(head) < 2:
            return None
        if head == Short.ACK.value:
            return self._taken(4, Short.ACK)
        if head == b"\xff\xff":
            return self._extended()
        if head == Short.NACK.value:
            return self._taken(4, Short.NACK)
        if sum(head) % 256 or not head[0]:
            return self._taken(2, BadFrame())
        return self._body(4, head[0])

    def _extended(self) -> Received | None:
        head = self._pending[4:7]
        if len(head) < 3:
            return None
        length = int.from_bytes(head[:2], "big")
        if sum(head) % 256 or not 0 < length <= EXTENDED_BYTES_MAX:
            return self._taken(2, BadFrame())
        return self._body(7, length)

    def _body(self, at: int, length: int) -> Received | None:
        whole = self._pending[at : at + length + 1]
        if len(whole) < length + 1:
            return None
        if sum(whole) % 256 or whole[0] != HOST or length < 2:
            return self._taken(2, BadFrame())
        command = Command(whole[1], whole[2:-1], self._saw_55)
        return self._taken(at + length + 1, command)

    def _taken(self, count: int, got: Received) -> Received:
        self._pending = self._pending[count:]
        self._saw_55 = False
        return got


def answer(code: int, data: bytes) -> bytes:
    """The information frame that answers command `code`, extended when it must be."""
    body = bytes([DEVICE, code + 1]) + data
    check = bytes([-sum(body) % 256, 0])
    if len(body) <= NORMAL_BYTES_MAX:
        head = bytes([len(body), -len(body) % 256])
    else:
        length = len(body).to_bytes(2, "big")
        head = b"\xff\xff" + length + bytes([-sum(length) % 256])
    return b"\x00" + START + head + body + check
