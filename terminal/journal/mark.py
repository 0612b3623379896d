"""The journal's tail mark: up to which fact it was certainly durable, kept in a file of its own.

A chain cannot show that facts were cut off behind, nor SQLite that its log was. The mark is written
behind each append and never ahead of it: whatever part of it a power cut keeps is true. It is
synced when nobody waits, so it costs an append no sync. It also remembers damage that a whole check
has found, for a start reads from the last head only (ADR 0006).

One line: sequence, chain hash, first damaged fact or 0, and a check over them. A mark that cannot
be read says nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from terminal.journal.chain import GENESIS
from terminal.keys.private_files import sync_directory

LINE = re.compile(rb"(?P<told>(\d{19}) ([0-9a-f]{64}) (\d{19})) ([0-9a-f]{16})\n")
LINE_BYTES = 19 + 1 + 64 + 1 + 19 + 1 + 16 + 1
SECTOR_BYTES = 512  # what a disk writes as a whole
assert LINE_BYTES <= SECTOR_BYTES


class Mark:
    """What the file at `path` says; nothing is written before `open`.

    No method raises for a disk that does not take the mark: it then says less than it could.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self.seq, self.chain, self.damaged = 0, GENESIS, 0
        with suppress(OSError):
            self._read(path.read_bytes())

    def open(self) -> None:
        """From here on it is written."""
        with suppress(OSError):
            made = not self._path.exists()
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if made:
                sync_directory(self._path.parent)

    def advance(self, seq: int, chain: bytes) -> None:
        """These facts are durable; the mark itself need not be yet."""
        self.seq, self.chain = seq, chain
        self._write()

    def remember_damage(self, seq: int) -> None:
        """The first fact that does not hold, 0 when all of them do; on disk when this returns."""
        self.damaged = seq
        self._write()
        self.sync()

    def sync(self) -> None:
        """To be called when nobody waits."""
        if self._handle is not None:
            with suppress(OSError):
                os.fdatasync(self._handle)

    def close(self) -> None:
        self.sync()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _read(self, line: bytes) -> None:
        found = LINE.fullmatch(line)
        if found and found[5] == _check(found["told"]):
            self.seq, self.damaged = int(found[2]), int(found[4])
            self.chain = bytes.fromhex(found[3].decode("ascii"))

    def _write(self) -> None:
        """In its place, so that it needs no space once it is there."""
        told = f"{self.seq:019d} {self.chain.hex()} {self.damaged:019d}".encode("ascii")
        if self._handle is not None:
            with suppress(OSError):
                os.pwrite(self._handle, told + b" " + _check(told) + b"\n", 0)


def _check(told: bytes) -> bytes:
    return hashlib.sha256(told).hexdigest()[:16].encode("ascii")
