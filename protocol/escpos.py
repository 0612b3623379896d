"""Bytes for ESC/POS receipt printers with a Chinese character ROM (`escpos-printer.md` 2, 4, 5, 6).

Only what the paper shows: what the printer answers is `escpos_status.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from protocol.errors import OurMistake

INITIALISE = b"\x1b@\x1c&"  # ESC @ may end the Chinese mode: FS & always follows (section 2)
LEFT, CENTRE = b"\x1ba\x00", b"\x1ba\x01"
BOLD_ON, BOLD_OFF = b"\x1bE\x01", b"\x1bE\x00"
SIZE_1, SIZE_2 = b"\x1d!\x00\x1c!\x00", b"\x1d!\x11\x1c!\x0c"  # ASCII and Chinese, section 4
LINE_END = b"\n"
FENCE = b"\x1dr\x01"  # GS r 1: answered when everything before it has left the buffer
MODEL_NAME = b"\x1dI\x43"  # GS I 67: answered by 5F, a text and 00
FEED_AND_CUT = b"\x1bd\x02\x1dVB\x00"  # the blade stands above the head: GS V B feeds to it
CLEAR_AFTER_JAM = b"\x10\x05\x02"  # DLE ENQ 2

BAND_BYTES_MAX = 1024  # section 2: GS v 0 for slow links
QR_DOTS_MAX = 16
# Characters (bytes) that QR versions 1 to 16 hold at level M, ISO/IEC 18004 table 7.
QR_M_BYTES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450)

_REPLACED = str.maketrans({"¥": "￥", "—": "－", "\xa0": " ", "\t": " "})
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a control character would be a command
# A printer that scans for real-time commands obeys them inside bitmaps too (section 7).
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


class Rom(Enum):
    """Which Han characters the printer's built-in font has; the value is Python's codec of them."""

    GBK = "gbk"
    GB2312 = "gb2312"


def printable(text: str) -> str:
    """`text` with what the ROM writes differently replaced and control characters gone."""
    return _UNPRINTABLE.sub("", text.translate(_REPLACED))


def char_bytes(char: str, rom: Rom) -> bytes | None:
    """The one or two bytes of a printable character, or None when the ROM does not have it."""
    try:
        code = char.encode("gb18030")
        known = len(code) <= 2 and char.encode(rom.value) == code
    except UnicodeEncodeError:
        return None
    return code if known else None


def line_bytes(text: str, rom: Rom) -> bytes | None:
    """A printable line, or None when one of its characters is not in the ROM."""
    codes = [char_bytes(char, rom) for char in text]
    known = [code for code in codes if code is not None]
    return b"".join(known) if len(known) == len(codes) else None


def columns_of(text: str) -> int:
    """ASCII takes one column, everything in the Chinese font two (section 4)."""
    if text.isascii():
        return len(text)
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Lines no wider than `columns`; a Han character is never split by the paper's edge."""
    lines, width = [""], 0
    for char in text:
        width += columns_of(char)
        if width > columns:
            lines.append("")
            width = columns_of(char)
        lines[-1] += char
    return tuple(lines)


def feed(lines: int) -> bytes:
    return LINE_END if lines == 1 else bytes((0x1B, 0x64, lines))


def feed_dots(dots: int) -> bytes:
    return bytes((0x1B, 0x4A, dots))


def qr(content: str, *, module_dots: int, paper_dots: int) -> bytes:
    """A QR code of model 2, level M, drawn by the printer; modules shrink until it fits the paper.

    Raises OurMistake for content that is not ASCII or too long.
    """
    data = _ascii(content)
    dots = _module_dots_fitting(len(data), module_dots, paper_dots)
    return b"".join(
        (
            b"\x1d(k\x04\x001A2\x00",
            b"\x1d(k\x03\x001C" + bytes([dots]),
            b"\x1d(k\x03\x001E1",
            b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data,
            b"\x1d(k\x03\x001Q0",
        )
    )


def _ascii(content: str) -> bytes:
    if not content.isascii() or not content.isprintable():
        raise OurMistake("a QR code on a slip holds printable ASCII only")
    return content.encode("ascii")


def _module_dots_fitting(length: int, module_dots: int, paper_dots: int) -> int:
    """By the bytes mode, which needs at least as many modules as any other (section 5)."""
    for version, capacity in enumerate(QR_M_BYTES, start=1):
        if length <= capacity:
            return min(module_dots, paper_dots // (17 + 4 * version), QR_DOTS_MAX)
    raise OurMistake(f"a QR code on a slip holds at most {QR_M_BYTES[-1]} characters")


def band_rows_max(width_bytes: int) -> int:
    """How many rows of a bitmap go into one GS v 0 command."""
    return max(1, BAND_BYTES_MAX // width_bytes)


def raster(bands: Iterable[tuple[int, bytes]]) -> bytes:
    """GS v 0 for each band: bytes per row, and rows of bits with 1 for black."""
    return b"".join(_band(width_bytes, rows) for width_bytes, rows in bands)


def _band(width_bytes: int, rows: bytes) -> bytes:
    size = width_bytes.to_bytes(2, "little") + (len(rows) // width_bytes).to_bytes(2, "little")
    return b"\x1dv0\x00" + size + _REAL_TIME.sub(b"\x00", rows)
