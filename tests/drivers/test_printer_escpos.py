"""The receipt printer driver: ready, printed, unconfirmed (`escpos-printer.md` 3, 6, 7)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from drivers.api import (
    Align,
    DeviceFault,
    Fault,
    Line,
    Notice,
    Paper,
    Printed,
    Qr,
    Text,
    Unconfirmed,
)
from drivers.port import LineSettings, Port
from drivers.printer_escpos import EscPosPrinter
from drivers.slip_escpos import PrinterProfile, StatusLevel
from tests.drivers.peer import HangsUp, Host, Passes, Pauses, Peer, Says, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("escpos-printer")
RECEIPT = VECTORS["receipt"].sent_by("host")
TITLE, *ROWS = VECTORS["receipt"].decoded["text"]
SLIP: tuple[Line, ...] = (Text(TITLE, Align.CENTRE), *(Text(row) for row in ROWS))
FENCE, INIT = b"\x1dr\x01", b"\x1b@\x1c&"
WELL, OFFLINE = 0x12, 0x1A


def asks(number: int, answer: int | None) -> tuple[Step, ...]:
    question = Host(bytes((0x10, 0x04, number)))
    return (question, Passes(0.2) if answer is None else Says(bytes([answer])))


ONLINE = asks(1, WELL)
SILENT = asks(1, None) * 3
FENCED: tuple[Step, ...] = (Host(FENCE), Says(b"\x00"))
OPENS_FULL = (*ONLINE, *FENCED, Host(INIT))
OPENS_BASIC = (*ONLINE, Host(FENCE), Passes(0.2), Host(INIT))
OPENS_NONE = (*asks(1, None), Host(INIT))
COVER_OPEN = (*asks(1, OFFLINE), *asks(2, 0x16), *asks(3, WELL), *asks(4, WELL))
PAPER_OUT = (*asks(1, OFFLINE), *asks(2, 0x32), *asks(3, WELL), *asks(4, 0x7E))
JAMMED = (*asks(1, OFFLINE), *asks(2, 0x52), *asks(3, OFFLINE), *asks(4, WELL))

OpenPrinter = Callable[..., EscPosPrinter]


@pytest.fixture
def open_printer(open_line: Callable[..., Port], peer: Peer) -> OpenPrinter:
    def opened(
        *script: Step,
        profile: PrinterProfile = PrinterProfile(),  # noqa: B008
        line: LineSettings = LineSettings(115200),  # noqa: B008
    ) -> EscPosPrinter:
        peer.plays(*(script or OPENS_FULL))
        printer = EscPosPrinter(open_line(line), profile)
        peer.finish()
        return printer

    return opened


def prints(
    printer: EscPosPrinter, peer: Peer, *script: Step, lines: tuple[Line, ...] = SLIP
) -> Printed | Unconfirmed | Fault:
    peer.plays(*script)
    try:
        return printer.print_slip(lines)
    except DeviceFault as fault:
        return fault.fault
    finally:
        peer.finish()


def checks(printer: EscPosPrinter, peer: Peer, *script: Step) -> Paper | Fault:
    peer.plays(*script)
    try:
        return printer.check()
    except DeviceFault as fault:
        return fault.fault
    finally:
        peer.finish()


# --- a slip


def test_a_slip_is_the_worked_receipt_and_printed_when_its_fence_answers(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    assert prints(open_printer(), peer, *ONLINE, Host(RECEIPT), Says(b"\x03")) == Printed()


def test_an_automatic_status_block_is_not_the_fence(open_printer: OpenPrinter, peer: Peer) -> None:
    block = Says(bytes.fromhex("10 00 03 00"))
    script = (*ONLINE, Host(RECEIPT), block, Passes(20), *ONLINE, Says(b"\x00"))
    assert prints(open_printer(), peer, *script) == Printed()


@pytest.mark.parametrize(
    ("causes", "fault"),
    [(COVER_OPEN, Fault.COVER_OPEN), (PAPER_OUT, Fault.PAPER_OUT), (JAMMED, Fault.CUTTER)],
)
def test_a_printer_that_is_not_ready_is_sent_nothing(
    open_printer: OpenPrinter, peer: Peer, causes: tuple[Step, ...], fault: Fault
) -> None:
    assert prints(open_printer(), peer, *causes) is fault


def test_paper_that_ends_in_the_middle_leaves_the_slip_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    script = (*ONLINE, Host(RECEIPT), Passes(20), *PAPER_OUT)
    assert prints(open_printer(), peer, *script) == Unconfirmed(Fault.PAPER_OUT)


def test_a_fence_that_comes_while_the_printer_is_asked_still_confirms(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    script = (*ONLINE, Host(RECEIPT), Passes(20), Host(b"\x10\x04\x01"), Says(b"\x00\x12"))
    assert prints(open_printer(), peer, *script) == Printed()


def test_a_printer_online_without_its_fence_leaves_the_slip_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    script = (*ONLINE, Host(RECEIPT), Passes(20), *ONLINE, Passes(20))
    assert prints(open_printer(), peer, *script) == Unconfirmed(None)


def test_a_printer_switched_off_in_the_middle_leaves_the_slip_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    script = (*ONLINE, Host(RECEIPT), Passes(20), *SILENT, *SILENT)
    assert prints(open_printer(), peer, *script) == Unconfirmed(Fault.SILENT)


def test_a_cable_pulled_in_the_middle_leaves_the_slip_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    script = (*ONLINE, Host(RECEIPT[:50]), HangsUp())
    assert prints(open_printer(), peer, *script) == Unconfirmed(Fault.GONE)


def test_the_late_fence_of_an_unconfirmed_slip_does_not_confirm_the_next(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer()
    prints(printer, peer, *ONLINE, Host(RECEIPT), Passes(20), *PAPER_OUT)
    settles = (Host(FENCE), Says(b"\x00\x00"))
    script = (*ONLINE, *settles, Host(RECEIPT), Passes(20), *COVER_OPEN)
    assert prints(printer, peer, *script) == Unconfirmed(Fault.COVER_OPEN)


def test_a_fence_lost_with_the_printers_power_is_not_waited_for_again(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer()
    prints(printer, peer, *ONLINE, Host(RECEIPT), Passes(20), *PAPER_OUT)
    settles = (Host(FENCE), Says(b"\x00"), Passes(0.2))
    assert prints(printer, peer, *ONLINE, *settles, Host(RECEIPT), Says(b"\x00")) == Printed()


def test_a_printer_without_fence_prints_unconfirmed(open_printer: OpenPrinter, peer: Peer) -> None:
    body = Host(RECEIPT.removesuffix(FENCE))
    printer = open_printer(*OPENS_BASIC)
    assert prints(printer, peer, *ONLINE, body, Passes(0.2), *ONLINE) == Unconfirmed(None)
    assert prints(printer, peer, *ONLINE, body, Passes(0.2), *COVER_OPEN) == Unconfirmed(
        Fault.COVER_OPEN
    )


def test_a_clone_that_answers_everything_with_12_prints_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer(*ONLINE, Host(FENCE), Says(b"\x12"), Passes(0.2), Host(INIT))
    body = Host(RECEIPT.removesuffix(FENCE))
    assert prints(printer, peer, *ONLINE, body, Passes(0.2), *ONLINE) == Unconfirmed(None)


def test_a_printer_that_answers_nothing_prints_unconfirmed(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer(*OPENS_NONE)
    assert prints(printer, peer, Host(RECEIPT.removesuffix(FENCE))) == Unconfirmed(None)


def test_a_printer_busy_when_it_was_connected_is_trusted_once_its_fence_comes(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer(*OPENS_BASIC)
    peer.plays(Says(b"\x00"))
    peer.finish()
    assert prints(printer, peer, *ONLINE, Host(RECEIPT), Says(b"\x00")) == Printed()


def test_without_flow_control_a_long_slip_waits_for_a_fence_every_kilobyte(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    row = "-" * 31
    lines = tuple(Text(row) for _ in range(40))
    first, rest = 31, 9  # 4 bytes to initialise and 31 lines of 32 bytes are 996
    half = INIT + (row.encode() + b"\n") * first + FENCE
    end = (row.encode() + b"\n") * rest + RECEIPT[-10:]
    script = (*ONLINE, Host(half), Says(b"\x00"), Host(end), Says(b"\x00"))
    assert prints(open_printer(), peer, *script, lines=lines) == Printed()


def test_a_qr_code_that_cannot_be_stops_before_anything_is_sent(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    assert prints(open_printer(), peer, lines=(Qr("惠农"),)) is Fault.NOT_UNDERSTOOD


# --- is it ready


def test_paper_near_its_end_is_told_and_no_fault(open_printer: OpenPrinter, peer: Peer) -> None:
    printer = open_printer()
    assert checks(printer, peer, *ONLINE, *asks(4, WELL)) == Paper(near_end=False)
    assert checks(printer, peer, *ONLINE, *asks(4, 0x1E)) == Paper(near_end=True)


@pytest.mark.parametrize(
    ("three", "fault"), [(0x52, Fault.HEAD_HOT), (0x32, Fault.BROKEN), (0x16, Fault.BROKEN)]
)
def test_an_error_of_the_printer_is_its_fault(
    open_printer: OpenPrinter, peer: Peer, three: int, fault: Fault
) -> None:
    script = (*asks(1, OFFLINE), *asks(2, 0x52), *asks(3, three), *asks(4, WELL))
    assert checks(open_printer(), peer, *script) is fault


def test_silence_is_three_unanswered_questions(open_printer: OpenPrinter, peer: Peer) -> None:
    assert checks(open_printer(), peer, *SILENT) is Fault.SILENT


def test_a_late_answer_is_not_taken_for_the_next_question(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    late = (*asks(1, None), *asks(1, WELL), Pauses(0.05), Says(b"\x12"))
    assert checks(open_printer(), peer, *late, *asks(4, 0x1E)) == Paper(near_end=True)


def test_the_check_after_a_jam_was_reported_clears_it(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer()
    assert checks(printer, peer, *JAMMED) is Fault.CUTTER
    cleared = Host(VECTORS["cutter-recover"].sent_by("host"))
    assert checks(printer, peer, cleared, *ONLINE, *asks(4, WELL)) == Paper(near_end=False)


def polls(printer: EscPosPrinter, peer: Peer, *script: Step) -> Notice | Fault | None:
    peer.plays(*script)
    try:
        return printer.poll()
    except DeviceFault as fault:
        return fault.fault
    finally:
        peer.finish()


def test_the_heartbeat_tells_how_the_roll_stands(open_printer: OpenPrinter, peer: Peer) -> None:
    """Near end is 0C, end is 60, any bit of a pair counts; a roll that has ended is a fault."""
    printer = open_printer()
    assert polls(printer, peer, *ONLINE, *asks(4, WELL)) is None
    for near_end in (0x1E, 0x16, 0x1A):
        assert polls(printer, peer, *ONLINE, *asks(4, near_end)) is Notice.PAPER_LOW
    assert polls(printer, peer, *ONLINE, *asks(4, 0x7E)) is Fault.PAPER_OUT


def test_a_clone_without_an_answer_about_its_roll_is_asked_three_times_and_no_more(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer()
    for _ in range(3):
        assert polls(printer, peer, *ONLINE, *asks(4, None)) is None
    for _ in range(2):  # what one asked too much, the next would hear
        assert polls(printer, peer, *ONLINE) is None


def test_the_heartbeat_moves_no_blade(open_printer: OpenPrinter, peer: Peer) -> None:
    printer = open_printer()
    peer.plays(*JAMMED, *JAMMED)
    for _ in range(2):
        with pytest.raises(DeviceFault, match="cutter"):
            printer.poll()
    peer.finish()
    assert checks(printer, peer, *JAMMED) is Fault.CUTTER


def test_a_printer_offline_at_connection_is_asked_for_its_fence_later(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    printer = open_printer(*asks(1, OFFLINE), Host(INIT))
    script = (*ONLINE, *FENCED, *ONLINE, *asks(4, WELL))
    assert checks(printer, peer, *script) == Paper(near_end=False)


def test_a_profile_that_knows_its_printer_asks_nothing_at_connection(
    open_printer: OpenPrinter, peer: Peer
) -> None:
    profile = PrinterProfile(paper_mm=80, status=StatusLevel.FULL)
    assert open_printer(Host(INIT), profile=profile).columns == 48


# --- how long it takes


def test_the_driver_adds_no_waiting_to_a_slip(open_printer: OpenPrinter, peer: Peer) -> None:
    printer = open_printer()
    started = time.monotonic()
    prints(printer, peer, *ONLINE, Host(RECEIPT), Says(b"\x00"))
    assert time.monotonic() - started < 0.25
