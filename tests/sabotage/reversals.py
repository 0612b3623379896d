"""Engines whose reversals move by other rows than those of `terminal.core.reversal`."""

from __future__ import annotations

from typing import Any

from terminal.core import reversal
from terminal.core.events import Occasion, OccasionFailed, TooLate
from terminal.core.facts import Trouble
from terminal.core.flow import Stage, Table
from terminal.engine import Engine

S = Stage
ANSWERED, UNDONE = reversal.reversal_answered, reversal.undone
TOO_LATE, BY_STATEMENT = reversal.trouble(Trouble.REVERSAL_TOO_LATE), reversal.closed_by_statement

# fmt: off
GIVES_UP: Table = {
    (S.SENT, OccasionFailed): (S.ENDED, (ANSWERED,)),
}
GIVES_UP_AS_UNDONE: Table = {
    (S.SENT, OccasionFailed): (S.ENDED, (ANSWERED, UNDONE)),
}
NEVER_ASKS: Table = {
    (S.OWED, Occasion):       (S.ENDED, (UNDONE,)),
}
TAKES_25_FOR_UNDONE: Table = {
    (S.SENT, TooLate):        (S.ENDED, (ANSWERED, UNDONE)),
}
CLOSES_UNASKED: Table = {
    (S.SENT, TooLate):        (S.ENDED, (ANSWERED, TOO_LATE, BY_STATEMENT)),
}
# fmt: on


def reversing_by(rows: Table) -> type[Engine]:
    """An engine with these rows in place of its own."""

    class Reverses(Engine):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.reversal_table = {**self.reversal_table, **rows}

    return Reverses
