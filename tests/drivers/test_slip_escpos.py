"""The bytes of a slip: few commands, Chinese by the ROM, bitmaps only where the ROM ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers import glyphs
from drivers.api import Align, Feed, Line, Qr, Text
from drivers.slip_escpos import PrinterProfile, QrMethod, SlipWriter
from protocol.escpos import Rom
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("escpos-printer")
BITMAP = b"\x1dv0\x00"
START, END = b"\x1b@\x1c&", b"\x1bd\x02\x1dVB\x00"
RARE = "𠮷"  # not in GBK

FONT = glyphs.find_font()
needs_font = pytest.mark.skipif(FONT is None, reason="no CJK font installed")


def body(*lines: Line, profile: PrinterProfile = PrinterProfile()) -> bytes:  # noqa: B008
    slip = b"".join(SlipWriter(profile).blocks(lines))
    assert slip.startswith(START)
    assert slip.endswith(END)
    return slip[len(START) : -len(END)]


def gb(text: str) -> bytes:
    return text.encode("gbk") + b"\n"


def test_a_setting_is_sent_only_where_it_changes() -> None:
    lines = (Text("一", Align.CENTRE), Text("二", Align.CENTRE), Text("三"), Text("四"))
    assert body(*lines) == b"\x1ba\x01" + gb("一") + gb("二") + b"\x1ba\x00" + gb("三") + gb("四")


def test_a_big_line_switches_ascii_and_chinese_and_both_back() -> None:
    big = VECTORS["big"].sent_by("host").removeprefix(START)
    assert body(Text("¥100.00", size=2)) == big


def test_a_bold_line_is_bold_alone() -> None:
    assert body(Text("a", bold=True), Text("b")) == b"\x1bE\x01a\n\x1bE\x00b\n"


def test_a_line_wider_than_the_paper_goes_on_below() -> None:
    expected = VECTORS["wrap-58"].sent_by("host").removeprefix(START)
    assert body(Text("一二三四五六七八九十一二三四五六七")) == expected


def test_a_big_line_has_half_the_columns() -> None:
    assert body(Text("x" * 17, size=2)).count(b"\n") == 2


def test_a_qr_code_stands_centred_between_blank_lines() -> None:
    content = VECTORS["qr"].decoded["qr"]
    worked = VECTORS["qr"].sent_by("host").removesuffix(b"\x1ba\x00")
    expected = worked.replace(b"\x1ba\x01", b"\x1ba\x01\n") + b"\n"
    got = body(Qr(content), Text("x"), profile=PrinterProfile(qr_module_dots=6))
    assert got == expected + b"\x1ba\x00x\n"


def test_a_feed_is_one_command() -> None:
    assert body(Feed(), Feed(3)) == b"\n\x1bd\x03"


def test_a_control_character_never_reaches_the_printer() -> None:
    assert body(Text("a\x1bi\x10\x14\x01\tb")) == b"ai b\n"


def test_without_a_font_a_rare_character_is_printed_as_its_code_point(tmp_path: Path) -> None:
    got = body(Text(f"姓名 {RARE}某"), profile=PrinterProfile(fonts=tmp_path))
    assert got == gb("姓名 [U+20BB7]某")


@needs_font
def test_a_line_with_a_rare_character_goes_out_as_a_bitmap_and_the_others_as_text() -> None:
    got = body(Text("站点"), Text(f"姓名 {RARE}"), Text("x"))
    assert got.startswith(gb("站点") + BITMAP)
    assert got.endswith(b"\x1bJ\x06x\n")
    width_bytes, rows = got[9], got[11]  # 7 columns of 12 dots, 24 dots high
    assert (width_bytes, rows) == ((7 * 12 + 7) // 8, 24)


@needs_font
def test_a_gb2312_rom_has_gbk_characters_drawn() -> None:
    assert BITMAP not in body(Text("镕"))
    assert BITMAP in body(Text("镕"), profile=PrinterProfile(rom=Rom.GB2312))


@needs_font
def test_a_drawn_character_has_ink_within_its_cell() -> None:
    assert FONT is not None
    ((width_bytes, rows),) = glyphs.Glyphs(FONT).line(RARE, 1)
    dots = sum(byte.bit_count() for byte in rows)
    assert width_bytes == 3
    assert 60 < dots < 24 * 24 // 2
    assert not any(rows[:3] + rows[-3:])  # nothing is cut off above or below


@needs_font
def test_a_character_no_font_has_is_printed_as_its_code_point() -> None:
    assert body(Text("a\ue000")) == b"a[U+E000]\n"


def test_a_printer_without_qr_command_gets_a_bitmap_in_bands_of_a_kilobyte() -> None:
    got = body(Qr("HN1:" + "A0" * 87), profile=PrinterProfile(qr=QrMethod.RASTER))
    bands = got.split(BITMAP)[1:]
    assert sum(band[2] | band[3] << 8 for band in bands) == 45 * 4  # version 7 has 45 modules
    assert all(band[0] == (45 * 4 + 7) // 8 for band in bands)
    assert all(len(band) <= 1024 + 5 for band in bands)


def test_a_qr_bitmap_begins_with_its_finder_pattern() -> None:
    bands = glyphs.qr_bands("惠农".encode().hex(), 8)
    width_bytes, rows = bands[0][0], b"".join(rows for _, rows in bands)
    modules = [rows[width_bytes * 8 * row : width_bytes * 8 * row + 7] for row in range(7)]
    finder = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")
    expected = [bytes(0xFF if dot == "1" else 0 for dot in row) for row in finder]
    assert modules == expected


def test_a_withdrawal_slip_with_its_qr_code_takes_nine_tenths_of_a_second_at_9600() -> None:
    sent = START + body(*WITHDRAWAL) + END + b"\x1dr\x01"
    assert len(sent) * 10 / 9600 <= 0.9


# The store copy of `screens.md`.
WITHDRAWAL: tuple[Line, ...] = (
    Text("农村金融服务站签购单", Align.CENTRE),
    Text("助农取款（商户存根）", Align.CENTRE),
    *(
        Text(row)
        for row in (
            "-" * 32,
            "站点 44010001  桃源村服务站",
            "商户号 103440160120001",
            "操作员 01",
            "卡号 6229******2343     (芯片)",
            "发卡行 测试银行",
            "-" * 32,
            "金额        RMB 300.00",
            "手续费      RMB 0.00",
            "大写    叁佰元整",
            "-" * 32,
            "日期 2026-11-23  09:31:20",
            "批次 000012    流水 000104",
            "参考号 326112000104",
            "授权码 A1B2C3",
            "AID A000000333010101",
            "TC 1A2B3C4D5E6F7081  ATC 0042",
            "-" * 32,
            "本人确认以上交易，同意将其记入本",
            "卡账户",
            "签名/指印：",
        )
    ),
    Feed(2),
    Qr("HN1:" + "A0" * 87),
    Text("咨询电话 000-12345"),
    Text("存根保存 24 个月"),
)
