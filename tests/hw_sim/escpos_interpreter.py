"""Printing commands into paper: text with its modes, feeds, bitmaps, QR codes (sections 2, 4, 5).

It knows no buffer, no status and no time; `obey` says how far the paper moved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from tests.hw_sim.escpos_parser import Command
from tests.hw_sim.slip import (
    FONT_A_DOTS,
    FONT_B_DOTS,
    HAN_DOTS,
    Align,
    Cell,
    Feed,
    Item,
    Paper,
    Place,
    QrCode,
    Raster,
    TextLine,
    qr_code,
)

LINE_DOTS_DEFAULT = 30  # section 1
CUTTER_DOTS = 120  # section 2: the blade is 12 to 18 mm above the head
QR_LEVELS = {0x30: "l", 0x31: "m", 0x32: "q", 0x33: "h"}
QR_MODULE_DOTS_DEFAULT = 3
PRIVATE_USE = range(0xE000, 0xF900)  # GBK's user-defined rows: no glyph in any ROM
CODE_PAGE = "cp437"


class Rom(Enum):
    """The Chinese font built in; the value is the Python codec that has just its characters."""

    GB2312 = "gb2312"
    GBK = "gbk"


@dataclass
class Modes:
    """Everything ESC @ resets. `scale` is for single bytes, `han_scale` for Han (section 4)."""

    align: Align = Align.LEFT
    line_dots: int = LINE_DOTS_DEFAULT
    scale: tuple[int, int] = (1, 1)
    han_scale: tuple[int, int] = (1, 1)
    font_dots: tuple[int, int] = FONT_A_DOTS
    bold: bool = False
    underline: bool = False
    han_underline: bool = False
    han_gaps: tuple[int, int] = (0, 0)
    left_dots: int = 0
    area_dots: int | None = None
    yen_for_dollar: bool = False
    qr_module_dots: int = QR_MODULE_DOTS_DEFAULT
    qr_level: str = "l"
    qr_content: bytes | None = None


class Interpreter:
    """The head and its font: commands in, items on `items`, complaints on `violations`."""

    def __init__(self, paper: Paper, rom: Rom, *, has_qr: bool, violations: list[str]) -> None:
        self.items: list[Item] = []
        self.modes = Modes()
        self._paper = paper
        self._rom = rom
        self._has_qr = has_qr
        self._violations = violations
        self._line: list[Cell] = []

    @property
    def at_line_start(self) -> bool:
        return not self._line

    def reset(self) -> None:
        """Clears the line being set and all modes; paper stays as it is."""
        self._line.clear()
        self.modes = Modes()

    def take_items(self) -> tuple[Item, ...]:
        items, self.items = tuple(self.items), []
        return items

    def feed(self, dots: int) -> int:
        """Feeds; a line still being set is printed first."""
        moved = self._print_line() if self._line else 0
        if dots:
            self.items.append(Feed(dots))
        return moved + dots

    def obey(self, command: Command) -> int | None:
        """Dots the paper moved by, or None when the command is no printing command."""
        run = RUN.get(command.name)
        return None if run is None else run(self, command.args)

    def _place(self) -> Place:
        modes = self.modes
        reach = self._paper.printable_dots - modes.left_dots
        return Place(modes.align, modes.left_dots, min(reach, modes.area_dots or reach))

    def _print_line(self) -> int:
        heights = [cell.height_dots * cell.scale_y for cell in self._line]
        height = max([self.modes.line_dots, *heights])
        self.items.append(TextLine(tuple(self._line), self._place(), height))
        self._line.clear()
        return height

    def _complain(self, what: str) -> None:
        self._violations.append(what)

    def _text(self, args: bytes) -> int:
        cell = self._han_cell(args) if len(args) == 2 else self._single_cell(args[0])
        used = sum(each.advance_dots for each in self._line)
        moved = 0
        if used + cell.advance_dots > self._place().area_dots and self._line:
            moved = self._print_line()
        self._line.append(cell)
        return moved

    def _single_cell(self, byte: int) -> Cell:
        modes = self.modes
        char = bytes([byte]).decode(CODE_PAGE)
        if char == "$" and modes.yen_for_dollar:
            char = "¥"
        width, height = modes.font_dots
        return Cell(char, width, height, *modes.scale, modes.bold, modes.underline)

    def _han_cell(self, pair: bytes) -> Cell:
        modes = self.modes
        width, height = HAN_DOTS
        width += sum(modes.han_gaps)
        char = self._han_char(pair)
        return Cell(char, width, height, *modes.han_scale, modes.bold, modes.han_underline)

    def _han_char(self, pair: bytes) -> str:
        try:
            pair.decode(self._rom.value)
            char = pair.decode("gb18030")
        except UnicodeDecodeError:
            char = ""
        if len(char) != 1 or ord(char) in PRIVATE_USE:
            self._complain(f"no character {pair.hex(' ').upper()} in the {self._rom.name} font")
            return "?"
        return char

    def _control(self, args: bytes) -> int:
        if args == b"\n":
            return self._print_line()
        if args != b"\r":
            # Section 4: tabs are forbidden, other control characters are to be stripped.
            self._complain(f"control byte {args[0]:02X}")
        return 0

    def _align(self, args: bytes) -> int:
        if not self.at_line_start:
            self._complain("ESC a inside a line")
        elif args[0] % 0x30 in (0, 1, 2):
            self.modes.align = Align(args[0] % 0x30)
        else:
            self._complain(f"ESC a {args[0]}")
        return 0

    def _mode_byte(self, args: bytes) -> int:
        bits = args[0]
        self.modes.font_dots = FONT_B_DOTS if bits & 0x01 else FONT_A_DOTS
        self.modes.bold = bool(bits & 0x08)
        self.modes.scale = (2 if bits & 0x20 else 1, 2 if bits & 0x10 else 1)
        self.modes.underline = bool(bits & 0x80)
        return 0

    def _han_mode_byte(self, args: bytes) -> int:
        bits = args[0]
        self.modes.han_scale = (2 if bits & 0x04 else 1, 2 if bits & 0x08 else 1)
        self.modes.han_underline = bool(bits & 0x80)
        return 0

    def _raster(self, args: bytes) -> int:
        mode, row_bytes, row_count = args[0] % 0x30, _u16(args[1:3]), _u16(args[3:5])
        moved = 0
        if not self.at_line_start:
            self._complain("GS v 0 inside a line")
            moved = self._print_line()
        if not row_bytes or not row_count or mode > 3:
            self._complain("GS v 0 with no dots or an unknown mode")
            return moved
        data = args[5:]
        rows = tuple(data[at : at + row_bytes] for at in range(0, len(data), row_bytes))
        raster = Raster(rows, self._place(), 1 + (mode & 1), 1 + (mode >> 1))
        self._check_width("bitmap", raster)
        self.items.append(raster)
        return moved + raster.height_dots

    def _qr(self, args: bytes) -> int:
        """Section 5: 41 model, 43 module, 45 level, 50 store, 51 print."""
        function, values = args[3:4], args[4:]
        if args[2:3] != b"\x31" or not self._has_qr:
            self._complain("GS ( k on a printer without QR codes")
        elif function == b"\x43" and values and 1 <= values[0] <= 16:
            self.modes.qr_module_dots = values[0]
        elif function == b"\x45" and values and values[0] in QR_LEVELS:
            self.modes.qr_level = QR_LEVELS[values[0]]
        elif function == b"\x50" and len(values) > 1 and values[0] == 0x30:
            self.modes.qr_content = values[1:]
        elif function == b"\x51" and values == b"\x30":
            return self._print_qr()
        elif function + values != b"\x41\x32\x00":
            self._complain(f"GS ( k function {function.hex().upper()} with wrong values")
        return 0

    def _print_qr(self) -> int:
        modes = self.modes
        if modes.qr_content is None or not self.at_line_start:
            self._complain("QR code printed with nothing stored, or inside a line")
            return 0
        code = qr_code(modes.qr_content, modes.qr_level, modes.qr_module_dots, self._place())
        if not self._check_width("QR code", code):
            return 0
        self.items.append(code)
        return code.height_dots

    def _check_width(self, what: str, item: Raster | QrCode) -> bool:
        fits = item.width_dots <= item.place.area_dots
        if not fits:
            self._complain(f"{what} of {item.width_dots} dots on {item.place.area_dots}")
        return fits


def _u16(two: bytes) -> int:
    return int.from_bytes(two, "little")


def _setting(name: str, value: Callable[[bytes], object]) -> Callable[[Interpreter, bytes], int]:
    def run(interpreter: Interpreter, args: bytes) -> int:
        setattr(interpreter.modes, name, value(args))
        return 0

    return run


def _ignored(_: Interpreter, __: bytes) -> int:
    return 0


def _reset(interpreter: Interpreter, _: bytes) -> int:
    interpreter.reset()
    return 0


def _scale(args: bytes) -> tuple[int, int]:
    return (args[0] >> 4 & 7) + 1, (args[0] & 7) + 1


# Section 2, what changes the paper or the modes; the printer itself obeys the rest.
RUN: dict[str, Callable[[Interpreter, bytes], int]] = {
    "text": Interpreter._text,
    "control": Interpreter._control,
    "ESC @": _reset,
    "FS &": _ignored,  # Chinese mode decides the framing: the parser follows it
    "FS .": _ignored,
    "FS !": Interpreter._han_mode_byte,
    "FS -": _setting("han_underline", lambda args: args[0] % 0x30 > 0),
    "FS S": _setting("han_gaps", lambda args: (args[0], args[1])),
    "ESC t": _ignored,
    "ESC R": _setting("yen_for_dollar", lambda args: args[0] == 15),
    "ESC a": Interpreter._align,
    "ESC E": _setting("bold", lambda args: bool(args[0] & 1)),
    "ESC -": _setting("underline", lambda args: args[0] % 0x30 > 0),
    "GS !": _setting("scale", _scale),
    "ESC !": Interpreter._mode_byte,
    "ESC 3": _setting("line_dots", lambda args: args[0]),
    "ESC 2": _setting("line_dots", lambda _: LINE_DOTS_DEFAULT),
    "ESC d": lambda interpreter, args: interpreter.feed(args[0] * interpreter.modes.line_dots),
    "ESC J": lambda interpreter, args: interpreter.feed(args[0]),
    "GS L": _setting("left_dots", _u16),
    "GS W": _setting("area_dots", _u16),
    "GS v 0": Interpreter._raster,
    "GS ( k": Interpreter._qr,
}
