"""Rising numbers as text, runs drawn together: `12-15,40,41` (`DayHead.book`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def text(numbers: Iterable[int]) -> str:
    """The numbers must rise."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def numbers(text: str) -> Iterator[int]:
    """The inverse. Raises ValueError."""
    for run in text.split(",") if text else ():
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)
