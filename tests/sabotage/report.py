"""The table as people read it: on a terminal, and at the end of a test report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wcwidth import wcswidth

HEAD = ("invariant", "sabotage", "caught by", "rule", "after")
PROPERTY = "sabotage"  # of a test: the cells of its row
CLIPPED = 60  # columns of the last cell


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """One line a row, in columns of the terminal (a Chinese character has two)."""
    cells = [HEAD, *rows]
    widths = [max(wcswidth(row[at]) for row in cells) for at in range(len(HEAD) - 1)]
    for row in cells:
        padded = [
            text + " " * (width - wcswidth(text)) for text, width in zip(row, widths, strict=False)
        ]
        yield " | ".join([*padded, row[-1][:CLIPPED]])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """At the end of a run that has tried any: each row and what caught it."""
    reports = (one for found in terminalreporter.stats.values() for one in found)
    told = (one.user_properties for one in reports if getattr(one, "when", "") == "call")
    rows = [value for properties in told for name, value in properties if name == PROPERTY]
    if rows:
        terminalreporter.section("sabotage")
        for line in lines(sorted(rows)):
            terminalreporter.write_line(line)
