"""Who may work at the station: challenges, proofs and lock-out (`security.md` section 8).

The PIN stays with the screen (`proof.py`); here one HMAC is checked, so the answer comes as fast
for a number nobody has as for any other. Every failure is on disk before its proof is looked at.
The file is read again each time, because a technician's command may have changed it.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, replace
from enum import Enum

from terminal.keys import private_files
from terminal.keys.store import KeyStore
from terminal.people import records, roster
from terminal.people.proof import Challenge, proof_of
from terminal.people.records import NUMBER, Operator, Record

NONCE_BYTES = 16
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`[session]` of `county.toml`: failures before a lock, and before blocking; the first lock."""

    wrong_pins_lock: int
    wrong_pins_block: int
    lock_min: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not this PIN, or not this number; `left` more failures lock it."""

    left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Not before `until_ms` (UTC)."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Only the account manager opens it again: too many failures, or suspended."""


class Standing(Enum):
    """Whether unlocking would help a number."""

    LOCKED = "locked"
    FREE = "free"
    SUSPENDED = "suspended"  # by command, and only a command lifts it
    NOBODY = "nobody"


class Operators:
    """Lets the station's operators in, or not; their records lie in the key store's directory."""

    __slots__ = ("_limits", "_nonces", "_store")

    def __init__(self, store: KeyStore, limits: Limits) -> None:
        assert 0 < limits.wrong_pins_lock < limits.wrong_pins_block, limits
        self._store = store
        self._limits = limits
        self._nonces: dict[str, bytes] = {}  # one open challenge a number

    def challenge(self, number: str) -> Challenge:
        """A challenge for one attempt; it replaces an open one.

        A number nobody has gets one too, with a salt that stays the same; so does a text that is
        no number, but nothing is kept for it.
        """
        record = records.of(self._store, records.read(self._store), number)
        nonce = os.urandom(NONCE_BYTES)
        if NUMBER.fullmatch(number):
            self._nonces[number] = nonce
        return Challenge(number, record.salt, nonce, record.cost)

    def check(
        self, number: str, nonce: bytes, proof: bytes, now_ms: int
    ) -> Operator | Wrong | Locked | Blocked:
        """Whose PIN it was. A nonce that is not the open one counts as a wrong PIN.

        The failure is durable before the proof is checked, and taken back after a right one.
        """
        if not NUMBER.fullmatch(number):
            return Wrong(self._limits.wrong_pins_lock - 1)
        open_nonce = self._nonces.pop(number, None)
        with private_files.exclusive(self._store.directory):
            known = records.read(self._store)
            record = records.of(self._store, known, number)
            if (refused := self._refused(record, now_ms)) is not None:
                return refused

            counted = self._with_failure(record, now_ms)
            records.write(self._store, {**known, number: counted})
            if open_nonce is None or not _proves(record, number, open_nonce, nonce, proof):
                return self._refused(counted, now_ms) or self._wrong(counted)
            if record.operator is None or record.operator.suspended:
                return Blocked()

            cleared = replace(record, failures=0, locked_until_ms=0)
            records.write(self._store, {**known, number: cleared})
            return record.operator

    def standing(self, number: str, now_ms: int) -> Standing:
        """What the account manager is told of a number."""
        record = records.of(self._store, records.read(self._store), number)
        if record.operator is None:
            return Standing.NOBODY
        if record.operator.suspended:
            return Standing.SUSPENDED
        return Standing.LOCKED if self._refused(record, now_ms) else Standing.FREE

    def unlock(self, number: str) -> None:
        """Forgets failures and lock of an admitted number; a suspension stands."""
        roster.forgive(self._store, number)

    def _refused(self, record: Record, now_ms: int) -> Locked | Blocked | None:
        if record.failures >= self._limits.wrong_pins_block:
            return Blocked()
        if now_ms < record.locked_until_ms:
            return Locked(record.locked_until_ms)
        return None

    def _with_failure(self, record: Record, now_ms: int) -> Record:
        """One failure more; from the limit on a lock, each twice as long as the one before."""
        failures = record.failures + 1
        over = failures - self._limits.wrong_pins_lock
        if over < 0:
            return replace(record, failures=failures)
        lock_ms = (self._limits.lock_min * MINUTE_MS) << over
        return replace(record, failures=failures, locked_until_ms=now_ms + lock_ms)

    def _wrong(self, record: Record) -> Wrong:
        return Wrong(self._limits.wrong_pins_lock - record.failures)


def _proves(record: Record, number: str, open_nonce: bytes, nonce: bytes, proof: bytes) -> bool:
    expected = proof_of(record.tag, open_nonce, number)
    return hmac.compare_digest(open_nonce, nonce) & hmac.compare_digest(expected, proof)
