"""The printer's condition and the status bytes it makes (escpos-printer.md section 3)."""

from dataclasses import dataclass
from enum import Enum


class PaperState(Enum):
    IN = "in"
    LOW = "low"
    OUT = "out"


class StatusProfile(Enum):
    """Clone reality: what a model answers (section 3, end)."""

    FULL = "full"
    BASIC = "basic"  # DLE EOT 1 and 4 only, no near-end sensor
    NONE = "none"
    CONSTANT = "constant"  # answers every question with 12h (section 11)


@dataclass(frozen=True)
class Condition:
    """All that the sensors see."""

    paper: PaperState = PaperState.IN
    cover_open: bool = False
    cutter_error: bool = False
    head_hot: bool = False
    unrecoverable: bool = False
    drawer_pin_high: bool = False

    @property
    def error(self) -> bool:
        return self.cutter_error or self.head_hot or self.unrecoverable

    @property
    def offline(self) -> bool:
        return self.cover_open or self.paper is PaperState.OUT or self.error


def dle_eot(now: Condition, question: int) -> int:
    """The byte that answers DLE EOT 1..4."""
    near, out = now.paper is not PaperState.IN, now.paper is PaperState.OUT
    bits = {
        1: (now.drawer_pin_high, 0x04, now.offline, 0x08),
        2: (now.cover_open, 0x04, out, 0x20, now.error, 0x40),
        3: (now.cutter_error, 0x08, now.unrecoverable, 0x20, now.head_hot, 0x40),
        4: (near, 0x0C, out, 0x60),
    }[question]
    return _sum(0x12, bits)


def gs_r(now: Condition, question: int) -> int:
    """The in-order status: 1 paper, 2 drawer."""
    if question % 0x30 == 2:
        return int(now.drawer_pin_high)
    return 0x03 if now.paper is not PaperState.IN else 0x00


def asb(now: Condition) -> bytes:
    near, out = now.paper is not PaperState.IN, now.paper is PaperState.OUT
    first = (now.drawer_pin_high, 0x04, now.offline, 0x08, now.cover_open, 0x20)
    second = (now.cutter_error, 0x08, now.unrecoverable, 0x20, now.head_hot, 0x40)
    third = (near, 0x03, out, 0x0C)
    return bytes([_sum(0x10, first), _sum(0, second), _sum(0, third), 0])


def asb_concerns(before: Condition, after: Condition, enabled: int) -> bool:
    """Whether the change is of a kind that GS a asked for (section 2, row GS a)."""
    changed = (
        (0x01, before.drawer_pin_high != after.drawer_pin_high),
        (0x02, (before.offline, before.cover_open) != (after.offline, after.cover_open)),
        (0x04, asb(before)[1] != asb(after)[1]),
        (0x08, before.paper is not after.paper),
    )
    return any(enabled & bit and differs for bit, differs in changed)


def _sum(base: int, pairs: tuple[bool | int, ...]) -> int:
    """`base` with every bit whose condition, standing before it, holds."""
    return base | sum(bit for holds, bit in zip(pairs[::2], pairs[1::2], strict=True) if holds)
