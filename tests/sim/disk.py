"""The station's disk: it can be full, lose its power in the middle, and be put back to a copy.

What an append has promised is remembered here, entry by entry, and must be there after every start.
"""

from __future__ import annotations

import base64
import errno
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from terminal.core.facts import Recorded
from terminal.journal.store import Journal, JournalFull
from tests.sim.studio import disk, studio

JOURNAL = "journal.sqlite"
BOX = re.compile(rb'"box":"([A-Za-z0-9+/]+={0,2})"')  # a fact's sealed bytes, in base64
RESERVE_BYTES = 64 << 10
ENTRY_BYTES = 2_000  # of an append in the log: what a fact of some 500 bytes costs there


class PowerCut(BaseException):
    """The power is gone, in the middle of a step."""


class Disk:
    """promised: sequence and chain hash behind every append that has returned."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="huinong-sim-", dir=disk()))
        self.folder = self.root / "state"
        self.store = studio().copy_keys(self.folder)
        self.promised: list[tuple[int, bytes]] = []
        self.full = False
        self.reserve_left = 0
        self.power: Callable[[], bool] = lambda: False
        self.appended: Callable[[Sequence[Recorded]], None] = lambda facts: None
        self._copy_size = 0

    @property
    def journal(self) -> Path:
        return self.folder / JOURNAL

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    # --- space

    def fill(self) -> None:
        self.full, self.reserve_left = True, RESERVE_BYTES

    def empty(self) -> None:
        """There is room again."""
        self.full = False

    def take(self, entries: Sequence[tuple[int, bytes, bytes, bytes]], *, reserve: bool) -> None:
        """Raises JournalFull while it is full and the reserve is not given up, or used up."""
        if not self.full:
            return
        if reserve or self.reserve_left < ENTRY_BYTES * len(entries):
            raise JournalFull("the simulated disk is full")
        self.reserve_left -= ENTRY_BYTES * len(entries)

    def write_small(self, write: Callable[[str], None]) -> Callable[[str], None]:
        """A file that somebody else of the station writes: never on a full disk."""

        def writing(name: str) -> None:
            if self.full:
                raise OSError(errno.ENOSPC, "the simulated disk is full")
            write(name)

        return writing

    # --- power

    def cut(self, journal: Journal) -> None:
        """What was written stays as it lies there: nobody folds the log, nobody tidies."""
        names = [Path(f"{self.journal}{suffix}") for suffix in ("", "-wal")]
        saved = {path: path.read_bytes() for path in names if path.exists()}
        journal.close()
        Path(f"{self.journal}-shm").unlink(missing_ok=True)
        for path, content in saved.items():
            path.write_bytes(content)

    # --- copies

    def keep_copy(self) -> None:
        """As somebody takes a backup of the whole folder while the station is off."""
        self._copy_size = self.promised[-1][0] if self.promised else 0
        shutil.rmtree(self.root / "copy", ignore_errors=True)
        shutil.copytree(self.folder, self.root / "copy")

    def copy_is_older_than(self, witnessed: int) -> bool:
        return 0 < self._copy_size < witnessed

    def roll_back(self) -> None:
        """The copy takes the disk's place; the true one is put aside."""
        self.folder.rename(self.root / "true")
        shutil.copytree(self.root / "copy", self.folder)
        kept = [(seq, chain) for seq, chain in self.promised if seq <= self._copy_size]
        self._aside, self.promised = self.promised, kept

    def bring_back(self) -> None:
        """The true disk is found again."""
        shutil.rmtree(self.folder)
        (self.root / "true").rename(self.folder)
        self.promised = self._aside

    # --- what is there

    def broken_promises(self) -> list[int]:
        """Facts that an append had promised and that the disk does not hold; the station is off."""
        if not self.promised:
            return []
        with closing(sqlite3.connect(self.journal)) as db:
            held = dict(db.execute("SELECT seq, chain FROM facts"))
        return [seq for seq, chain in self.promised if held.get(seq) != chain]

    def content(self) -> bytes:
        """Every byte of the journal's files, and what lies in its sealed boxes as it is."""
        names = sorted(self.folder.glob(f"{JOURNAL}*"))
        content = b"".join(path.read_bytes() for path in names)
        boxes = {base64.b64decode(box) for box in BOX.findall(content)}
        return content + b"".join(boxes)


class OnDisk:
    """Goes before a class of `Journal`: the same journal on the simulated disk."""

    disk: Disk
    _reserve: Any
    _chain: bytes

    def append(self, facts: Sequence[Recorded]) -> None:
        if self.disk.power():
            raise PowerCut
        super().append(facts)
        self.disk.promised.append((facts[-1].seq, self._chain))
        self.disk.appended(facts)
        if self.disk.power():
            raise PowerCut

    def _commit(self, entries: Sequence[tuple[int, bytes, bytes, bytes]]) -> None:
        self.disk.take(entries, reserve=self._reserve.whole)
        super()._commit(entries)

    def has_room(self) -> bool:
        return not self.disk.full and super().has_room()

    def tidy(self) -> None:
        if not self.disk.full:
            super().tidy()


def journal_on(disk: Disk, kind: type[Journal]) -> type[Journal]:
    return type("JournalOnDisk", (OnDisk, kind), {"disk": disk})
