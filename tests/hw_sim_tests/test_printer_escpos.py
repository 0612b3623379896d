"""The printer simulator: paper, text, codes, status, faults (escpos-printer.md)."""

import pytest

from tests.hw_sim.escpos_interpreter import Rom
from tests.hw_sim.printer_escpos import Model
from tests.hw_sim.printer_status import PaperState, StatusProfile
from tests.hw_sim.slip import PAPERS, QrCode, Raster, TextLine, columns_of
from tests.hw_sim_tests.shop import DirectShop, WiredShop, villager
from tests.hw_sim_tests.vectors import device_vectors

PRINTER = device_vectors("escpos-printer")
CUT = PRINTER["cut"].host_bytes
INIT = b"\x1b@\x1c&"
FENCE = b"\x1dr\x01"


def printed(shop: DirectShop, data: bytes) -> tuple[str, ...]:
    """The lines of the slip that `data` and a cut make."""
    shop.exchange("printer", data + CUT)
    return shop.printer.slips[-1].lines


@pytest.mark.parametrize("name", ["text", "amount", "wrap-58"])
def test_worked_texts_read_as_the_sheet_says(name: str, direct: DirectShop) -> None:
    vector = PRINTER[name]
    assert list(printed(direct, vector.host_bytes)) == vector.decoded["text"]
    assert direct.printer.violations == []


def test_a_worked_receipt_is_one_cut_slip(direct: DirectShop) -> None:
    vector = PRINTER["receipt"]
    assert direct.exchange("printer", vector.host_bytes) == vector.steps[-1].data
    (slip,) = direct.printer.slips
    assert list(slip.lines) == vector.decoded["text"]
    assert direct.printer.cuts == vector.decoded["cut"]


def test_two_columns_fill_the_paper(direct: DirectShop) -> None:
    (line,) = printed(direct, PRINTER["two-columns"].host_bytes)
    assert columns_of(line) == PRINTER["two-columns"].decoded["width"] == PAPERS[58].columns


def test_a_character_that_does_not_fit_starts_the_next_line(direct: DirectShop) -> None:
    assert printed(direct, INIT + b"a" * 31 + "金b".encode("gbk") + b"\n") == ("a" * 31, "金b")


def test_double_size_needs_both_commands_and_both_resets(direct: DirectShop) -> None:
    printed(direct, PRINTER["big"].host_bytes + b"1\n")
    big, small = [item for item in direct.printer.slips[0].items if isinstance(item, TextLine)]
    assert {(cell.scale_x, cell.scale_y) for cell in big.cells} == {(2, 2)}
    assert {(cell.scale_x, cell.scale_y) for cell in small.cells} == {(1, 1)}


def test_gs_size_alone_leaves_han_characters_small(direct: DirectShop) -> None:
    printed(direct, INIT + b"\x1d!\x11" + "金1".encode("gbk") + b"\n")
    line = direct.printer.slips[0].items[0]
    assert isinstance(line, TextLine)
    assert [cell.scale_x for cell in line.cells] == [1, 2]


def test_a_qr_code_is_read_back_as_its_content(direct: DirectShop) -> None:
    vector = PRINTER["qr"]
    printed(direct, vector.host_bytes)
    (slip,) = direct.printer.slips
    assert slip.qr_contents == (vector.decoded["qr"],)
    assert f"[QR {vector.decoded['qr']}]" in slip.text


def test_a_qr_code_has_the_size_of_its_version_and_module(direct: DirectShop) -> None:
    printed(direct, PRINTER["qr"].host_bytes)
    (code,) = [item for item in direct.printer.slips[0].items if isinstance(item, QrCode)]
    version = 3  # 40 bytes at level M: version 3 holds 42 (ISO/IEC 18004)
    assert code.width_dots == (17 + 4 * version) * 6


def test_a_qr_code_wider_than_the_paper_is_not_printed(direct: DirectShop) -> None:
    wide = PRINTER["qr"].host_bytes.replace(b"1C\x06", b"1C\x10")
    direct.exchange("printer", wide + CUT)
    assert direct.printer.violations == ["QR code of 464 dots on 384"]


def test_a_raster_is_printed_dot_by_dot(direct: DirectShop) -> None:
    vector = PRINTER["raster"]
    assert printed(direct, vector.host_bytes) == ("[raster 16x2]",)
    raster = direct.printer.slips[0].items[0]
    assert isinstance(raster, Raster)
    assert ["".join(f"{byte:08b}" for byte in row) for row in raster.rows] == vector.decoded["rows"]


def test_bands_of_one_bitmap_are_shown_as_one(direct: DirectShop) -> None:
    assert printed(direct, PRINTER["raster"].host_bytes * 3) == ("[raster 16x6]",)


def test_a_drawer_pulse_is_counted_with_its_times(direct: DirectShop) -> None:
    decoded = PRINTER["drawer"].decoded
    direct.exchange("printer", PRINTER["drawer"].host_bytes)
    assert direct.printer.drawer_pulses == [(2, decoded["on_ms"], decoded["off_ms"])]


def test_any_split_of_the_bytes_prints_the_same_slip(direct: DirectShop) -> None:
    data = PRINTER["receipt"].host_bytes + PRINTER["qr"].host_bytes + CUT
    for byte in data:
        direct.exchange("printer", bytes([byte]))
    whole = DirectShop(villager())
    whole.exchange("printer", data)
    assert [slip.text for slip in direct.printer.slips] == [s.text for s in whole.printer.slips]


def test_without_chinese_mode_after_init_text_is_rubbish(direct: DirectShop) -> None:
    assert printed(direct, b"\x1b@" + "金额".encode("gbk") + b"\n") != ("金额",)


def test_a_lone_lead_byte_eats_the_command_after_it(direct: DirectShop) -> None:
    direct.exchange("printer", INIT + b"\xbd\x1bE\x31\n" + CUT)
    assert direct.printer.violations == ["no character BD 1B in the GBK font"]
    assert direct.printer.slips[0].lines == ("?E1",)


def test_four_byte_gb18030_is_not_in_the_font(direct: DirectShop) -> None:
    direct.exchange("printer", INIT + bytes.fromhex(PRINTER["yen-trap"].decoded["gb18030"]) + b"\n")
    assert len(direct.printer.violations) == 2


def test_a_gb2312_rom_lacks_what_gbk_has() -> None:
    shop = DirectShop(villager(), Model(rom=Rom.GB2312, speed_mm_s=float("inf")))
    assert printed(shop, INIT + "镕金".encode("gbk") + b"\n") == ("?金",)


@pytest.mark.parametrize("data", [b"\x1b9\x01", b"\x1bZ", b"\x1bM\x01", b"\t", b"\x1d(L\x02\x0000"])
def test_what_the_sheet_does_not_give_is_a_violation(data: bytes, direct: DirectShop) -> None:
    assert printed(direct, INIT + data + b"ok\n") == ("ok",)
    assert len(direct.printer.violations) == 1


def test_a_cut_or_alignment_inside_a_line_is_a_violation(direct: DirectShop) -> None:
    direct.exchange("printer", b"abc\x1ba\x01" + CUT)
    assert direct.printer.violations == ["ESC a inside a line", "GS V inside a line"]


def test_a_status_triple_inside_a_bitmap_is_obeyed_and_counted(direct: DirectShop) -> None:
    bitmap = b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01"
    assert direct.exchange("printer", bitmap) == b"\x12"
    assert direct.printer.violations == ["DLE EOT triple inside another command's data"]


def test_status_is_answered_ahead_of_what_waits(direct: DirectShop) -> None:
    direct.printer.set_cover(is_open=True)
    assert direct.exchange("printer", b"abc\n" + FENCE + b"\x10\x04\x01") == b"\x1a"


def test_a_fence_is_answered_late_when_the_cover_closes(direct: DirectShop) -> None:
    direct.printer.set_cover(is_open=True)
    assert direct.exchange("printer", b"abc\n" + FENCE) == b""
    direct.printer.set_cover(is_open=False)
    assert direct.taken("printer") == b"\x00"


def test_the_fence_is_answered_when_the_paper_has_moved() -> None:
    shop = DirectShop(villager(), Model(speed_mm_s=50))
    assert shop.exchange("printer", b"a\n" * 40 + FENCE) == b""
    for _ in range(40):
        shop.wait(0.08)  # 30 dots at 50 mm/s take 75 ms
    assert shop.taken("printer") == b"\x00"


def test_paper_out_in_a_slip_tears_it_in_two(direct: DirectShop) -> None:
    direct.printer.paper_left_mm = 5
    direct.exchange("printer", b"one\ntwo\nthree\n" + CUT + FENCE)
    assert direct.exchange("printer", b"\x10\x04\x04") == b"\x7e"
    direct.printer.set_paper(PaperState.IN)
    assert [slip.lines for slip in direct.printer.slips] == [("one", "two"), ("three",)]
    assert direct.printer.slips[0].end == "torn: paper out"


def test_paper_runs_low_before_it_runs_out(direct: DirectShop) -> None:
    direct.printer.paper_left_mm = 1001
    assert direct.exchange("printer", b"one\n" + FENCE) == b"\x03"


def test_paper_running_low_at_the_cut_does_not_join_two_slips(direct: DirectShop) -> None:
    direct.printer.paper_left_mm = 1010  # low is 1000 mm; the feed to the blade is 15 mm
    direct.exchange("printer", b"one\n" + CUT + b"two\n" + CUT)
    assert [slip.lines for slip in direct.printer.slips] == [("one",), ("two",)]


def test_a_jammed_cutter_keeps_the_slip_until_freed_and_recovered(direct: DirectShop) -> None:
    direct.printer.jams_at_cut = 1
    direct.exchange("printer", b"one\n" + CUT)
    assert direct.exchange("printer", b"\x10\x04\x03") == b"\x1a"
    direct.printer.free_cutter()
    assert direct.exchange("printer", b"\x10\x05\x01") == b""
    assert [slip.end for slip in direct.printer.slips] == ["partial cut"]


def test_recovery_with_a_cleared_buffer_drops_the_rest(direct: DirectShop) -> None:
    direct.printer.jams_at_cut = 1
    direct.exchange("printer", b"one\n" + CUT + b"two\n")
    direct.printer.free_cutter()
    direct.exchange("printer", PRINTER["cutter-recover"].host_bytes + b"three\n" + CUT)
    assert [slip.lines for slip in direct.printer.slips] == [("one",), ("three",)]


def test_a_hot_head_cools_by_itself(direct: DirectShop) -> None:
    direct.printer.set_head_hot(is_hot=True)
    assert direct.exchange("printer", b"one\n" + CUT) == b""
    direct.wait(31)
    assert [slip.lines for slip in direct.printer.slips] == [("one",)]


def test_switched_off_it_is_silent_and_loses_the_buffer(direct: DirectShop) -> None:
    direct.printer.set_cover(is_open=True)
    direct.exchange("printer", b"lost\n" + CUT)
    direct.printer.power_off()
    assert direct.exchange("printer", b"\x10\x04\x01") == b""
    direct.printer.power_on()
    direct.printer.set_cover(is_open=False)
    assert direct.printer.slips == []


@pytest.mark.parametrize(
    ("profile", "answers"),
    [
        (StatusProfile.FULL, b"\x12\x12\x12\x1e\x03"),
        (StatusProfile.BASIC, b"\x12\x12"),
        (StatusProfile.NONE, b""),
        (StatusProfile.CONSTANT, b"\x12" * 5),
    ],
)
def test_a_status_profile_answers_what_its_clone_answers(
    profile: StatusProfile, answers: bytes
) -> None:
    shop = DirectShop(villager(), Model(status=profile, speed_mm_s=float("inf")))
    shop.printer.set_paper(PaperState.LOW)
    questions = b"".join(b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4))
    assert shop.exchange("printer", questions + FENCE) == answers


def test_asb_can_come_in_the_middle_of_a_question(direct: DirectShop) -> None:
    vector = PRINTER["asb-inside-question"]
    direct.printer.set_paper(PaperState.LOW)
    direct.faults.set("asb_inside", 1)
    assert direct.exchange("printer", vector.host_bytes) == vector.steps[1].data


@pytest.fixture
def stopped(wired: WiredShop) -> WiredShop:
    wired.act(lambda: wired.printer.set_cover(is_open=True))
    return wired


def test_a_full_buffer_blocks_the_host_until_it_empties(stopped: WiredShop) -> None:
    host = stopped.hosts["printer"]
    assert host.fills_up()
    assert stopped.printer.busy
    stopped.act(lambda: stopped.printer.set_cover(is_open=False))
    assert host.ask(b"\n" + FENCE, 1) == b"\x00"


def test_xoff_is_sent_and_followed_by_xon(direct: DirectShop) -> None:
    direct.printer.hold(30)
    assert direct.taken("printer") == b"\x13"
    direct.wait(30)
    assert direct.taken("printer") == b"\x11"


def test_alignment_is_kept_in_the_text_roll(direct: DirectShop) -> None:
    printed(direct, b"\x1ba\x01ab\n\x1ba\x02cd\n")
    assert (
        direct.printer.slips[0].text == " " * 15 + "ab\n" + " " * 30 + "cd\n--- partial cut ---\n"
    )
