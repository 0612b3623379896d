"""The bytes of one slip: the capability's lines as ESC/POS blocks (`escpos-printer.md` 6).

At 9600 baud every byte costs a millisecond of the villager's time: a command is sent only where the
setting changes, and characters the ROM lacks cost a bitmap of their own line only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from drivers import glyphs
from drivers.api import Align, Feed, Line, Qr, Text
from protocol import escpos

PAPER = {58: (32, 384), 80: (48, 576)}  # mm: columns of ASCII, printable dots; section 1
LINE_GAP_DOTS = 6  # between the 24 dots of a bitmap line and the 30 of a text line


class QrMethod(Enum):
    NATIVE = "native"
    RASTER = "raster"  # the oldest clones have no QR command, section 5


class StatusLevel(Enum):
    """How much a printer tells about itself (section 3, clone reality)."""

    FULL = "full"  # real-time status and the fence
    BASIC = "basic"  # real-time status only
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """What one printer can do. status None: found out at connection."""

    paper_mm: int = 58
    rom: escpos.Rom = escpos.Rom.GBK
    qr: QrMethod = QrMethod.NATIVE
    qr_module_dots: int = 4  # `security.md`: the slip's 178 characters are 26.5 mm wide
    status: StatusLevel | None = None
    fonts: Path = glyphs.FONTS  # where a CJK font is looked for

    @property
    def columns(self) -> int:
        return PAPER[self.paper_mm][0]

    @property
    def dots(self) -> int:
        return PAPER[self.paper_mm][1]


class SlipWriter:
    """Turns lines into blocks of bytes; a block may be followed by a fence, never be split."""

    def __init__(self, profile: PrinterProfile) -> None:
        self._profile = profile
        self._glyphs: glyphs.Glyphs | None = None

    def blocks(self, lines: tuple[Line, ...]) -> tuple[bytes, ...]:
        """Initialise, the lines, feed and cut. Raises OurMistake for a QR code that cannot be."""
        blocks = [escpos.INITIALISE]
        state = _State()
        for line in lines:
            for block in self._line(line):
                wanted = _state_of(line)
                blocks.append(_change(state, wanted) + block)
                state = wanted
        return (*blocks, _change(state, _State()) + escpos.FEED_AND_CUT)

    def _line(self, line: Line) -> tuple[bytes, ...]:
        if isinstance(line, Feed):
            return (escpos.feed(line.lines),)
        if isinstance(line, Qr):
            return (escpos.LINE_END, *self._qr(line.content), escpos.LINE_END)
        text = self._printable(line.text)
        return tuple(
            self._text(row, line.size)
            for row in escpos.wrap(text, self._profile.columns // line.size)
        )

    def _text(self, text: str, size: int) -> bytes:
        code = escpos.line_bytes(text, self._profile.rom)
        if code is not None:
            return code + escpos.LINE_END
        bitmap = escpos.raster(self._drawing().line(text, size))
        return bitmap + escpos.feed_dots(LINE_GAP_DOTS)

    def _printable(self, text: str) -> str:
        """What neither ROM nor font knows is printed as its code point: never as a blank or `?`."""
        return "".join(
            char if self._can_print(char) else f"[U+{ord(char):04X}]"
            for char in escpos.printable(text)
        )

    def _can_print(self, char: str) -> bool:
        known = escpos.char_bytes(char, self._profile.rom) is not None
        return known or self._drawing().has(char)

    def _drawing(self) -> glyphs.Glyphs:
        if self._glyphs is None:
            self._glyphs = glyphs.Glyphs(glyphs.find_font(self._profile.fonts))
        return self._glyphs

    def _qr(self, content: str) -> tuple[bytes, ...]:
        native = escpos.qr(
            content, module_dots=self._profile.qr_module_dots, paper_dots=self._profile.dots
        )
        if self._profile.qr is QrMethod.NATIVE:
            return (native,)
        bands = glyphs.qr_bands(content, self._profile.qr_module_dots)
        return tuple(escpos.raster([band]) for band in bands)


@dataclass(frozen=True, slots=True)
class _State:
    """The settings in force; those of a printer just initialised."""

    align: Align = Align.LEFT
    size: int = 1
    bold: bool = False


def _state_of(line: Line) -> _State:
    if isinstance(line, Text):
        return _State(line.align, line.size, line.bold)
    return _State(Align.CENTRE if isinstance(line, Qr) else Align.LEFT)


def _change(before: _State, after: _State) -> bytes:
    """The commands that lead from one setting to the other, at line start."""
    changes = b""
    if before.size != after.size:
        changes += escpos.SIZE_1 if after.size == 1 else escpos.SIZE_2
    if before.bold != after.bold:
        changes += escpos.BOLD_ON if after.bold else escpos.BOLD_OFF
    if before.align is not after.align:
        changes += escpos.LEFT if after.align is Align.LEFT else escpos.CENTRE
    return changes
