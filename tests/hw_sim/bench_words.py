"""What a bench command is: its words, what it is about, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hw_sim.bench import Bench

Words = list[str]


class Misused(Exception):
    """Words that do not fit the command; its usage is the message."""


@dataclass(frozen=True)
class Command:
    words: str
    about: str
    run: Callable[["Bench", str, Words], str]


def choice(words: Words, *allowed: str) -> str:
    """The one word of a command that takes one of these. Raises Misused."""
    if len(words) != 1 or words[0] not in allowed:
        raise Misused
    return words[0]
