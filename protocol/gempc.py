"""Frames of the GemPC Twin: CCID messages in a serial frame with an LRC (`gempc-serial.md` 2 to 4).

Pure: bytes in, events out. The echo of each command is skipped here. Events and time requests have
no frame around them; they are looked for between frames only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import xor

from protocol.atr import Atr
from protocol.errors import OurMistake

SYNC, ACK = 0x03, 0x06
NAK = bytes((SYNC, 0x15, 0x16))
HEADER_BYTES = 12  # SYNC, ACK and the CCID header
DATA_BYTES_MAX = 261  # dwMaxCCIDMessageLength 271 without its header
FRAME_BYTES_MAX = HEADER_BYTES + DATA_BYTES_MAX + 1

FIRMWARE = b"\x02"  # Escape data (section 4)
EVENTS_WITH_ANSWERS = b"\x01\x01\x01"  # card movements are told between command and answer only


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its message type and that of its answer (section 4)."""

    name: str
    code: int
    answer: int


ROWS = (
    Row("set_parameters", 0x61, 0x82),
    Row("power_on", 0x62, 0x80),
    Row("power_off", 0x63, 0x81),
    Row("slot_status", 0x65, 0x81),
    Row("escape", 0x6B, 0x83),
    Row("transfer", 0x6F, 0x80),
)
BY_NAME = {row.name: row for row in ROWS}
assert len({row.code for row in ROWS}) == len(BY_NAME) == len(ROWS)
ECHOES = frozenset(row.code for row in ROWS)
ANSWERS = frozenset(row.answer for row in ROWS)


class Slot(Enum):
    """bmICCStatus: what is in the slot."""

    ACTIVE = 0
    INACTIVE = 1
    EMPTY = 2


class Movement(Enum):
    """A card event, `50 02` or `50 03`."""

    REMOVED = 2
    INSERTED = 3


class Trouble(Enum):
    """What a failed command says, by what has to be done about it (section 9)."""

    MUTE = "card mute or not present"
    LINE = "errors while talking to the card"
    READER = "reader hardware error"
    UNKNOWN = "bad ATR"
    UNSUPPORTED = "protocol or class not supported"
    BUSY = "busy"
    CONFIGURATION = "slot does not exist"
    PARAMETER = "parameter not changeable"
    COMMAND = "command not supported"


TROUBLES = {
    0xFE: Trouble.MUTE,
    **dict.fromkeys((0xFD, 0xFC), Trouble.LINE),
    0xFB: Trouble.READER,
    **dict.fromkeys((0xF8, 0xF7), Trouble.UNKNOWN),
    **dict.fromkeys((0xF6, 0xF5, 0xF4, 0xF3), Trouble.UNSUPPORTED),
    **dict.fromkeys((0xF2, 0xE0), Trouble.BUSY),
    0x00: Trouble.COMMAND,
    **dict.fromkeys(range(0x01, 0x80), Trouble.PARAMETER),
    0x05: Trouble.CONFIGURATION,
    **dict.fromkeys((0xA2, 0xA3, 0xAB, 0xB0, 0xBB, 0xBD, 0xBE), Trouble.LINE),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. trouble None: the command was done; extend: keep waiting, so many times longer.

    The data may be the card's: its repr shows none of it.
    """

    code: int
    sequence: int
    slot: Slot
    trouble: Trouble | None
    extend: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nak:
    """The reader did not like our LRC."""


@dataclass(frozen=True, slots=True)
class TimeRequest:
    """The card works on; nothing else is said."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame that began but is not whole."""


Event = Answer | Nak | TimeRequest | Movement | Damaged


def encode(name: str, sequence: int, data: bytes = b"", parameter: int = 0) -> bytes:
    """The command's frame; parameter is the CCID header's first free byte. Raises OurMistake."""
    if len(data) > DATA_BYTES_MAX:
        raise OurMistake(f"{name}: more data than a CCID message holds")
    length = len(data).to_bytes(4, "little")
    body = bytes([SYNC, ACK, BY_NAME[name].code, *length, 0, sequence, parameter, 0, 0]) + data
    return body + bytes([reduce(xor, body)])


def parameters_t0(card: Atr, speed: int) -> bytes:
    """Data of SetParameters for T=0 (section 4); speed is Fi and Di as one byte."""
    return bytes([speed, 2 * card.inverse, card.guard_time, card.waiting_integer, 0])


def parameters_t1(card: Atr, speed: int) -> bytes:
    """Data of SetParameters for T=1 with an LRC (section 4)."""
    check = 0x10 | 2 * card.inverse
    return bytes([speed, check, card.guard_time, card.bwi_cwi, 0, card.ifsc, 0])


class Receiver:
    """Takes bytes in any portions and gives events; holds at most one frame."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def mid_frame(self) -> bool:
        return bool(self._bytes)

    def receive(self, data: bytes) -> tuple[Event, ...]:
        events = []
        self._bytes += data
        while self._bytes:
            event, used = self._next()
            if not used:
                break
            del self._bytes[:used]
            if event is not None:
                events.append(event)
        return tuple(events)

    def abandon(self) -> tuple[Event, ...]:
        """Forget what has begun: its next byte did not come in time (section 7)."""
        del self._bytes[: self._next_start()]
        return (Damaged(), *self.receive(b""))

    def _next(self) -> tuple[Event | None, int]:
        """The item at the start, and how many bytes it took: 0 when more are needed."""
        first = self._bytes[0]
        if first >= 0x80:
            return TimeRequest(), 1
        if first not in (SYNC, 0x50):
            return None, 1
        if len(self._bytes) < 2:
            return None, 0
        if first == 0x50:
            return self._movement()
        if self._bytes[1] == ACK:
            return self._framed()
        if not NAK.startswith(self._bytes[:3]):
            return None, 1
        return (Nak(), 3) if len(self._bytes) >= 3 else (None, 0)

    def _movement(self) -> tuple[Event | None, int]:
        says = self._bytes[1]
        return (Movement(says), 2) if says in (2, 3) else (None, 1)

    def _framed(self) -> tuple[Event | None, int]:
        if len(self._bytes) < HEADER_BYTES:
            return None, 0
        code, length = self._bytes[2], int.from_bytes(self._bytes[3:7], "little")
        if code not in ECHOES | ANSWERS or length > DATA_BYTES_MAX:
            return Damaged(), self._next_start()
        size = HEADER_BYTES + length + 1
        if len(self._bytes) < size:
            return None, 0
        frame = bytes(self._bytes[:size])
        if reduce(xor, frame) != 0:
            return Damaged(), min(size, self._next_start())
        return (None if code in ECHOES else _answer(frame)), size

    def _next_start(self) -> int:
        """Where, after the frame that failed, another begins: its bytes are no events."""
        at = self._bytes.find(bytes((SYNC, ACK)), 1)
        if at >= 0:
            return at
        return len(self._bytes) - (len(self._bytes) > 1 and self._bytes[-1] == SYNC)


def _answer(frame: bytes) -> Event:
    code, sequence, status, error = frame[2], frame[8], frame[9], frame[10]
    if status & 0x3F > 2 or status >> 6 > 2:
        return Damaged()
    slot, command = Slot(status & 0x03), status >> 6
    trouble = TROUBLES.get(error, Trouble.LINE) if command == 1 else None
    return Answer(code, sequence, slot, trouble, max(1, error) if command == 2 else 0, frame[12:-1])
