"""A slip as a picture: white paper, dots as the head would burn them, torn edges.

Glyphs come from a Noto Sans Mono CJK font found under /usr/share/fonts, whose half and full widths
are exactly Font A (12x24) and Han (24x24). Without a CJK font there is no picture, said once.
"""

import functools
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.hw_sim.slip import Cell, Feed, Item, QrCode, Raster, Slip, TextLine

FONT_ROOT = Path("/usr/share/fonts")
FAMILIES = ("Noto Sans Mono CJK SC", "Noto Sans CJK SC", "Source Han Mono SC", "WenQuanYi Zen Hei")
FILE_PATTERNS = ("*NotoSans*CJK*", "*SourceHan*", "*wqy-zenhei*")
FACES_MAX = 20  # faces in one collection file
EM_DOTS = 24
PAPER_WHITE, INK, TABLE_GREY = 253, 24, 206
TABLE_DOTS = 14  # of table seen around the paper
TOOTH_DOTS = 8
HEAD_MARGIN_DOTS = 20


def write_picture(slip: Slip, path: Path) -> bool:
    """Writes the PNG; False when no CJK font was found on this computer."""
    if _face(bold=False) is None:
        _say_no_font()
        return False
    picture(slip).save(path, optimize=True)
    return True


def picture(slip: Slip) -> Image.Image:
    height = sum(item.height_dots for item in slip.items) + 2 * HEAD_MARGIN_DOTS
    paper = Image.new("L", (slip.paper.paper_dots, height), PAPER_WHITE)
    left = (slip.paper.paper_dots - slip.paper.printable_dots) // 2
    top = HEAD_MARGIN_DOTS
    for item in slip.items:
        _draw(paper, item, left, top)
        top += item.height_dots
    return _on_table(paper)


def _draw(paper: Image.Image, item: Item, left: int, top: int) -> None:
    if isinstance(item, Feed):
        return
    x = left + item.place.x_dots(item.width_dots)
    if isinstance(item, TextLine):
        _draw_text(paper, item, x, top)
    else:
        dots = _raster_dots(item) if isinstance(item, Raster) else _qr_dots(item)
        paper.paste(INK, (x, top), dots)


def _draw_text(paper: Image.Image, line: TextLine, x: int, top: int) -> None:
    cells_height = max((cell.height_dots * cell.scale_y for cell in line.cells), default=0)
    for cell in line.cells:
        cell_top = top + cells_height - cell.height_dots * cell.scale_y
        if cell.char != " ":
            paper.paste(INK, (x, cell_top), _glyph(cell))
        if cell.underline:
            bottom = top + cells_height
            ImageDraw.Draw(paper).line((x, bottom, x + cell.advance_dots - 1, bottom), INK, 2)
        x += cell.advance_dots


@functools.lru_cache(maxsize=4096)
def _glyph(cell: Cell) -> Image.Image:
    """The character's ink, drawn at its printed height and then brought to its printed width."""
    height = cell.height_dots * cell.scale_y
    em = EM_DOTS * height // 24
    full_width = em if cell.width_dots >= EM_DOTS else em // 2
    font = _font(em, bold=cell.bold)
    mask = Image.new("L", (full_width, height), 0)
    # CJK faces stand on 0.88 of the em; the cell has no line gap.
    ImageDraw.Draw(mask).text((0, round(em * 0.86)), cell.char, fill=255, font=font, anchor="ls")
    wanted = cell.advance_dots
    return mask if full_width == wanted else mask.resize((wanted, height), Image.Resampling.LANCZOS)


def _raster_dots(raster: Raster) -> Image.Image:
    width = len(raster.rows[0]) * 8
    dots = Image.frombytes("1", (width, len(raster.rows)), b"".join(raster.rows)).convert("L")
    return dots.resize((raster.width_dots, raster.height_dots), Image.Resampling.NEAREST)


def _qr_dots(code: QrCode) -> Image.Image:
    side = len(code.modules)
    modules = Image.new("L", (side, side))
    modules.putdata([255 * bit for row in code.modules for bit in row])
    return modules.resize((code.width_dots, code.height_dots), Image.Resampling.NEAREST)


def _on_table(paper: Image.Image) -> Image.Image:
    width, height = paper.size
    table = Image.new("L", (width + 2 * TABLE_DOTS, height + 2 * TABLE_DOTS), TABLE_GREY)
    table.paste(paper, (TABLE_DOTS, TABLE_DOTS), _torn_outline(width, height))
    return table


def _torn_outline(width: int, height: int) -> Image.Image:
    """The paper's shape: straight at the sides, saw-toothed where the cutter bar was."""
    teeth = range(0, width + TOOTH_DOTS, TOOTH_DOTS)
    top = [(x, TOOTH_DOTS // 2 * (at % 2)) for at, x in enumerate(teeth)]
    bottom = [(x, height - 1 - TOOTH_DOTS // 2 * (at % 2)) for at, x in enumerate(teeth)]
    outline = Image.new("L", (width, height), 0)
    ImageDraw.Draw(outline).polygon([*top, *reversed(bottom)], fill=255)
    return outline


@functools.lru_cache(maxsize=32)
def _font(em: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    face = _face(bold=bold) or _face(bold=False)
    assert face is not None
    path, index = face
    return ImageFont.truetype(path, em, index=index)


@functools.lru_cache(maxsize=2)
def _face(*, bold: bool) -> tuple[Path, int] | None:
    """File and face number of the best family there is."""
    style = "Bold" if bold else "Regular"
    found: dict[str, tuple[Path, int]] = {}
    for pattern in FILE_PATTERNS:
        for path in sorted(FONT_ROOT.rglob(pattern)):
            found |= _faces(path, style)
    return next((found[family] for family in FAMILIES if family in found), None)


def _faces(path: Path, style: str) -> dict[str, tuple[Path, int]]:
    faces: dict[str, tuple[Path, int]] = {}
    for index in range(FACES_MAX):
        try:
            family, face_style = ImageFont.truetype(path, EM_DOTS, index=index).getname()
        except OSError:
            break
        if family is not None and face_style == style:
            faces[family] = (path, index)
    return faces


@functools.lru_cache(maxsize=1)
def _say_no_font() -> None:
    print(f"no CJK font under {FONT_ROOT}: slips are written as text only", file=sys.stderr)
