"""Which keys sign for which terminal, and how long: the registry that decides (security.md 5).

Kept in the books, so that a renewed key outlives a restart of the bank.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from tests.hw_sim.bank.signing_keys import PublicKey, keyid

NEVER_S = 1 << 62
ENDED_S = 0


class KeyRegistry:
    """The same keys by keyid, for requests, and by terminal, for the notes of checkpoints."""

    def __init__(self, db: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._keys: dict[str, tuple[PublicKey, int]] = {}
        self.by_terminal: dict[str, tuple[PublicKey, ...]] = {}
        for row in db.execute("SELECT * FROM terminal_key").fetchall():
            self._remember(row["keyid"], row["spki"], row["until_s"])

    def by_keyid(self) -> dict[str, PublicKey]:
        """Those that are good at this moment."""
        now_s = self._clock()
        return {name: key for name, (key, until_s) in self._keys.items() if now_s <= until_s}

    def introduce(self, terminal: str, key: PublicKey) -> bool:
        """Takes over the key of terminals.json; False for one that has been followed by others."""
        known = self._keys.get(keyid(terminal, key))
        if known is None:
            self.succeed(terminal, key)
        return known is None or known[1] == NEVER_S

    def succeed(self, terminal: str, key: PublicKey, until_s: int = ENDED_S) -> None:
        """The others end at `until_s`, or earlier if they would have ended anyway."""
        self._db.execute(
            "UPDATE terminal_key SET until_s = MIN(until_s, ?) WHERE terminal = ?",
            (until_s, terminal),
        )
        for name in self._names(terminal):
            known, before_s = self._keys[name]
            self._keys[name] = (known, min(before_s, until_s))
        if until_s == ENDED_S:
            self.by_terminal.pop(terminal, None)
        self._add(terminal, key)

    def _add(self, terminal: str, key: PublicKey) -> None:
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
        name = keyid(terminal, key)
        self._db.execute(
            "INSERT OR REPLACE INTO terminal_key VALUES (?, ?, ?, ?)",
            (name, terminal, spki, NEVER_S),
        )
        self._remember(name, spki, NEVER_S)

    def _remember(self, name: str, spki: str, until_s: int) -> None:
        key = load_der_public_key(bytes.fromhex(spki))
        assert isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
        terminal = name.partition(".")[0]
        self._keys[name] = (key, until_s)
        if until_s == ENDED_S:
            return
        self.by_terminal[terminal] = (*self.by_terminal.get(terminal, ()), key)

    def _names(self, terminal: str) -> list[str]:
        return [name for name in self._keys if name.partition(".")[0] == terminal]
