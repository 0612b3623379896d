"""What stands on paper: cells of text, bitmaps, QR codes; and a slip read as text.

Sizes are dots at 8 dots/mm (escpos-printer.md section 1).
"""

import unicodedata
from dataclasses import dataclass
from enum import Enum

import segno

DOTS_PER_MM = 8
FONT_A_DOTS = (12, 24)
FONT_B_DOTS = (9, 17)
HAN_DOTS = (24, 24)


class Align(Enum):
    LEFT = 0
    CENTER = 1
    RIGHT = 2


@dataclass(frozen=True)
class Paper:
    """A roll: what the head can reach, and how wide the paper itself is."""

    name: str
    printable_dots: int
    paper_dots: int

    @property
    def columns(self) -> int:
        return self.printable_dots // FONT_A_DOTS[0]


PAPERS = {
    58: Paper("58 mm", 384, 58 * DOTS_PER_MM),
    80: Paper("80 mm", 576, 80 * DOTS_PER_MM),
}


@dataclass(frozen=True)
class Cell:
    """One character with its unscaled size and its scale."""

    char: str
    width_dots: int
    height_dots: int
    scale_x: int = 1
    scale_y: int = 1
    bold: bool = False
    underline: bool = False

    @property
    def advance_dots(self) -> int:
        return self.width_dots * self.scale_x


@dataclass(frozen=True)
class Place:
    """Where a line stands: alignment inside the printing area."""

    align: Align
    left_dots: int
    area_dots: int

    def x_dots(self, width_dots: int) -> int:
        room = max(0, self.area_dots - width_dots)
        return self.left_dots + room * self.align.value // 2


@dataclass(frozen=True)
class TextLine:
    cells: tuple[Cell, ...]
    place: Place
    height_dots: int

    @property
    def text(self) -> str:
        return "".join(cell.char for cell in self.cells)

    @property
    def width_dots(self) -> int:
        return sum(cell.advance_dots for cell in self.cells)


@dataclass(frozen=True)
class Feed:
    height_dots: int


@dataclass(frozen=True)
class Raster:
    """A bitmap: rows of bits, most significant first, 1 is black; scales double dots."""

    rows: tuple[bytes, ...]
    place: Place
    scale_x: int = 1
    scale_y: int = 1

    @property
    def width_dots(self) -> int:
        return len(self.rows[0]) * 8 * self.scale_x if self.rows else 0

    @property
    def height_dots(self) -> int:
        return len(self.rows) * self.scale_y


@dataclass(frozen=True)
class QrCode:
    content: bytes
    modules: tuple[tuple[int, ...], ...]
    module_dots: int
    place: Place

    @property
    def width_dots(self) -> int:
        return len(self.modules) * self.module_dots

    @property
    def height_dots(self) -> int:
        return self.width_dots

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")


Item = TextLine | Feed | Raster | QrCode


def qr_code(content: bytes, level: str, module_dots: int, place: Place) -> QrCode:
    """A model 2 code as the printer's own firmware would draw it, without a quiet zone."""
    code = segno.make_qr(_qr_payload(content), error=level, boost_error=False)
    modules = tuple(tuple(int(bit) for bit in row) for row in code.matrix)
    return QrCode(content, modules, module_dots, place)


def _qr_payload(content: bytes) -> str | bytes:
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        return content


@dataclass(frozen=True)
class Slip:
    """One piece of paper, ended by a cut, or torn off after a fault."""

    number: int
    paper: Paper
    items: tuple[Item, ...]
    end: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The text lines as sent, without alignment; a QR code or bitmap is one line."""
        return tuple(_item_text(item) for item in _merged(self.items) if not isinstance(item, Feed))

    @property
    def qr_contents(self) -> tuple[str, ...]:
        return tuple(item.text for item in self.items if isinstance(item, QrCode))

    @property
    def height_mm(self) -> float:
        return sum(item.height_dots for item in self.items) / DOTS_PER_MM

    @property
    def text(self) -> str:
        """The slip to read: aligned by columns, closed by how it ended."""
        shown: list[str] = []
        for item in _merged(self.items):
            shown += _shown(item, self.paper)
        while shown and not shown[-1]:
            shown.pop()
        return "\n".join([*shown, f"--- {self.end} ---"]) + "\n"


def columns_of(text: str) -> int:
    """Columns that `text` takes: Han and full-width forms two, the rest one (section 4)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _merged(items: tuple[Item, ...]) -> list[Item]:
    """Bands of one bitmap, sent apart because the link is slow, are one bitmap again."""
    merged: list[Item] = []
    for item in items:
        last = merged[-1] if merged else None
        if isinstance(item, Raster) and isinstance(last, Raster) and _same_shape(item, last):
            merged[-1] = Raster(last.rows + item.rows, item.place, item.scale_x, item.scale_y)
        else:
            merged.append(item)
    return merged


def _same_shape(one: Raster, other: Raster) -> bool:
    return (one.width_dots, one.scale_x, one.scale_y, one.place) == (
        other.width_dots,
        other.scale_x,
        other.scale_y,
        other.place,
    )


def _item_text(item: Item) -> str:
    if isinstance(item, TextLine):
        return item.text
    if isinstance(item, QrCode):
        return f"[QR {item.text}]"
    if isinstance(item, Raster):
        return f"[raster {item.width_dots}x{item.height_dots}]"
    return ""


def _shown(item: Item, paper: Paper) -> list[str]:
    if isinstance(item, Feed):
        return [""] * round(item.height_dots / 30)
    text = _item_text(item)
    first_column = item.place.left_dots // FONT_A_DOTS[0]
    room = max(0, item.place.area_dots // FONT_A_DOTS[0] - columns_of(text))
    return [(" " * (first_column + room * item.place.align.value // 2) + text).rstrip()]
