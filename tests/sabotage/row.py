"""One line of the sabotage table: a deliberate fault of ours, and the rule that must catch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol


class Invariant(Enum):
    """`money-safety.md`, "Invariants"."""

    I1 = "conservation"
    I2 = "no cash on hope"
    I3 = "no double"
    I4 = "nothing disappears"
    I5 = "doubt ends in the open"
    I6 = "paper tells the truth"
    I7 = "secrets stay home"
    I8 = "unknown is not declined"


class Catch(NamedTuple):
    """by is the proof that has seen it, rules all that were broken there, after when that was.

    tried: how many plays it took, of those that take several.
    """

    by: str
    rules: tuple[str, ...]
    after: str
    tried: int = 1


class Trial(Protocol):
    """How a fault is put to the proof."""

    def catch(self) -> Catch | None:
        """What becomes of a station with the fault; None: nobody has noticed."""
        ...

    def without(self, tried: int) -> str:
        """What the same worlds make of a sound station; "" is what should be."""
        ...


@dataclass(frozen=True)
class Row:
    """says is the fault in one sentence; rule is the name of the check that must see it.

    anywhere: a seed of `make sim` that sees it too, where it takes longer; 0 for none known. slow:
    left out of the fast suite.
    """

    invariant: Invariant
    rule: str
    says: str
    trial: Trial
    anywhere: int = 0
    slow: bool = False


class Result(NamedTuple):
    """What came of a row; without as `Trial.without`."""

    row: Row
    catch: Catch | None
    without: str

    @property
    def caught(self) -> bool:
        """By the rule that was meant to, and not because nothing holds in this world."""
        return self.catch is not None and self.row.rule in self.catch.rules and not self.without

    def cells(self) -> tuple[str, ...]:
        """The row as it is told: invariant, sabotage, caught by, rule, after."""
        row, catch = self.row, self.catch
        if catch is None:
            return row.invariant.name, row.says, "MISSED", row.rule, "nobody has noticed"
        by = catch.by if self.caught else "MISSED"
        rule = row.rule if row.rule in catch.rules else f"{row.rule}, not {catch.rules[0]}"
        return row.invariant.name, row.says, by, rule, self.without or catch.after


def tried(row: Row) -> Result:
    catch = row.trial.catch()
    return Result(row, catch, row.trial.without(catch.tried if catch else 1))
