"""Lines by their width on paper: ASCII one column, all else two (`escpos-printer.md` section 4).

The printer is never left to wrap by itself: it would split a Han character at the paper's edge.
"""

from __future__ import annotations

from functools import lru_cache

from protocol.escpos import columns_of

NO_LINE_BEGINS_WITH = "，。；：、！？）》”"
NO_LINE_ENDS_WITH = "（《“"


def pad(text: str, columns: int) -> str:
    """`text` filled with blanks to `columns`; a longer one is left as it is."""
    return text + " " * (columns - columns_of(text))


def pair(left: str, right: str, columns: int) -> tuple[str, ...]:
    """`left` at the left edge and `right` at the right; two lines when they do not fit one."""
    if columns_of(left) + 1 + columns_of(right) <= columns:
        return (pad(left, columns - columns_of(right)) + right,)
    return (*wrap(left, columns), *wrap(right, columns))


def labelled(label: str, value: str, columns: int, label_columns: int) -> tuple[str, ...]:
    """`label` in a column of its own, `value` wrapped beside it."""
    label = pad(label + " ", label_columns)
    indent = columns_of(label)
    first, *rest = wrap(value, columns - indent)
    return (label + first, *(" " * indent + line for line in rest))


@lru_cache(maxsize=512)  # titles, names and sentences of the shop stand on every slip
def wrap(text: str, columns: int) -> tuple[str, ...]:
    """`text` in lines no wider than `columns`: between words, or between Han characters.

    A word longer than a line is cut, since something must be.
    """
    whole = text.strip()
    if columns_of(whole) <= columns:
        return (whole,)
    lines, line = [], ""
    for piece in _pieces(text, columns):
        if line and columns_of((line + piece).rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _pieces(text: str, columns: int) -> list[str]:
    """What stays together: a word with its blanks, a Han character with its punctuation."""
    pieces: list[str] = []
    for character in text:
        together = pieces and _joined(pieces[-1][-1], character)
        if together and columns_of((pieces[-1] + character).rstrip()) <= columns:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _joined(before: str, after: str) -> bool:
    if after in NO_LINE_BEGINS_WITH or before in NO_LINE_ENDS_WITH:
        return True
    return before != " " and before.isascii() and after.isascii()
