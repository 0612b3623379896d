"""Facts told as stories: a transaction, requested or queued, and what became of it. Pure.

A second fold beside the product's own (`terminal.core.deal`), because the rules are to judge that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from terminal.core import facts as f
from terminal.core.exchange import MOVES_MONEY, Service, Verdict
from terminal.core.facts import Recorded

Facts = Sequence[Recorded]
Place = tuple[int, int]  # batch and trace


@dataclass
class Story:
    """One transaction, requested or queued, and all that its facts say, in order."""

    opened: f.Requested | f.Queued
    seq: int
    told: list[Recorded] = field(default_factory=list)

    @property
    def queued(self) -> bool:
        return isinstance(self.opened, f.Queued)

    @property
    def place(self) -> Place:
        """A queued one has batch 0 until it is first forwarded."""
        if isinstance(self.opened, f.Requested):
            return self.opened.batch, self.opened.trace
        batches = [one.fact.batch for one in self.told if isinstance(one.fact, f.Forwarded)]
        return (batches[0] if batches else 0), self.opened.trace

    @property
    def amounts(self) -> tuple[int, int]:
        """Amount and fee in fen."""
        fee_fen = self.opened.fee_fen if isinstance(self.opened, f.Requested) else 0
        return self.opened.amount_fen, fee_fen

    @property
    def moves_money(self) -> bool:
        return isinstance(self.opened, f.Queued) or self.opened.service in MOVES_MONEY

    @property
    def in_cash(self) -> bool:
        """A contribution that the villager pays in notes."""
        if isinstance(self.opened, f.Queued):
            return True
        return self.opened.service is Service.CONTRIBUTION_CASH

    def has(self, *kinds: type[f.Fact]) -> bool:
        return any(isinstance(recorded.fact, kinds) for recorded in self.told)

    @property
    def verdicts(self) -> set[Verdict]:
        return {one.fact.verdict for one in self.told if isinstance(one.fact, f.Answered)}

    @property
    def approved(self) -> bool:
        """An approval that still stands for the station: neither in doubt nor being undone."""
        undone = self.has(f.InDoubt, f.CashNotHanded, f.Reversed)
        return Verdict.APPROVED in self.verdicts and not undone

    @property
    def declined(self) -> bool:
        return bool(self.verdicts - {Verdict.APPROVED})

    @property
    def too_late(self) -> bool:
        """The bank could not undo it any more: an exception, until the statement answers."""
        return any(
            one.fact.trouble is f.Trouble.REVERSAL_TOO_LATE
            for one in self.told
            if isinstance(one.fact, f.ExceptionOpened)
        )

    @property
    def owes(self) -> bool:
        """In doubt or cancelled, and nothing has ended that yet."""
        return self.has(f.InDoubt, f.CashNotHanded) and not (self.has(f.Reversed) or self.too_late)


def stories(facts: Facts) -> dict[int, Story]:
    """Every transaction by its number, in order."""
    told: dict[int, Story] = {}
    for recorded in facts:
        if isinstance(recorded.fact, f.Requested | f.Queued):
            told[recorded.tx] = Story(recorded.fact, recorded.seq)
        elif recorded.tx in told:
            told[recorded.tx].told.append(recorded)
    return told


def money(facts: Facts) -> list[Story]:
    return [story for story in stories(facts).values() if story.moves_money]


def numbers(facts: Facts) -> list[int]:
    """Every number of the terminal's sequence that a fact holds, in order."""
    held = [getattr(recorded.fact, "terminal_seq", None) for recorded in facts]
    return [number for number in held if number is not None]
