"""What ESC/POS printers answer: real-time status, automatic status, fences (`escpos-printer.md` 3).

Every byte says by its own bits which of them it is, so an answer is known whatever came before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

XON, XOFF = 0x11, 0x13
ASB_BYTES = 4


class Condition(Enum):
    OFFLINE = "offline"
    COVER_OPEN = "cover open"
    PAPER_OUT = "paper out"
    NEAR_END = "paper near end"
    MECHANICAL = "recoverable error"
    CUTTER = "cutter"
    UNRECOVERABLE = "unrecoverable error"
    HEAD_HOT = "head hot"


# DLE EOT n, bits (of a pair any one counts), what they say
ROWS = (
    (1, 0x08, Condition.OFFLINE),
    (2, 0x04, Condition.COVER_OPEN),
    (2, 0x20, Condition.PAPER_OUT),
    (3, 0x04, Condition.MECHANICAL),
    (3, 0x08, Condition.CUTTER),
    (3, 0x20, Condition.UNRECOVERABLE),
    (3, 0x40, Condition.HEAD_HOT),
    (4, 0x0C, Condition.NEAR_END),
    (4, 0x60, Condition.PAPER_OUT),
)


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to DLE EOT."""

    byte: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """An ASB block of four bytes, sent unasked."""

    block: bytes


@dataclass(frozen=True, slots=True)
class InOrder:
    """The answer to GS r: everything before it has left the buffer."""

    byte: int


Answer = RealTime | Automatic | InOrder


def question(number: int) -> bytes:
    """DLE EOT n. Never to be sent inside another command's parameters (section 7)."""
    return bytes((0x10, 0x04, number))


def conditions(number: int, byte: int) -> frozenset[Condition]:
    """What the answer `byte` to DLE EOT `number` says; empty when all is well."""
    return frozenset(what for row, bits, what in ROWS if row == number and byte & bits)


class Receiver:
    """Takes bytes in any portions and gives answers; skips XON, XOFF and bytes of no class."""

    def __init__(self) -> None:
        self._block = bytearray()

    def receive(self, data: bytes) -> tuple[Answer, ...]:
        answers = (self._take(byte) for byte in data if byte not in (XON, XOFF))
        return tuple(answer for answer in answers if answer is not None)

    def _take(self, byte: int) -> Answer | None:
        if self._block and byte & 0x90:  # not the block's: it was cut off, or began as noise
            self._block.clear()
        if self._block or byte & 0x93 == 0x10:
            self._block.append(byte)
            return self._whole_block()
        if byte & 0x93 == 0x12:
            return RealTime(byte)
        return InOrder(byte) if byte & 0x90 == 0 else None

    def _whole_block(self) -> Automatic | None:
        if len(self._block) < ASB_BYTES:
            return None
        block = bytes(self._block)
        self._block.clear()
        return Automatic(block)
