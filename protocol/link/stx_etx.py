"""STX…ETX and SI…SO frames with an LRC, acknowledged by single bytes (`pinpad-uic.md` 2, 3).

Pure: bytes in, events out. How long to wait and when to send again is told by `drivers/`; how often
is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import xor

from protocol.errors import OurMistake

STX, ETX, SI, SO = 0x02, 0x03, 0x0F, 0x0E
SENDS_AFTER_NAK_MAX = 3  # section 3: after 3 NAKs the session is closed with 04
REPEATS_AFTER_SILENCE_MAX = 3  # section 3: no ACK in 1 s, repeat at most 3 times
TEXT_BYTES_MAX = 256  # the longest frame of the family is an echoed TR-31 key block, 91 bytes
TEXT_BYTES = frozenset(range(0x1A, 0x7F)) - {0x1B}  # 20h-7Eh and the separators 1A, 1C, 1D, 1E


class Envelope(Enum):
    """The start and the end byte of a frame."""

    TRANSACTION = (STX, ETX)
    ADMIN = (SI, SO)

    @property
    def start(self) -> int:
        return self.value[0]

    @property
    def end(self) -> int:
        return self.value[1]


class Control(Enum):
    ACK = 0x06
    NAK = 0x15
    EOT = 0x04

    @property
    def wire(self) -> bytes:
        return bytes([self.value])


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. The text may hold a PAN, a key or a PIN block: its repr shows none of it."""

    envelope: Envelope
    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame that began but is not whole: to be answered with NAK."""


Event = Frame | Control | Damaged

_ENVELOPE_OF = {envelope.start: envelope for envelope in Envelope}
_CONTROL_OF = {control.value: control for control in Control}
assert not TEXT_BYTES & (_ENVELOPE_OF.keys() | _CONTROL_OF.keys() | {ETX, SO})


def lrc(data: bytes) -> int:
    """XOR of every byte after the start byte up to and including the end byte."""
    return reduce(xor, data, 0)


def encode(frame: Frame) -> bytes:
    """The frame's bytes. Raises OurMistake for text the grammar does not allow."""
    if not frame.text or len(frame.text) > TEXT_BYTES_MAX or not TEXT_BYTES.issuperset(frame.text):
        raise OurMistake("text does not fit an STX/ETX frame")
    checked = frame.text + bytes([frame.envelope.end])
    return bytes([frame.envelope.start]) + checked + bytes([lrc(checked)])


class Sending:
    """One frame on its way: its bytes, and how often they may still be sent."""

    def __init__(self, frame: Frame) -> None:
        self.wire = encode(frame)
        self._naks = 0
        self._silences = 0

    def may_repeat_after_nak(self) -> bool:
        self._naks += 1
        return self._naks < SENDS_AFTER_NAK_MAX

    def may_repeat_after_silence(self) -> bool:
        self._silences += 1
        return self._silences <= REPEATS_AFTER_SILENCE_MAX


class Receiver:
    """Takes bytes in any portions and gives frames and controls; holds at most one frame."""

    def __init__(self) -> None:
        self._envelope: Envelope | None = None
        self._text = bytearray()
        self._spoilt = False  # a byte that no text holds: the LRC is still to be swallowed
        self._lrc_next = False

    @property
    def mid_frame(self) -> bool:
        return self._envelope is not None

    def abandon(self) -> None:
        """Forget a frame that has begun: its next byte did not come in time (section 7)."""
        self._envelope = None
        self._lrc_next = False

    def receive(self, data: bytes) -> tuple[Event, ...]:
        events = (self._take(byte) for byte in data)
        return tuple(event for event in events if event is not None)

    def _take(self, byte: int) -> Event | None:
        if self._envelope is None:
            return self._take_outside(byte)
        if self._lrc_next:
            return self._take_lrc(self._envelope, byte)
        if byte in _ENVELOPE_OF:  # the frame before was cut off: this one may be whole
            self._begin(byte)
        elif byte == self._envelope.end:
            self._lrc_next = True
        else:
            return self._take_text(byte)
        return None

    def _take_outside(self, byte: int) -> Event | None:
        if byte in _ENVELOPE_OF:
            self._begin(byte)
            return None
        return _CONTROL_OF.get(byte)

    def _take_text(self, byte: int) -> Event | None:
        self._text.append(byte)
        self._spoilt = self._spoilt or byte not in TEXT_BYTES
        if len(self._text) <= TEXT_BYTES_MAX:
            return None
        self.abandon()
        return Damaged()

    def _take_lrc(self, envelope: Envelope, byte: int) -> Event:
        """The byte after ETX is the LRC whatever its value (section 2); a wrong one may be STX."""
        text = bytes(self._text)
        self.abandon()
        if not self._spoilt and byte == lrc(text + bytes([envelope.end])):
            return Frame(envelope, text)
        if byte in _ENVELOPE_OF:
            self._begin(byte)
        return Damaged()

    def _begin(self, start: int) -> None:
        self._envelope = _ENVELOPE_OF[start]
        self._text.clear()
        self._spoilt = False
        self._lrc_next = False
