"""Who comes to the counter: sign-on, what a role may not do, and the account manager's unlocking.

Functions on the engine, on its one thread. The account manager moves no money (`scheme.md`), so
nothing but unlocking answers them. Whoever is known and wants more is refused, and that is a fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from terminal.core import facts
from terminal.feed.views import Act, Command, Lack
from terminal.state import Unlocking

if TYPE_CHECKING:
    from terminal.engine import Engine

UNLOCKING_MS = 120_000  # nobody may find the page open that somebody has left
AGENT_SERVES = frozenset({Act.CONTRIBUTION, Act.BALANCE})


class People(Protocol):
    """Who may sign on; the PIN itself never comes here."""

    def challenge(self, number: str) -> tuple[str, str, tuple[int, int, int]]:
        """Salt and nonce (hex), and the cost: KiB, passes, lanes."""
        ...

    def check(self, number: str, nonce: str, proof: str, now_ms: int) -> str:
        """ "", `agent` or `manager` when proven, else what the screen says: `wrong N`, `locked MS`,
        `blocked`, `role`.
        """
        ...

    def standing(self, number: str, now_ms: int) -> str:
        """`locked` where unlocking helps, else why it does not."""
        ...

    def unlock(self, number: str) -> None:
        """Forget the failures of an admitted number."""
        ...


def said(engine: Engine, command: Command) -> None:
    """A key while nobody serves: a sign-on, or the account manager's."""
    state = engine.state
    manager = state.manager(engine.station_ms())
    if not manager:
        if command.act is Act.SIGN_ON:
            _sign_on(engine, command.value)
        return
    state.turn += 1
    match command.act:
        case Act.UNLOCK:
            _unlock(engine, command.value, manager)
        case Act.DONE | Act.CANCEL | Act.LOCK:
            state.unlocking, state.note = None, ""
        case act:
            engine.fact(facts.Refused(act.value, manager))


def refuses(engine: Engine, act: Act) -> bool:
    """Whether this service is not the signed-on role's; the operator is told, and it is a fact."""
    state = engine.state
    if not state.agent or act in AGENT_SERVES:
        return False
    engine.fact(facts.Refused(act.value, state.ledger.operator))
    state.lacks = (Lack("role"),)
    return True


def _sign_on(engine: Engine, value: str) -> None:
    """`NN nonce proof`; the answer to a wrong one says how many are left, never which part was
    wrong.
    """
    number, _, rest = value.partition(" ")
    nonce, _, proof = rest.partition(" ")
    state, now_ms = engine.state, engine.station_ms()
    state.turn += 1
    answer = engine.people.check(number, nonce, proof, now_ms)
    kind, _, until_ms = answer.partition(" ")
    proven = kind in ("", "agent", "manager")
    state.note = "" if proven else "role" if kind == "technician" else answer
    if kind in ("locked", "blocked"):
        engine.fact(facts.OperatorLocked(number, int(until_ms or 0)))
    elif kind in ("role", "technician"):
        engine.fact(facts.Refused(Act.SIGN_ON.value, number))
    elif kind == "manager":
        state.unlocking = Unlocking(number, now_ms + UNLOCKING_MS)
    elif proven:
        state.agent = kind == "agent"
        engine.fact(facts.OperatorSignedIn(number))


def _unlock(engine: Engine, number: str, manager: str) -> None:
    """The fact first: failures forgotten without one would look like none at all."""
    now_ms = engine.station_ms()
    standing = engine.people.standing(number, now_ms)
    if standing == "locked":
        engine.fact(facts.OperatorUnlocked(number, manager))
        engine.people.unlock(number)
        standing = "unlocked"
    engine.state.unlocking = Unlocking(manager, now_ms + UNLOCKING_MS)
    engine.state.note = f"{standing} {number}"
