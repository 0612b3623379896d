"""Faults by name: which are set, for how many answers, and what each does to an answer's bytes.

Names are those of the device sheets (`README.md`, "Fault names shared by all simulators"); a device
adds its own, which it asks for with `take`. Chance comes from the seed given.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

LATE_S = 1.5  # pinpad-uic.md section 11: "answer late by 1.5 s"
DRIBBLE_GAP_S = 0.002
SPLIT_GAP_S = 0.02
NOISE_BYTES_MAX = 6

SHAPES = (
    "late",
    "silence",
    "garbage",
    "truncate",
    "dribble",
    "split",
    "duplicate",
    "bad_check",
    "glue",
    "unplug",
)
CONTROL_SHAPES = frozenset({"silence", "glue"})  # the others act on answers, not on ACK/NAK/EOT


class UnknownFault(Exception):
    pass


@dataclass(frozen=True)
class Piece:
    """One write to the host, `delay_s` after the answer was due."""

    delay_s: float
    data: bytes


class Faults:
    """The faults now set on one line; `check_at` is where an answer's check byte stands."""

    def __init__(self, names: Iterable[str], seed: int = 0, check_at: int = -1) -> None:
        self.names = tuple(names)
        self.late_s = LATE_S
        self._check_at = check_at
        self._left: dict[str, int | None] = {}
        self._chance = random.Random(seed)

    def set(self, name: str, times: int | None = None) -> None:
        """Sets `name` for the next `times` answers; None means until `clear`."""
        wanted = name.replace("-", "_")
        if wanted not in self.names:
            raise UnknownFault(f"no fault {name!r} here; there are {', '.join(self.names)}")
        self._left[wanted] = times

    def clear(self) -> None:
        self._left.clear()

    def active(self) -> dict[str, int | None]:
        return dict(self._left)

    def take(self, name: str) -> bool:
        """Whether `name` acts now; uses one of its times up."""
        if name not in self._left:
            return False
        left = self._left[name]
        if left is not None:
            self._left[name] = left - 1
            if left <= 1:
                del self._left[name]
        return True

    def shape(self, data: bytes) -> list[Piece]:
        """The writes that an answer becomes; stateful shapes (glue, unplug) are the line's."""
        if self.take("silence"):
            return []
        delay_s = self.late_s if self.take("late") else 0.0
        if self.take("bad_check"):
            spoilt = bytearray(data)
            spoilt[self._check_at] ^= 0x11
            data = bytes(spoilt)
        if self.take("truncate"):
            data = data[: len(data) // 2]
        if self.take("garbage"):
            data = self._noise() + data
        pieces = self._cut_up(data, delay_s)
        if self.take("duplicate"):
            pieces = pieces + pieces
        return pieces

    def _cut_up(self, data: bytes, delay_s: float) -> list[Piece]:
        if self.take("dribble"):
            return [
                Piece(delay_s + at * DRIBBLE_GAP_S, bytes([byte])) for at, byte in enumerate(data)
            ]
        if self.take("split"):
            half = len(data) // 2
            return [Piece(delay_s, data[:half]), Piece(delay_s + SPLIT_GAP_S, data[half:])]
        return [Piece(delay_s, data)] if data else []

    def _noise(self) -> bytes:
        """Bytes no sheet gives a meaning: above 7Fh, in no status class (escpos section 3)."""
        length = self._chance.randint(1, NOISE_BYTES_MAX)
        return bytes(self._chance.randint(0xE0, 0xFF) for _ in range(length))
