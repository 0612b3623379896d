"""Amounts in block digits: our own glyphs, drawn by `layout` as filled cells.

Every glyph is 5 rows high; a pixel is two columns by one row, about square.
"""

from __future__ import annotations

PIXEL_COLUMNS = 2
GLYPHS: dict[str, tuple[str, ...]] = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "￥": ("#   #", " # # ", "#####", "  #  ", "  #  "),
    ",": (" ", " ", " ", "#", "#"),
    ".": (" ", " ", " ", " ", "#"),
}
ROWS = 5
assert all(len(glyph) == ROWS for glyph in GLYPHS.values())


def drawable(text: str) -> bool:
    return bool(text) and all(character in GLYPHS for character in text)


def block_rows(text: str) -> tuple[str, ...]:
    """`text` as rows of `#` and blanks, each pixel two columns wide."""
    rows = (" ".join(GLYPHS[character][row] for character in text) for row in range(ROWS))
    return tuple("".join(pixel * PIXEL_COLUMNS for pixel in row) for row in rows)
