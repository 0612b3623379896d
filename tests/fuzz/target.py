"""What a fuzz target is, and how one input is judged."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from hypothesis.strategies import SearchStrategy

INPUT_CPU_S_MAX = 5.0  # of one input; the slowest takes milliseconds


class Hang(BaseException):
    """An input took more processor time than any honest one; no `except` of ours stops it."""


class FalseApproval(AssertionError):
    """Something was taken for an approval that is none."""


@dataclass(frozen=True)
class Target:
    """One reader under fire: a row.

    judge takes one input and returns when it ended well; whatever it raises is a finding. A refusal
    in the reader's own typed error is a good end, so the judge catches that and only that.
    """

    name: str
    inputs: SearchStrategy[Any]
    judge: Callable[[Any], None]
    count: int  # of a whole run


@contextmanager
def watched(cpu_s: float = INPUT_CPU_S_MAX) -> Iterator[None]:
    """Raises Hang in the block when it has used that much processor time (main thread only)."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
