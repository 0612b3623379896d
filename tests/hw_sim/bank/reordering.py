"""The fault `reorder`: a request that the network delivers after its reversal or repetition."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message


@dataclass(frozen=True)
class Held:
    """A request that was admitted and that the host has not seen yet."""

    terminal: str
    seq: int
    message: Message


class HeldBack:
    """The held requests; each is delivered once, and its answer goes to nobody."""

    def __init__(self) -> None:
        self._held: list[Held] = []

    def hold(self, terminal: str, seq: int, message: Message) -> None:
        self._held.append(Held(terminal, seq, message))

    def deliver_after(self, bank: Bank, passed: Message) -> None:
        """Runs inside the caller's transaction, after `passed` has been answered."""
        for held in [held for held in self._held if _overtakes(passed, held.message)]:
            self._held.remove(held)
            handle(bank, held.terminal, held.seq, held.message, None)


def _overtakes(passed: Message, original: Message) -> bool:
    """A reversal does, and so does the queued contribution's repetition."""
    same = all(passed.get(n) == original.get(n) for n in (11, 41))
    return passed.mti in ("0400", original.mti) and same and passed.batch == original.batch
