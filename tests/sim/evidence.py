"""What the world has seen of the station: facts that were promised, marks, paper, cash.

A memory beside the product's own, for the rules of `invariants` to hold one against the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from terminal.core import facts as f
from terminal.core.exchange import MOVES_MONEY, SETTLES, Service
from terminal.core.facts import Recorded
from tests.crash.marks import Mark
from tests.crash.stories import Place

NO_PLACE = (0, 0)
BESIDE = SETTLES | {Service.SIGN_IN}  # no transactions of a villager's


@dataclass
class Drawer:
    """The notes themselves. counter_fen lies on the counter: the villager's until it is put in."""

    fen: int = 0
    counter_fen: int = 0

    def pay_out(self, fen: int) -> None:
        assert 0 < fen <= self.fen
        self.fen -= fen

    def lay_down(self, fen: int) -> None:
        assert self.counter_fen == 0
        self.counter_fen = fen

    def put_in(self) -> None:
        self.fen, self.counter_fen = self.fen + self.counter_fen, 0

    def give_back(self) -> None:
        self.counter_fen = 0


@dataclass
class Evidence:
    """facts are all that appends have promised. changed are transactions to be looked at again."""

    facts: list[Recorded] = field(default_factory=list)
    by_tx: dict[int, list[Recorded]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    place_of: dict[int, Place] = field(default_factory=dict)  # tx
    newest: dict[int, Place] = field(default_factory=dict)  # trace
    numbers: set[int] = field(default_factory=set)  # HTTP sequence numbers that are in a fact
    owing: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)  # queued, and the bank has not answered
    excepted: set[int] = field(default_factory=set)  # only the statement, or people, can close it
    changed: set[int] = field(default_factory=set)
    tx_at: dict[Place, int] = field(default_factory=dict)
    drawer: Drawer = field(default_factory=Drawer)
    drawer_fen: int = 0  # by the facts
    shift_open: bool = False
    transactions: int = 0
    begun_in_doubt: list[int] = field(default_factory=list)
    settling: bool = False
    begun_while_settling: list[int] = field(default_factory=list)

    def learn(self, facts: Sequence[Recorded]) -> None:
        for recorded in facts:
            self.facts.append(recorded)
            fact = recorded.fact
            number = getattr(fact, "terminal_seq", None)
            if number is not None:
                self.numbers.add(number)
            if isinstance(fact, f.SettlementStarted | f.Settled):
                self.settling = isinstance(fact, f.SettlementStarted)
            if isinstance(fact, f.Requested | f.Queued):
                self._begin(recorded, fact)
            elif recorded.tx in self.by_tx:
                self.by_tx[recorded.tx].append(recorded)
                if not isinstance(fact, f.SlipPrinted):
                    self.changed.add(recorded.tx)
                    self._move(recorded, fact)
            self._count_cash(fact)

    def _begin(self, recorded: Recorded, fact: f.Requested | f.Queued) -> None:
        tx, queued = recorded.tx, isinstance(fact, f.Queued)
        place = (0 if queued else fact.batch, fact.trace)
        self.by_tx[tx], self.place_of[tx] = [recorded], place
        self.newest[fact.trace], self.tx_at[place] = place, tx
        self.changed.add(tx)
        if queued:
            self.waiting.add(tx)
        elif fact.service in MOVES_MONEY and self.owing:
            self.begun_in_doubt.append(tx)
        elif fact.service in MOVES_MONEY and self.settling:
            self.begun_while_settling.append(tx)
        if queued or fact.service not in BESIDE:
            self.transactions += 1

    def _move(self, recorded: Recorded, fact: f.Fact) -> None:
        tx = recorded.tx
        match fact:
            case f.ExceptionOpened(trouble=f.Trouble.QUEUED_REFUSED):
                self.excepted.add(tx)
            case f.ExceptionClosed():
                self.excepted.discard(tx)
            case f.InDoubt() | f.CashNotHanded():
                self.owing.add(tx)
            case f.Reversed():
                self.owing.discard(tx)
            case f.ExceptionOpened(trouble=f.Trouble.REVERSAL_TOO_LATE):
                self.owing.discard(tx)
                self.excepted.add(tx)
            case f.Answered():
                self.waiting.discard(tx)
            case f.Forwarded(batch=batch):
                self._place(tx, (batch, self.place_of[tx][1]))
                if self.owing:
                    self.begun_in_doubt.append(tx)
                if self.settling:
                    self.begun_while_settling.append(tx)

    def _place(self, tx: int, place: Place) -> None:
        """A queued one gets its batch when it is forwarded first."""
        del self.tx_at[self.place_of[tx]]
        self.place_of[tx] = self.newest[place[1]] = place
        self.tx_at[place] = tx

    def _count_cash(self, fact: f.Fact) -> None:
        match fact:
            case f.ShiftOpened(float_fen=fen) | f.ShiftHandedOver(counted_fen=fen):
                self.shift_open, self.drawer_fen = True, fen
            case f.ShiftClosed():
                self.shift_open, self.drawer_fen = False, 0
            case f.CashHanded(amount_fen=fen):
                self.drawer_fen -= fen
            case f.CashTaken(amount_fen=fen) | f.CashMoved(amount_fen=fen):
                self.drawer_fen += fen

    def note(self, mark: Mark) -> None:
        self.marks.append(mark)

    def place_named(self, trace: int) -> Place:
        """The transaction that a screen or a slip means by its trace number."""
        return self.newest.get(trace, (0, trace))
