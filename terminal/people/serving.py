"""Who serves at the counter, number to name: what the screen shows of the operators' file.

A technician's command may change the file while the station runs, so a look at it comes before
every answer, and it is read again only when it has been replaced. A file that cannot be read
leaves the names as they were: letting people in is `operators.py`, and refuses by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from terminal.keys.api import KeyUnavailable
from terminal.keys.store import KeyStore
from terminal.people import records, roster
from terminal.people.records import Role

SERVES = frozenset({Role.OPERATOR, Role.AGENT})


class Serving(Mapping[str, str]):
    """Always as the file is now. Made of a file that cannot be read: KeyUnavailable."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._read = self._written()
        self._names = _names(store)

    def __getitem__(self, number: str) -> str:
        return self._fresh()[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fresh())

    def __len__(self) -> int:
        return len(self._fresh())

    def _fresh(self) -> dict[str, str]:
        written = self._written()
        if written is not None and written != self._read:
            with suppress(KeyUnavailable):
                self._names = _names(self._store)
                self._read = written
        return self._names

    def _written(self) -> tuple[int, int] | None:
        """Which file lies there: a write puts a new one in the old one's place."""
        with suppress(OSError):
            file = (self._store.directory / records.FILE).stat()
            return file.st_ino, file.st_mtime_ns
        return None


def _names(store: KeyStore) -> dict[str, str]:
    return {one.number: one.name for one, _ in roster.admitted(store) if one.role in SERVES}
