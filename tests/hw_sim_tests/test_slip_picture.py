"""The picture of a slip (escpos-printer.md section 1 for its dots)."""

from pathlib import Path

import pytest
from PIL import Image

from tests.hw_sim import slip_picture
from tests.hw_sim.slip import PAPERS, QrCode, Slip
from tests.hw_sim_tests.shop import DirectShop
from tests.hw_sim_tests.vectors import device_vectors

PRINTER = device_vectors("escpos-printer")
CUT = PRINTER["cut"].host_bytes
BLACK_MAX = 80

needs_cjk_font = pytest.mark.skipif(
    slip_picture._face(bold=False) is None, reason="no CJK font on this computer"
)


def slip_of(shop: DirectShop, data: bytes) -> Slip:
    shop.exchange("printer", data + CUT)
    return shop.printer.slips[-1]


def is_black(picture: Image.Image, x: int, y: int) -> bool:
    value = picture.getpixel((x, y))
    assert isinstance(value, int)
    return value < BLACK_MAX


@needs_cjk_font
def test_the_picture_is_as_wide_as_the_paper(direct: DirectShop, tmp_path: Path) -> None:
    slip = slip_of(direct, PRINTER["receipt"].host_bytes)
    assert slip_picture.write_picture(slip, tmp_path / "slip.png")
    with Image.open(tmp_path / "slip.png") as picture:
        assert picture.width == PAPERS[58].paper_dots + 2 * slip_picture.TABLE_DOTS


def test_every_module_of_a_qr_code_stands_where_it_belongs(direct: DirectShop) -> None:
    slip = slip_of(direct, PRINTER["qr"].host_bytes)
    code = slip.items[0]
    assert isinstance(code, QrCode)
    picture = slip_picture.picture(slip)
    left = (picture.width - code.width_dots) // 2
    top = slip_picture.TABLE_DOTS + slip_picture.HEAD_MARGIN_DOTS
    half = code.module_dots // 2
    seen = tuple(
        tuple(
            int(is_black(picture, left + x * code.module_dots + half, top + y * code.module_dots))
            for x in range(len(code.modules))
        )
        for y in range(len(code.modules))
    )
    assert seen == code.modules


def test_raster_dots_are_black_where_bits_are_set(direct: DirectShop) -> None:
    picture = slip_picture.picture(slip_of(direct, PRINTER["raster"].host_bytes))
    left = slip_picture.TABLE_DOTS + (PAPERS[58].paper_dots - PAPERS[58].printable_dots) // 2
    top = slip_picture.TABLE_DOTS + slip_picture.HEAD_MARGIN_DOTS
    rows = [
        "".join(str(int(is_black(picture, left + x, top + y))) for x in range(16)) for y in (0, 1)
    ]
    assert rows == PRINTER["raster"].decoded["rows"]


@needs_cjk_font
def test_text_leaves_ink_inside_its_cells_only(direct: DirectShop) -> None:
    picture = slip_picture.picture(slip_of(direct, b"\x1ba\x01\xbb\xdd\xc5\xa9\n"))
    middle = picture.width // 2
    top = slip_picture.TABLE_DOTS + slip_picture.HEAD_MARGIN_DOTS
    ink = [
        x for x in range(60, picture.width - 60) for y in range(24) if is_black(picture, x, top + y)
    ]
    assert middle - 24 <= min(ink) < middle - 12
    assert middle + 12 < max(ink) < middle + 24
