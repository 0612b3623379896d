"""The engine's state: what the facts say, and what is going on right now. Written by one thread
only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.attachment import Health
from protocol.values import IdNumber
from terminal.core import sign_on
from terminal.core.deal import Deal
from terminal.core.effects import Effect
from terminal.core.exchange import Paid
from terminal.core.facts import SlipKind
from terminal.core.flow import Flow
from terminal.core.ledger import Ledger
from terminal.core.settlement import Settling
from terminal.feed.views import Lack, Lamp


@dataclass(frozen=True, slots=True)
class Unlocking:
    """The account manager has signed on to unlock; not longer than `until_ms` (station time)."""

    by: str
    until_ms: int


PaidBefore = Callable[[IdNumber, int], Paid | None]
"""What this station has collected of a person for a year."""


@dataclass
class State:
    """counter is the service at the counter; reversals and forwardings run beside it by
    transaction. awaited tells which request of a transaction (HTTP sequence) is under
    way, posted which signed POSTs are.

    turn rises whenever what the operator is asked changes: a command must name it. slip is the
    state of the newest paper of the transaction on the screen, in_print counts what the printer
    still owes; of maybe_printed, whatever is older than this run, a copy may be out that no fact
    knows of. next_try_ms tells when a reversal is tried again.
    """

    ledger: Ledger
    paid_before: PaidBefore
    counter: Flow | None = None
    beside: dict[int, Flow] = field(default_factory=dict)
    awaited: dict[int, int] = field(default_factory=dict)
    posted: set[int] = field(default_factory=set)
    sign_in: Flow = sign_on.START
    settling: Settling = field(default_factory=Settling)
    settlement_open: bool = False  # the operator looks at it,
    settlement_since: int = 0  # and at none that began before this fact
    health: dict[str, Health] = field(default_factory=dict)
    link: Lamp = Lamp.OFF
    lacks: tuple[Lack, ...] = ()
    note: str = ""
    turn: int = 1
    slip: str = ""
    in_print: Counter[tuple[int, SlipKind]] = field(default_factory=Counter)
    maybe_printed: frozenset[int] = frozenset()
    in_flight_since_ms: int = 0
    next_try_ms: dict[int, int] = field(default_factory=dict)
    witnessed: bool = False  # in this run the bank has vouched for our facts, or keeps no witness
    numbers_used: int = 0  # sequence numbers in a row that the bank has had already
    clock_suspect: bool = False  # it has jumped, and the bank has not told the time since
    signed_in_at_ms: int = 0
    agent: bool = False  # who has signed on is an agent: contribution and queries only
    unlocking: Unlocking | None = None

    def manager(self, at_ms: int) -> str:
        """The account manager who may unlock at the screen now, else ""."""
        open_now = self.unlocking is not None and at_ms < self.unlocking.until_ms
        return self.unlocking.by if self.unlocking is not None and open_now else ""

    def deal_of(self, tx: int) -> Deal:
        """A transaction of the book, or the one on the screen: a query, or yesterday's."""
        known = self.ledger.book.get(tx)
        if known is not None:
            return known
        assert self.counter is not None
        assert self.counter.deal is not None
        return self.counter.deal

    def copy_in_print(self, tx: int, slip: SlipKind) -> int:
        """Which copy the slip just given to the printer is. Where an earlier run may have printed
        one unrecorded, it rather says 重打印 than be a second first (I6).
        """
        copy = self.deal_of(tx).copies(slip) + self.in_print[tx, slip]
        return copy + (tx in self.maybe_printed)

    def report_in_print(self, tx: int, slip: SlipKind) -> int:
        """The same for the slip of a settlement or a shift."""
        last = self.ledger.settlement if slip is SlipKind.SETTLEMENT else self.ledger.last_shift
        assert last is not None
        return last.copies + self.in_print[tx, slip]


Perform = Callable[[Effect, State], None]
"""What does one kind of effect; it returns at once."""
