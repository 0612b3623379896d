"""What this station remembers beyond the day: who has paid here before, by the read model.

It is opened when nobody waits, and follows the journal from then on. While it is still being built,
the book of the day has to do; the bank judges in any case.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.values import IdNumber
from terminal.core.exchange import Paid
from terminal.journal.store import Journal

if TYPE_CHECKING:
    from terminal.journal.history import History

log = logging.getLogger("huinong.memory")


class Memory:
    """person_tag gives the county's HMAC of an identity number, as the facts carry it."""

    def __init__(
        self, file: Path, journal: Journal, person_tag: Callable[[str], str], terminal: str
    ) -> None:
        self._file, self._journal = file, journal
        self._person_tag, self._terminal = person_tag, terminal
        self._history: History | None = None

    def learn(self) -> bool:
        """Take in what has happened, a slice at a time; True when there is no more. Quiet moments
        only: the first call imports sqlite-utils.
        """
        if self._history is None:
            from terminal.journal.history import History  # 150 ms that no start should wait for

            try:
                self._history = History(self._file)
            except sqlite3.OperationalError as why:  # a full disk: the next facts are an occasion
                log.warning("history=%s", why)
                return True
        return self._history.learn(self._journal)

    def paid(self, person: IdNumber, year: int) -> Paid | None:
        """What this station has collected of `person` for `year`; None for nothing or not known."""
        if self._history is None:
            return None
        try:
            self._history.learn(self._journal)
            found = self._history.paid(self._person_tag(person.reveal()), year)
        except sqlite3.DatabaseError as why:
            log.warning("history=%s", type(why).__name__)
            return None
        return None if found is None else Paid(found.fen, found.at_ms, self._terminal)

    def tidy(self) -> None:
        if self._history is not None:
            self._history.tidy()

    def close(self) -> None:
        if self._history is not None:
            self._history.close()
