"""zbarimg on the QR code in the picture of a slip the printer simulator printed."""

import os
from collections.abc import Iterator
from pathlib import Path

from tests.hw_sim.bench import running_devices
from tests.hw_sim.slip_picture import write_picture
from tests.judges.ruling import CannotJudge, Claim, hear

QR_TEXT = "https://example.invalid/r/20261123000123"
# escpos-printer.json, vector `qr`: model 2, size 6, level M; then a cut.
SET_UP = bytes.fromhex("1B40 1B6101 1D286B0400314132 00 1D286B0300314306 1D286B0300314531")
PRINT_AND_CUT = bytes.fromhex("1D286B0300315130 1B6100 1B6403 1D564200")


def ask(place: Path) -> Iterator[Claim]:
    text = QR_TEXT.encode("ascii")
    store = b"\x1d\x28\x6b" + (len(text) + 3).to_bytes(2, "little") + b"1P0" + text
    with running_devices(place, fitted=("printer",)) as bench:
        port = os.open(bench.link("printer"), os.O_RDWR | os.O_NOCTTY)
        os.write(port, SET_UP + store + PRINT_AND_CUT)
        slips = bench.wait_for_slips(1)
        os.close(port)
    picture = place / "slip.png"
    if not slips or not write_picture(slips[0], picture):
        raise CannotJudge("the slip could not be drawn: is fonts-noto-cjk installed?")
    heard = hear("zbarimg", "--quiet", "--raw", str(picture))
    yield Claim("what is in the QR code?", heard.words, heard.words.endswith(QR_TEXT))
