"""ESC/POS bytes and status answers against the worked exchanges (`escpos-printer.md`)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import escpos, escpos_status
from protocol.errors import OurMistake
from protocol.escpos import Rom
from protocol.escpos_status import Automatic, Condition, InOrder, RealTime, Receiver
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("escpos-printer")
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)  # all of them are in GBK


def text_bytes(name: str) -> bytes:
    """The text of a vector after its INITIALISE."""
    return VECTORS[name].sent_by("host").removeprefix(escpos.INITIALISE)


def line(text: str) -> bytes:
    code = escpos.line_bytes(escpos.printable(text), Rom.GBK)
    assert code is not None
    return code + escpos.LINE_END


# --- text


def test_a_title_is_gb_bytes_in_chinese_mode() -> None:
    title = VECTORS["text"].decoded["text"][0]
    assert text_bytes("text") == escpos.CENTRE + line(title) + escpos.LEFT


def test_the_half_width_yen_sign_is_sent_as_the_full_width_one() -> None:
    assert line("金额：¥100.00") == text_bytes("amount")
    assert (
        escpos.printable("¥").encode("gb18030").hex(" ").upper()
        == (VECTORS["yen-trap"].decoded["must_send"])
    )


def test_a_line_wraps_by_display_width() -> None:
    expected = VECTORS["wrap-58"].decoded
    rows = escpos.wrap("".join(expected["text"]), expected["columns"])
    assert b"".join(line(row) for row in rows) == text_bytes("wrap-58")


@given(st.text(st.one_of(HAN, st.characters(min_codepoint=0x20, max_codepoint=0x7E))))
def test_wrapping_loses_nothing_and_never_exceeds_the_paper(text: str) -> None:
    rows = escpos.wrap(text, 32)
    assert "".join(rows) == text
    assert all(escpos.columns_of(row) <= 32 for row in rows)


def test_two_columns_fill_the_line() -> None:
    left, right = "交易金额", "1,234.56"
    text = left + " " * (32 - escpos.columns_of(left + right)) + right
    assert line(text) == text_bytes("two-columns")


def test_a_big_line_is_double_in_both_directions_and_then_reset() -> None:
    assert escpos.SIZE_2 + line("￥100.00") + escpos.SIZE_1 == text_bytes("big")


@given(st.text())
def test_no_text_can_become_a_command(text: str) -> None:
    for char in escpos.printable(text):
        code = escpos.char_bytes(char, Rom.GBK)
        assert code is None or code[0] >= 0x20


@given(st.text())
def test_a_printable_character_is_one_ascii_byte_or_one_pair(text: str) -> None:
    for char in escpos.printable(text):
        code = escpos.char_bytes(char, Rom.GBK)
        assert code is None or (len(code) == 1) == (code < b"\x80")
        assert code is None or len(code) <= 2


@pytest.mark.parametrize("char", ["𠮷", "😀", "\ue000", "ñ", "\ud800"])
def test_a_character_outside_the_rom_has_no_bytes(char: str) -> None:
    assert escpos.char_bytes(char, Rom.GBK) is None
    assert escpos.line_bytes(f"姓名{char}", Rom.GBK) is None


def test_a_gb2312_rom_lacks_what_only_gbk_has() -> None:
    assert escpos.char_bytes("镕", Rom.GBK) == bytes.fromhex("E946")
    assert escpos.char_bytes("镕", Rom.GB2312) is None
    assert escpos.char_bytes("惠", Rom.GB2312) == bytes.fromhex("BBDD")


# --- commands


def test_feed_and_cut_end_as_the_worked_receipt_does() -> None:
    assert VECTORS["receipt"].sent_by("host").endswith(escpos.FEED_AND_CUT + escpos.FENCE)
    assert escpos.FEED_AND_CUT.endswith(VECTORS["cut"].sent_by("host"))


def test_a_jam_is_cleared_and_the_printer_initialised() -> None:
    cleared = escpos.CLEAR_AFTER_JAM + escpos.INITIALISE
    assert cleared == VECTORS["cutter-recover"].sent_by("host")


def test_a_qr_code_is_the_worked_one() -> None:
    content = VECTORS["qr"].decoded["qr"]
    code = escpos.qr(content, module_dots=6, paper_dots=384)
    assert escpos.CENTRE + code + escpos.LEFT == VECTORS["qr"].sent_by("host")


def test_the_modules_of_a_long_qr_code_shrink_until_it_fits_the_paper() -> None:
    code = escpos.qr("x" * 400, module_dots=6, paper_dots=384)
    assert code[9:17] == b"\x1d(k\x03\x001C\x04"  # version 15 has 77 modules: 5 dots are too many


@pytest.mark.parametrize("content", ["x" * 451, "惠农", "a\x1bb", "a\x10\x04\x01"])
def test_a_qr_code_that_cannot_be_is_refused(content: str) -> None:
    with pytest.raises(OurMistake):
        escpos.qr(content, module_dots=4, paper_dots=384)


def test_a_bitmap_is_the_worked_one() -> None:
    rows = VECTORS["raster"].decoded["rows"]
    data = b"".join(int(row, 2).to_bytes(2, "big") for row in rows)
    assert escpos.raster([(2, data)]) == VECTORS["raster"].sent_by("host")


@given(st.lists(st.sampled_from(b"\x10\x04\x05\x14\x01"), min_size=1).map(bytes))
def test_no_bitmap_holds_a_real_time_command(rows: bytes) -> None:
    bitmap = escpos.raster([(1, rows)])[8:]
    assert len(bitmap) == len(rows)
    assert not any(real_time in bitmap for real_time in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


@pytest.mark.parametrize("width_bytes", [1, 27, 48, 72])
def test_a_band_is_at_most_a_kilobyte(width_bytes: int) -> None:
    assert 0 < escpos.band_rows_max(width_bytes) * width_bytes <= 1024


# --- status

SAID = {
    "ready": set(),
    "cover-open": {Condition.OFFLINE, Condition.COVER_OPEN},
    "paper-out": {Condition.OFFLINE, Condition.PAPER_OUT, Condition.NEAR_END},
    "near-end": {Condition.NEAR_END},
    "cutter": {Condition.OFFLINE, Condition.CUTTER},
    "head-hot": {Condition.HEAD_HOT},
    "unrecoverable": {Condition.UNRECOVERABLE},
}


@pytest.mark.parametrize("name", SAID)
def test_the_status_of_every_worked_exchange_is_understood(name: str) -> None:
    said: set[Condition] = set()
    for asked, answered in zip(*[iter(VECTORS[name].steps)] * 2, strict=True):
        number = asked[1][2]
        assert asked[1] == escpos_status.question(number)
        (answer,) = Receiver().receive(answered[1])
        assert isinstance(answer, RealTime)
        said |= escpos_status.conditions(number, answer.byte)
    assert said == SAID[name]


@pytest.mark.parametrize("name", ["fence-ok", "fence-near-end"])
def test_a_fence_is_answered_in_order(name: str) -> None:
    assert VECTORS[name].steps[0][1] == escpos.FENCE
    (answer,) = Receiver().receive(VECTORS[name].sent_by("device"))
    assert isinstance(answer, InOrder)


def test_an_automatic_block_before_the_answer_is_not_the_answer() -> None:
    said = VECTORS["asb-inside-question"]
    expected = (
        Automatic(bytes.fromhex(said.decoded["asb"])),
        RealTime(int(said.decoded["dle_eot_4"], 16)),
    )
    assert Receiver().receive(said.sent_by("device")) == expected


def test_flow_control_inside_an_automatic_block_is_skipped() -> None:
    said = VECTORS["asb-with-xoff"]
    expected = (Automatic(bytes.fromhex(said.decoded["asb"])),)
    assert Receiver().receive(said.sent_by("device")) == expected


@given(st.data(), st.binary(max_size=30))
def test_any_chunking_gives_the_same_answers(data: st.DataObject, wire: bytes) -> None:
    receiver = Receiver()
    answers = [answer for cut in data.draw(cuts(wire)) for answer in receiver.receive(cut)]
    assert tuple(answers) == Receiver().receive(wire)


@given(st.binary(max_size=30))
def test_a_real_time_answer_after_garbage_is_found(garbage: bytes) -> None:
    assert Receiver().receive(garbage + b"\x12")[-1] == RealTime(0x12)
