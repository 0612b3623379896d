"""One file between two syncs: what each sector may hold, which sizes it may have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SECTOR_BYTES = 512  # what a disk writes as a whole
ANYTHING = (b"", bytes(32768), b"\xa5" * 32768)  # what a file in shared memory may be found as


@dataclass(eq=False)
class File:
    """settled is on disk for certain. A clean file has no options."""

    mode: int
    settled: bytes
    mapped: bool = False
    _now: bytearray = field(init=False)
    _sizes: list[int] = field(init=False)  # since the last sync, oldest first
    _sectors: dict[int, list[bytes]] = field(init=False, default_factory=dict)  # likewise

    def __post_init__(self) -> None:
        self._now = bytearray(self.settled)
        self._sizes = [len(self.settled)]

    def write(self, offset: int, data: bytes) -> None:
        if not data:
            return
        end = offset + len(data)
        first, last = offset // SECTOR_BYTES, (end - 1) // SECTOR_BYTES
        for sector in range(first, last + 1):
            self._sectors.setdefault(sector, self._history(sector))
        if end > len(self._now):
            self._now.extend(bytes(end - len(self._now)))
        self._now[offset:end] = data
        for sector in range(first, last + 1):
            self._remember(sector)
        self._resized()

    def resize(self, size: int) -> None:
        """Cut off, or extended by zeros."""
        first = size // SECTOR_BYTES
        if size % SECTOR_BYTES and size < len(self._now):
            self._sectors.setdefault(first, self._history(first))
        del self._now[size:]
        self._now.extend(bytes(size - len(self._now)))
        for sector in self._sectors:
            if sector >= first:
                self._remember(sector)
        self._resized()

    def allocate(self, size: int) -> None:
        """At least this size, zeros where there was nothing."""
        if size > len(self._now):
            self.resize(size)

    def sync(self) -> None:
        """All of it is on disk from here on."""
        if len(self._sizes) == 1 and not self._sectors:
            return
        self.settled = bytes(self._now)
        self._sizes, self._sectors = [len(self.settled)], {}

    def options(self) -> list[int]:
        """How many values size and touched sectors may have; a certain one is left out."""
        if self.mapped:
            return [len(ANYTHING) + 1]
        counts = [len(self._sizes), *(len(self._sectors[s]) for s in sorted(self._sectors))]
        return [count for count in counts if count > 1]

    def content(self, choice: Sequence[int]) -> bytes:
        """The bytes when size and sectors have the chosen values."""
        picked = iter(choice)
        if self.mapped:
            return (*ANYTHING, bytes(self._now))[next(picked)]
        age = next(picked) if len(self._sizes) > 1 else 0
        size = self._sizes[age]
        content = bytearray(self.settled[: min(self._sizes[: age + 1])])
        content.extend(bytes(size - len(content)) if size > len(content) else b"")
        for sector in sorted(self._sectors):
            values = self._sectors[sector]
            value = values[next(picked)] if len(values) > 1 else values[0]
            at = sector * SECTOR_BYTES
            if at < size:
                content[at : at + SECTOR_BYTES] = value
        return bytes(content[:size])

    def _history(self, sector: int) -> list[bytes]:
        """What an untouched sector may hold: its settled bytes, and zeros once it was cut off."""
        settled = _sector(self.settled, sector)
        shrunk = min(self._sizes) <= sector * SECTOR_BYTES < len(self.settled)
        zeros = bytes(SECTOR_BYTES)
        return [settled, zeros] if shrunk and settled != zeros else [settled]

    def _remember(self, sector: int) -> None:
        value = _sector(self._now, sector)
        if self._sectors[sector][-1] != value:
            self._sectors[sector].append(value)

    def _resized(self) -> None:
        if self._sizes[-1] != len(self._now):
            self._sizes.append(len(self._now))


def _sector(content: bytes | bytearray, sector: int) -> bytes:
    value = bytes(content[sector * SECTOR_BYTES : (sector + 1) * SECTOR_BYTES])
    return value.ljust(SECTOR_BYTES, b"\0")
