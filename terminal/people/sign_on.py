"""Signing on at the counter in the words of the feed: hex in and out, one note as the answer.

The notes are those of `SIGN_ON_NOTES` in `ui/sentences.py`. Whatever a screen sends is answered;
what is no hex is a wrong PIN and is counted as one.
"""

from __future__ import annotations

from terminal.people.operators import Blocked, Locked, Operators, Wrong
from terminal.people.records import Role

AT_THE_COUNTER = frozenset({Role.OPERATOR, Role.AGENT})  # the others move no money (`scheme.md`)


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
        """Empty when proven, else `wrong LEFT`, `locked UNTIL_MS`, `blocked`, or `role`.

        `role`: the right PIN of somebody who does not serve at the counter.
        """
        match self._operators.check(number, _bytes(nonce), _bytes(proof), now_ms):
            case Wrong(left):
                return f"wrong {left}"
            case Locked(until_ms):
                return f"locked {until_ms}"
            case Blocked():
                return "blocked"
            case operator:
                return "" if operator.role in AT_THE_COUNTER else "role"


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
