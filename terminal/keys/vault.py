"""Erasable keys, one file each below `vault/`: destroying the key is erasing the data (I7).

Each data key is wrapped under a key of the store. `prepare` and `destroy` write; `seal` and `open`
work from memory. What is destroyed is first written, durably, into the list `destroyed`, and only
then is the key's file overwritten and removed: a power cut in between is finished at the next
opening, and a key file brought back later is erased again. The overwriting itself is best effort
(`private_files.erase`).

A destroyed key never comes back. Where its name does, as a batch's number after 999999 does, what
is sealed from then on is under the name's next generation: `card-000012`, `card-000012-2`, and so
on; a box names its own.
"""

from __future__ import annotations

import hmac
import os
import re
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from terminal.keys import private_files
from terminal.keys.api import Box, KeyUnavailable
from terminal.keys.sealing import KEY_BYTES, Unsealable, seal, unseal
from terminal.keys.store import KeyStore

DIRECTORY = "vault"
DESTROYED = "destroyed"  # one name a line
SUFFIX = ".key"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class FileVault:
    """The store's vault, opened. One process seals and destroys: the engine's."""

    __slots__ = ("_destroyed", "_directory", "_live", "_store", "_wrapping")

    def __init__(self, store: KeyStore) -> None:
        """Raises KeyUnavailable for a key file that is damaged or open to others."""
        self._store = store
        self._directory = store.directory / DIRECTORY
        self._wrapping = AESGCM(store.derived("vault"))
        private_files.make_directory(self._directory)
        with private_files.exclusive(self._directory):
            self._destroyed = self._read_destroyed()
            self._finish_erasing()
            self._live = {path.stem: self._read_key(path) for path in self._key_files()}

    @property
    def names(self) -> frozenset[str]:
        """The keys that are there: prepared and not destroyed."""
        return frozenset(self._live)

    @property
    def used(self) -> bool:
        """Whether any key was ever prepared here: the station has signed in before."""
        return bool(self._live or self._destroyed)

    def prepare(self, key: str) -> None:
        """Makes the name's living key durable; nothing is written when it is there already."""
        assert NAME.fullmatch(key), key
        key = self._living(key)
        if key in self._live:
            return
        clear = os.urandom(KEY_BYTES)
        with private_files.exclusive(self._directory):
            private_files.write(self._path(key), seal(self._wrapping, clear, key.encode()))
        self._live[key] = AESGCM(clear)

    def seal(self, key: str, clear: bytes, about: bytes) -> Box:
        """Raises KeyUnavailable for a key that was not prepared or is destroyed."""
        key = self._living(key)
        if key not in self._live:
            raise KeyUnavailable(f"key {key} is not prepared")
        return Box(key, seal(self._live[key], clear, about))

    def open(self, box: Box, about: bytes) -> bytes | None:
        """None when the key has been destroyed: the data are erased.

        Raises KeyUnavailable for a key this store never had, and for a box that was changed or is
        not about `about`: neither may pass for an erasure.
        """
        if box.key in self._destroyed:
            return None
        if box.key not in self._live:
            raise KeyUnavailable(
                f"key {box.key} is missing from {self._directory}; restore the backup"
            )
        try:
            return unseal(self._live[box.key], box.sealed, about)
        except Unsealable:
            raise KeyUnavailable(f"a box under key {box.key} was changed or moved") from None

    def destroy(self, key: str) -> None:
        """Erases for good whatever was sealed under the key; durable when this returns."""
        assert NAME.fullmatch(key), key
        if key in self._destroyed:
            return
        with private_files.exclusive(self._directory):
            self._write_destroyed(self._destroyed | {key})
            self._destroyed |= {key}
            self._live.pop(key, None)
            self._finish_erasing()

    def person_tag(self, id_number: str) -> str:
        """HMAC-SHA-256 of an identity number under the county's person key, 64 hex digits.

        The check letter counts as `X`, so that all stations agree. Raises KeyUnavailable before
        enrolment gave the person key.
        """
        return hmac.digest(self._store.person_key, id_number.upper().encode(), "sha256").hex()

    def _living(self, name: str) -> str:
        """The first generation of a name that has not been destroyed."""
        if name not in self._destroyed:
            return name
        generations = (f"{name}-{n}" for n in count(2))
        return next(each for each in generations if each not in self._destroyed)

    def _finish_erasing(self) -> None:
        """Erases key files of destroyed names, and what a power cut left of an unfinished write."""
        leftover = [path for path in self._key_files() if path.stem in self._destroyed]
        for path in (*self._directory.glob(".*.new"), *leftover):
            private_files.erase(path)

    def _read_destroyed(self) -> frozenset[str]:
        path = self._directory / DESTROYED
        if not path.exists():
            return frozenset()
        return frozenset(private_files.read(path).decode("ascii").split())

    def _write_destroyed(self, names: frozenset[str]) -> None:
        lines = "".join(f"{name}\n" for name in sorted(names))
        private_files.write(self._directory / DESTROYED, lines.encode("ascii"))

    def _read_key(self, path: Path) -> AESGCM:
        try:
            return AESGCM(unseal(self._wrapping, private_files.read(path), path.stem.encode()))
        except Unsealable:
            raise KeyUnavailable(
                f"{path}: damaged or of another key store; restore the backup"
            ) from None

    def _key_files(self) -> list[Path]:
        return sorted(self._directory.glob(f"*{SUFFIX}"))

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{SUFFIX}"
