"""Display width: a Han character takes two columns (Unicode Standard Annex 11, W and F)."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

NO_LINE_BEGINS_WITH = "，。；：、！？）》”…,.;:!?)"
NO_LINE_ENDS_WITH = "（《“￥("


def width(text: str) -> int:
    """Columns that `text` takes."""
    return sum(_columns(character) for character in text)


def pad(text: str, columns: int) -> str:
    """`text` cut or filled with blanks to exactly `columns`."""
    text = cut(text, columns)
    return text + " " * (columns - width(text))


def pad_left(text: str, columns: int) -> str:
    """`text` cut, or at the right end of exactly `columns`."""
    text = cut(text, columns)
    return " " * (columns - width(text)) + text


def cut(text: str, columns: int) -> str:
    """`text` if it fits, else its beginning and an ellipsis."""
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > columns - 1:
            break
        kept += character
    return kept + "…"


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """`text` in lines of at most `columns`: between words, or between any two Han characters."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return (*lines, line.rstrip())


def _pieces(text: str) -> list[str]:
    """What may not be torn apart: a word with its blanks, a Han character with its punctuation."""
    pieces: list[str] = []
    for character in text:
        if pieces and _glued(pieces[-1][-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _glued(before: str, after: str) -> bool:
    if after in NO_LINE_BEGINS_WITH or before in NO_LINE_ENDS_WITH:
        return True
    return before != " " and _columns(before) == 1 and _columns(after) == 1


def _columns(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
