"""Journals and vaults that do not keep what they are given (those that wait with it are
`tests.crash.faults`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from terminal.core.facts import CashHanded, DayHead, Recorded
from terminal.journal.store import Journal
from terminal.keys.api import Box, KeyUnavailable
from terminal.keys.vault import FileVault

Entries = Sequence[tuple[int, bytes, bytes, bytes]]


class LeavesOut(Journal):
    """Slips are not worth a row."""

    def _commit(self, entries: Entries) -> None:
        super()._commit([row for row in entries if b'"SlipPrinted"' not in row[1]])


class Rounds(Journal):
    """A fact is written otherwise than it was told: its time to the second."""

    def append(self, facts: Sequence[Recorded]) -> None:
        super().append([replace(one, at_ms=one.at_ms // 1_000 * 1_000) for one in facts])


class Amends(Journal):
    """Once the cash is handed over, the answer before it is put into other words, in its place."""

    def append(self, facts: Sequence[Recorded]) -> None:
        super().append(facts)
        for handed in (one for one in facts if isinstance(one.fact, CashHanded)):
            self._db.execute("DROP TRIGGER IF EXISTS facts_stay")
            self._db.execute(
                "UPDATE facts SET entry = CAST(replace(CAST(entry AS TEXT), 'approved', 'declined')"
                " AS BLOB) WHERE seq = ?",
                (handed.tx + 1,),
            )


class Thins(Journal):
    """A day's slips are dropped from the file behind its head, to save room."""

    def append(self, facts: Sequence[Recorded]) -> None:
        super().append(facts)
        if isinstance(facts[-1].fact, DayHead):
            self._db.execute("DROP TRIGGER IF EXISTS facts_remain")
            self._db.execute("DELETE FROM facts WHERE instr(entry, CAST('SlipPrinted' AS BLOB))")


class CutsItsTail(Journal):
    """When it is closed, the last ten facts are forgotten, and that they were there."""

    def close(self) -> None:
        self._db.execute("DROP TRIGGER IF EXISTS facts_remain")
        self._db.execute("DELETE FROM facts WHERE seq > ?", (self.size - 10,))
        (folder,) = [row[2] for row in self._db.execute("PRAGMA database_list")]
        super().close()
        os.remove(folder.replace(".sqlite", ".mark"))


class Unsealed(FileVault):
    """Boxes hold what they are given, as it is."""

    def seal(self, key: str, clear: bytes, about: bytes) -> Box:
        super().seal(key, clear, about)
        return Box(key, clear)

    def open(self, box: Box, about: bytes) -> bytes | None:
        return box.sealed


class ForgetfulVault(FileVault):
    """Erasable keys live as long as the process; what they sealed is erased with the power."""

    def prepare(self, key: str) -> None:
        self._live.setdefault(key, AESGCM(os.urandom(32)))

    def open(self, box: Box, about: bytes) -> bytes | None:
        try:
            return super().open(box, about)
        except KeyUnavailable:
            return None
