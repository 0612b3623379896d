"""Draws what a receipt printer cannot: characters outside its ROM, QR codes.

Source: `escpos-printer.md` sections 4 and 5.

Pillow and qrcode are loaded when first needed, which on most stations is never. Of python-escpos
only `escpos.image` is used (3.5 MiB with Pillow): its printer classes bring the engine to 15 MiB,
print on standard output, configure logging and leave a temporary folder behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protocol import escpos

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

FONTS = Path("/usr/share/fonts")
# Debian's fonts with the most Han characters, best first.
FONT_NAMES = (
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf"),
    *("SourceHanSansSC-Regular.otf", "NotoSerifCJK-Regular.ttc", "wqy-zenhei.ttc"),
    *("wqy-microhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf"),
)
GLYPH_DOTS = 24  # section 1: the ROM's Han characters are 24x24, ASCII 12x24
FACES_MAX = 10  # of a collection
BLACK, WHITE = 0, 1
NO_CHARACTER = "\uffff"  # no font has it: its picture is that of a missing glyph

Bands = list[tuple[int, bytes]]  # bytes per row, rows


def find_font(folder: Path = FONTS) -> Path | None:
    """The best CJK font installed, or None."""
    installed = {path.name: path for path in folder.rglob("*") if path.name in FONT_NAMES}
    return next((installed[name] for name in FONT_NAMES if name in installed), None)


class Glyphs:
    """One font at the size of the printer's own characters; without a font it has none."""

    def __init__(self, font: Path | None) -> None:
        self._path = font
        self._opened: dict[int, FreeTypeFont] = {}

    def has(self, char: str) -> bool:
        if self._path is None:
            return False
        font = self._font(self._path, GLYPH_DOTS)
        return bytes(font.getmask(char)) != bytes(font.getmask(NO_CHARACTER))

    def line(self, text: str, scale: int) -> Bands:
        """One line as a bitmap, each character in its columns. Only for text with known glyphs."""
        from PIL import Image, ImageDraw

        assert self._path is not None
        column, height = GLYPH_DOTS // 2 * scale, GLYPH_DOTS * scale
        baseline = height * 5 // 6
        font = self._font(self._path, height * 11 // 12)  # descenders must not be cut off
        image = Image.new("1", (escpos.columns_of(text) * column, height), color=WHITE)
        draw = ImageDraw.Draw(image)
        left = 0
        for char in text:
            width = escpos.columns_of(char) * column
            draw.text((left + width // 2, baseline), char, fill=BLACK, font=font, anchor="ms")
            left += width
        return _bands(image)

    def _font(self, path: Path, dots: int) -> FreeTypeFont:
        if dots not in self._opened:
            self._opened[dots] = _open_font(path, dots)
        return self._opened[dots]


def qr_bands(content: str, module_dots: int) -> Bands:
    """A QR code of level M as a bitmap, without its quiet zone."""
    import qrcode  # type: ignore[import-untyped]
    from PIL import Image

    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    matrix = code.get_matrix()
    image = Image.new("1", (len(matrix), len(matrix)), color=WHITE)
    image.putdata([BLACK if dark else WHITE for row in matrix for dark in row])
    side = len(matrix) * module_dots
    return _bands(image.resize((side, side)))


def _open_font(path: Path, dots: int) -> FreeTypeFont:
    """The simplified Chinese face of a collection, else its first face."""
    from PIL import ImageFont

    faces = []
    for index in range(FACES_MAX):
        try:
            face = ImageFont.truetype(str(path), dots, index=index)
        except OSError:  # beyond the last face
            break
        if str(face.getname()[0]).endswith(" SC"):
            return face
        faces.append(face)
    return faces[0] if faces else ImageFont.truetype(str(path), dots)


def _bands(image: Image) -> Bands:
    """The picture in portions of one GS v 0 command each."""
    from escpos.image import EscposImage

    whole = EscposImage(image)
    parts = whole.split(escpos.band_rows_max(whole.width_bytes))
    bands = [EscposImage(part) for part in parts]
    return [(band.width_bytes, band.to_raster_format()) for band in bands]
