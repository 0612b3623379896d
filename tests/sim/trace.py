"""What happened, line by line: for a person to read, and as a hash to compare two plays by.

Nothing in it depends on chance that is not the seed's: no ciphertext, no signature, no hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum
from typing import TextIO

from protocol.values import Secret
from terminal.core.facts import DayHead, Recorded
from tests.sim.agenda import Agenda


class Trace:
    """out is where a replay is read; None only counts."""

    def __init__(self, agenda: Agenda, out: TextIO | None) -> None:
        self._agenda, self._out = agenda, out
        self._hash = hashlib.sha256()

    def note(self, text: str) -> None:
        line = f"{self._agenda.now_ms} {text}\n"
        self._hash.update(line.encode())
        if self._out is not None:
            when = self._agenda.local()
            print(f"#{self._agenda.events:<6} {when:%m-%d %H:%M:%S} {text}", file=self._out)

    def say(self, text: Callable[[], str]) -> None:
        """For a reader only: too costly to be made when nobody reads."""
        if self._out is not None:
            self.note(text())

    def fact(self, recorded: Recorded) -> None:
        told = type(recorded.fact).__name__
        self.note(f"fact {recorded.seq} {told} tx={recorded.tx}")
        if self._out is not None and not isinstance(recorded.fact, DayHead):
            print(f"{'':>24} {_plain(recorded.fact)}", file=self._out)

    def digest(self) -> str:
        return self._hash.hexdigest()


def _plain(fact: object) -> str:
    values = {name: getattr(fact, name) for name in type(fact).__dataclass_fields__}  # type: ignore[attr-defined]
    return " ".join(f"{name}={_word(value)}" for name, value in values.items() if value)


def _word(value: object) -> str:
    if isinstance(value, Secret):
        return value.masked
    return str(value.value) if isinstance(value, Enum) else str(value)
