"""What every receipt printer promises, on its own simulator (`escpos-printer.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.api import (
    Align,
    DeviceFault,
    Fault,
    Feed,
    Line,
    Notice,
    Paper,
    Printed,
    Qr,
    ReceiptPrinter,
    Text,
    Unconfirmed,
)
from drivers.registry import Settings
from drivers.slip_escpos import PrinterProfile
from protocol.escpos import Rom
from terminal.core.facts import SlipKind
from terminal.receipts.shop import Extras
from terminal.receipts.slip import compose
from tests.contract.conftest import OpenCounter
from tests.contract.shop import Call, Counter, models_of
from tests.hw_sim import escpos_interpreter
from tests.hw_sim.printer_escpos import FAULTS, Model
from tests.hw_sim.printer_status import StatusProfile
from tests.hw_sim.slip import PAPERS, Slip, TextLine
from tests.receipts.counter import APPROVED, WITHDRAWAL, deal_of, shop_of_columns

FENCE_BOUND_S = 25.0  # section 3: bytes and lines, 5 s, then 10 s of questions; and some of those
SLIP_S_MAX = 0.9  # `design.md`, figures to hold: a withdrawal slip at 9600 baud
BAUD, BITS_PER_BYTE = 9600, 10
EXTRAS = Extras(
    lambda data: bytes(64), bytes(4), bytes(32)
)  # a signature is as long whatever it is
CODE = "HN1:0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Row:
    """A model of the registry, and how wide its simulator's paper is."""

    model: str
    paper_mm: int


PRINTERS = (Row("escpos-58", 58), Row("escpos-80", 80))


@pytest.fixture(params=PRINTERS, ids=lambda row: row.model)
def row(request: pytest.FixtureRequest) -> Row:
    made: Row = request.param
    return made


@pytest.fixture
def counter(open_shop: OpenCounter, row: Row) -> Counter:
    return open_shop(printer=printer_of(row))


@pytest.fixture
def printer(counter: Counter, row: Row) -> ReceiptPrinter:
    driver: ReceiptPrinter = counter.attach(row.model).driver
    return driver


def printer_of(
    row: Row,
    *,
    status: StatusProfile = StatusProfile.FULL,
    rom: escpos_interpreter.Rom = escpos_interpreter.Rom.GBK,
) -> Model:
    """Prints at once: the shared clock then stands for the line and for people only."""
    return Model(PAPERS[row.paper_mm], rom, status, speed_mm_s=float("inf"))


def slip_of(title: str) -> tuple[Line, ...]:
    return (Text(title, Align.CENTRE, size=2), Feed(), Text("金额：￥300.00", bold=True), Qr(CODE))


def prints(counter: Counter, printer: ReceiptPrinter, lines: tuple[Line, ...]) -> Call[object]:
    return counter.ask(lambda: printer.print_slip(lines))


def begin(counter: Counter, printer: ReceiptPrinter, lines: tuple[Line, ...]) -> Call[object]:
    return counter.begin(lambda: printer.print_slip(lines))


def one_slip(counter: Counter) -> Slip:
    (slip,) = counter.bench.wait_for_slips(1)
    return slip


def titles(counter: Counter) -> str:
    """All paper that came out, whole or torn."""
    return "\n".join(slip.text for slip in counter.bench.printer.slips)


def text_line(slip: Slip, text: str) -> TextLine:
    lines = [item for item in slip.items if isinstance(item, TextLine)]
    return next(line for line in lines if line.text == text)


# --- what is on the paper


def test_a_slip_is_on_paper_when_it_is_said_to_be(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    assert prints(counter, printer, slip_of("签购单")).answer == Printed()
    assert len(counter.bench.printer.slips) == 1


def test_a_slip_comes_out_with_its_text_and_code_and_is_cut(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    prints(counter, printer, slip_of("签购单"))
    slip = one_slip(counter)
    assert [line for line in slip.lines if line] == ["签购单", "金额：￥300.00", f"[QR {CODE}]"]
    assert slip.qr_contents == (CODE,)
    assert slip.end == "partial cut"


def test_double_size_and_bold_are_on_their_own_line_only(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    lines = (Text("大字A", size=2), Text("粗体B", bold=True), Text("平常C"))
    prints(counter, printer, lines)
    slip = one_slip(counter)
    cells = [text_line(slip, line.text).cells for line in lines]
    sizes = [{(cell.scale_x, cell.scale_y) for cell in row} for row in cells]
    assert sizes == [{(2, 2)}, {(1, 1)}, {(1, 1)}]
    assert [{cell.bold for cell in row} for row in cells] == [{False}, {True}, {False}]


def test_a_title_is_centred_and_the_text_is_not(counter: Counter, printer: ReceiptPrinter) -> None:
    prints(counter, printer, (Text("居中", Align.CENTRE), Text("靠左")))
    slip = one_slip(counter)
    aligned = [text_line(slip, text).place.align.name for text in ("居中", "靠左")]
    assert aligned == ["CENTER", "LEFT"]


def test_a_line_as_wide_as_the_paper_stays_one_line(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    widest = "汉" * (printer.columns // 2)
    prints(counter, printer, (Text(widest), Text("=" * printer.columns)))
    assert one_slip(counter).lines[:2] == (widest, "=" * printer.columns)


def test_the_same_slip_looks_the_same_after_another(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    for _ in range(2):
        prints(counter, printer, slip_of("签购单"))
    first, second = counter.bench.wait_for_slips(2)
    assert first.text == second.text


@pytest.mark.parametrize("name", ["镕", "𠮷", "㙍", "ỹ"])
@pytest.mark.parametrize("has_font", [True, False], ids=["font", "no font"])
def test_a_name_outside_the_font_is_drawn_or_spelt_never_lost(
    open_shop: OpenCounter, row: Row, tmp_path: Path, name: str, *, has_font: bool
) -> None:
    counter = open_shop(printer=printer_of(row, rom=escpos_interpreter.Rom.GB2312))
    profile = PrinterProfile(rom=Rom.GB2312)
    if not has_font:
        profile = PrinterProfile(rom=Rom.GB2312, fonts=tmp_path)
    printer = counter.attach(row.model, Settings(printer=profile)).driver
    prints(counter, printer, (Text(f"户名 王{name}"), Text("金额")))
    text = one_slip(counter).text
    assert "[raster" in text or f"王[U+{ord(name):04X}]" in text
    assert "?" not in text
    assert "金额" in text


@pytest.mark.parametrize("trap", ["\x1b@", "\x1dV\x00", "\x10\x04\x01", "\n\n", "\t", "\x00"])
def test_a_text_from_outside_cannot_command_the_printer(
    counter: Counter, printer: ReceiptPrinter, trap: str
) -> None:
    prints(counter, printer, (Text(f"前{trap}后"), Text("尾")))
    slip = one_slip(counter)
    (line,) = [line for line in slip.lines if line.startswith("前")]
    assert line.endswith("后")
    assert slip.lines[-1] == "尾"


@pytest.mark.parametrize("kind", [SlipKind.STORE_COPY, SlipKind.CUSTOMER_COPY])
def test_a_withdrawal_slip_prints_whole_within_its_time_on_the_slow_line(
    counter: Counter, printer: ReceiptPrinter, kind: SlipKind
) -> None:
    lines = compose(
        kind, deal_of(WITHDRAWAL, APPROVED), 1, shop_of_columns(printer.columns), EXTRAS
    )
    counter.heard["printer"].clear()
    assert prints(counter, printer, lines).answer == Printed()
    slip = one_slip(counter)
    assert len(counter.heard["printer"]) * BITS_PER_BYTE / BAUD <= SLIP_S_MAX
    texts = [line.text for line in lines if isinstance(line, Text)]
    codes = [line.content for line in lines if isinstance(line, Qr)]
    on_paper = [line for line in slip.lines if line and not line.startswith("[QR")]
    assert (on_paper, list(slip.qr_contents)) == (texts, codes)


def test_a_slip_longer_than_the_buffer_is_sent_in_portions_and_whole(
    open_shop: OpenCounter, row: Row
) -> None:
    small = Model(PAPERS[row.paper_mm], speed_mm_s=90.0, buffer_bytes=1100)
    counter = open_shop(printer=small)
    printer = counter.attach(row.model).driver
    lines = tuple(Text(f"第{number:03d}行{'汉' * 12}") for number in range(100))
    assert prints(counter, printer, lines).answer == Printed()
    assert one_slip(counter).lines == tuple(line.text for line in lines)


# --- ready or not


def test_a_ready_printer_passes_its_check(counter: Counter, printer: ReceiptPrinter) -> None:
    assert counter.ask(printer.check).answer == Paper(near_end=False)


def test_paper_near_its_end_is_told_and_prints(counter: Counter, printer: ReceiptPrinter) -> None:
    counter.bench.do("printer", "paper low")
    assert counter.ask(printer.check).answer == Paper(near_end=True)
    assert prints(counter, printer, slip_of("签购单")).answer == Printed()


def test_the_heartbeat_notices_paper_near_its_end_and_the_new_roll(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    assert counter.ask(printer.poll).answer is None  # type: ignore[attr-defined]
    counter.bench.do("printer", "paper low")
    assert counter.ask(printer.poll).answer is Notice.PAPER_LOW  # type: ignore[attr-defined]
    counter.bench.do("printer", "paper in")
    assert counter.ask(printer.poll).answer is None  # type: ignore[attr-defined]


CONDITIONS = (
    ("paper out", "paper in", Fault.PAPER_OUT),
    ("cover open", "cover closed", Fault.COVER_OPEN),
    ("cutter jam", "cutter free", Fault.CUTTER),
    ("head hot", "head cool", Fault.HEAD_HOT),
    ("broken on", "broken off", Fault.BROKEN),
)
troubles = pytest.mark.parametrize(("trouble", "mended", "fault"), CONDITIONS, ids=lambda x: str(x))


@troubles
def test_a_printer_that_cannot_print_a_slip_says_why(
    counter: Counter, printer: ReceiptPrinter, trouble: str, mended: str, fault: Fault
) -> None:
    counter.bench.do("printer", trouble)
    assert counter.ask(printer.check).outcome is fault


@troubles
def test_a_slip_is_not_begun_on_a_printer_that_cannot_finish_it(
    counter: Counter, printer: ReceiptPrinter, trouble: str, mended: str, fault: Fault
) -> None:
    counter.bench.do("printer", trouble)
    with pytest.raises(DeviceFault) as caught:
        _ = prints(counter, printer, slip_of("签购单")).answer
    counter.bench.do("printer", mended)
    assert caught.value.fault is fault
    assert counter.bench.printer.slips == []


@troubles
def test_once_mended_and_checked_the_printer_prints_again(
    counter: Counter, printer: ReceiptPrinter, trouble: str, mended: str, fault: Fault
) -> None:
    counter.bench.do("printer", trouble)
    counter.ask(printer.check)
    counter.bench.do("printer", mended)
    assert counter.ask(printer.check).answer == Paper(near_end=False)
    assert prints(counter, printer, slip_of("签购单")).answer == Printed()
    assert titles(counter).count("签购单") == 1


# --- in the middle of a slip


MIDWAY = (
    ("paper left 12", Fault.PAPER_OUT, "paper in"),
    ("cutter jam-at 1", Fault.CUTTER, "cutter free"),
)
midway = pytest.mark.parametrize(("trouble", "fault", "mended"), MIDWAY, ids=["paper", "cutter"])


@midway
def test_what_stops_a_slip_midway_is_unconfirmed_with_its_cause(
    counter: Counter, printer: ReceiptPrinter, trouble: str, fault: Fault, mended: str
) -> None:
    counter.bench.do("printer", trouble)
    call = prints(counter, printer, slip_of("签购单"))
    assert call.answer == Unconfirmed(fault)
    assert call.took_s < FENCE_BOUND_S


@midway
def test_nothing_is_printed_twice_after_a_slip_that_stopped_midway(
    counter: Counter, printer: ReceiptPrinter, trouble: str, fault: Fault, mended: str
) -> None:
    counter.bench.do("printer", trouble)
    prints(counter, printer, slip_of("第一张"))
    counter.bench.do("printer", mended)
    counter.ask(printer.check)
    assert prints(counter, printer, slip_of("第二张")).answer == Printed()
    paper = titles(counter)
    assert (paper.count("第一张"), paper.count("第二张")) == (1, 1)


@pytest.mark.parametrize(
    ("trouble", "fault", "mended"),
    [
        ("cover open", Fault.COVER_OPEN, "cover closed"),
        ("paper out", Fault.PAPER_OUT, "paper in"),
        ("head hot", Fault.HEAD_HOT, "head cool"),
    ],
)
def test_a_fence_answered_late_is_not_the_next_slips(
    counter: Counter, printer: ReceiptPrinter, trouble: str, fault: Fault, mended: str
) -> None:
    counter.bench.loop.call(lambda: stop_at_the_first_text(counter, trouble))
    assert prints(counter, printer, slip_of("第一张")).answer == Unconfirmed(fault)
    counter.bench.do("printer", mended)  # the printer goes on, and answers the fence now
    counter.bench.do("printer", "paper left 12")
    assert prints(counter, printer, slip_of("第二张")).answer == Unconfirmed(Fault.PAPER_OUT)
    assert titles(counter).count("第一张") == 1


def stop_at_the_first_text(counter: Counter, trouble: str) -> None:
    """The trouble comes with the slip's first bytes, after the driver found all well."""
    line = counter.bench.lines["printer"]
    receive = line.on_bytes

    def stop_first(data: bytes) -> None:
        if b"\x1b@" in data:
            line.on_bytes = receive
            counter.bench.do("printer", trouble)
        receive(data)

    line.on_bytes = stop_first


def test_a_cable_pulled_midway_is_unconfirmed(counter: Counter, printer: ReceiptPrinter) -> None:
    counter.bench.pull("printer", after_bytes=40)
    assert prints(counter, printer, slip_of("签购单")).answer == Unconfirmed(Fault.GONE)


def test_a_cable_pulled_before_the_slip_is_gone_and_nothing_was_sent(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    counter.bench.pull("printer")
    assert prints(counter, printer, slip_of("签购单")).outcome is Fault.GONE


def test_power_lost_midway_is_unconfirmed(counter: Counter, printer: ReceiptPrinter) -> None:
    counter.bench.loop.call(lambda: stop_at_the_first_text(counter, "power off"))
    call = prints(counter, printer, slip_of("第一张"))
    assert call.answer == Unconfirmed(Fault.SILENT)
    assert call.took_s < FENCE_BOUND_S
    counter.bench.do("printer", "power on")
    assert prints(counter, printer, slip_of("第二张")).answer == Printed()
    assert "第一张" not in titles(counter)


def test_a_printer_switched_off_is_silent(counter: Counter, printer: ReceiptPrinter) -> None:
    counter.bench.do("printer", "power off")
    assert counter.ask(printer.check).outcome is Fault.SILENT
    assert prints(counter, printer, slip_of("签购单")).outcome is Fault.SILENT


def test_a_printer_that_holds_the_line_for_half_a_minute_prints_the_slip_once(
    counter: Counter, printer: ReceiptPrinter
) -> None:
    counter.bench.loop.call(lambda: stop_at_the_first_text(counter, "xoff 30"))
    call = prints(counter, printer, slip_of("第一张"))
    assert call.took_s < FENCE_BOUND_S + 30
    assert isinstance(call.answer, Printed | Unconfirmed)
    counter.skip(30)
    counter.wait_until(lambda: not counter.bench.printer.busy)
    counter.ask(printer.check)
    prints(counter, printer, slip_of("第二张"))
    assert titles(counter).count("第一张") == 1


# --- clones and faults of the line


@pytest.mark.parametrize(
    "status", [StatusProfile.BASIC, StatusProfile.NONE, StatusProfile.CONSTANT]
)
def test_a_clone_without_a_fence_prints_and_is_never_believed_to_have_printed(
    open_shop: OpenCounter, row: Row, status: StatusProfile
) -> None:
    counter = open_shop(printer=printer_of(row, status=status))
    printer = counter.attach(row.model).driver
    assert counter.ask(printer.check).answer == Paper(near_end=False)
    assert prints(counter, printer, slip_of("签购单")).answer == Unconfirmed(None)
    assert one_slip(counter).text.count("签购单") == 1


def test_a_clone_that_tells_only_its_paper_still_refuses_without_paper(
    open_shop: OpenCounter, row: Row
) -> None:
    counter = open_shop(printer=printer_of(row, status=StatusProfile.BASIC))
    printer = counter.attach(row.model).driver
    counter.bench.do("printer", "paper out")
    assert counter.ask(printer.check).outcome is Fault.PAPER_OUT
    assert prints(counter, printer, slip_of("签购单")).outcome is Fault.PAPER_OUT


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_line_ends_in_an_answer_and_at_most_one_slip(
    counter: Counter, printer: ReceiptPrinter, fault: str, times: int | None
) -> None:
    counter.bench.fault("printer", fault, times)
    call = prints(counter, printer, slip_of("签购单"))
    assert call.took_s < FENCE_BOUND_S
    assert call.fault is not None or isinstance(call.answer, Printed | Unconfirmed)
    assert titles(counter).count("签购单") <= 1
    if call.fault is None and call.answer == Printed():
        assert titles(counter).count("签购单") == 1


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "unplug"])
def test_after_a_fault_has_passed_the_printer_prints(
    counter: Counter, printer: ReceiptPrinter, fault: str
) -> None:
    counter.bench.fault("printer", fault)
    prints(counter, printer, slip_of("第一张"))
    counter.bench.clear_faults("printer")
    assert prints(counter, printer, slip_of("第二张")).answer == Printed()
    assert titles(counter).count("第二张") == 1


def test_the_table_of_papers_names_every_printer_of_the_registry() -> None:
    assert sorted(row.model for row in PRINTERS) == models_of(ReceiptPrinter)
