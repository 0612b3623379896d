"""Signing on at the counter in the words of the feed: hex in and out, one note as the answer.

The notes are those of `SIGN_ON_NOTES` in `ui/sentences.py`. Whatever a screen sends is answered;
what is no hex is a wrong PIN and is counted as one.
"""

from __future__ import annotations

from collections.abc import Mapping

from terminal.people.operators import Blocked, Locked, Operators, Wrong
from terminal.people.records import Role

PROVEN: Mapping[Role, str] = {
    Role.OPERATOR: "",
    Role.AGENT: "agent",  # contribution and queries
    Role.ACCOUNT_MANAGER: "manager",  # unlocks; moves no money
    Role.TECHNICIAN: "technician",  # beside an operator, never alone
}
"""What a right PIN is answered with (`scheme.md`, "People and what they may do"); else `role`."""


class SignOn:
    """The engine's view of the operators."""

    __slots__ = ("_operators",)

    def __init__(self, operators: Operators) -> None:
        self._operators = operators

    def challenge(self, number: str) -> tuple[str, str, tuple[int, int, int]]:
        """Salt and nonce (hex), and the cost: KiB, passes, lanes."""
        asked = self._operators.challenge(number)
        cost = (asked.cost.memory_kib, asked.cost.passes, asked.cost.lanes)
        return asked.salt.hex(), asked.nonce.hex(), cost

    def check(self, number: str, nonce: str, proof: str, now_ms: int) -> str:
        """A word of `PROVEN`, else `wrong LEFT`, `locked UNTIL_MS`, `blocked`, or `role`.

        `role`: the right PIN of somebody who has nothing to do at this screen.
        """
        match self._operators.check(number, _bytes(nonce), _bytes(proof), now_ms):
            case Wrong(left):
                return f"wrong {left}"
            case Locked(until_ms):
                return f"locked {until_ms}"
            case Blocked():
                return "blocked"
            case operator:
                return PROVEN.get(operator.role, "role")

    def standing(self, number: str, now_ms: int) -> str:
        """`locked` where unlocking helps, else `free`, `suspended` or `nobody`."""
        return self._operators.standing(number, now_ms).value

    def unlock(self, number: str) -> None:
        """Forget the failures of an admitted number."""
        self._operators.unlock(number)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
