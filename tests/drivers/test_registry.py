"""One row per model: what it is, how its line is set, how it is opened."""

from __future__ import annotations

import subprocess
import sys

import pytest

from drivers.api import (
    ContactlessReader,
    DeviceFault,
    Fault,
    IcReader,
    IdCardReader,
    MagneticReader,
    PinPad,
    PortError,
    ReceiptPrinter,
)
from drivers.magnetic_msr605 import Msr605
from drivers.port import LineSettings
from drivers.printer_escpos import EscPosPrinter
from drivers.registry import MODELS, Settings, open_device
from tests.drivers.peer import Host, Passes, Peer, Says


def test_every_model_has_a_capability_a_line_and_a_heartbeat() -> None:
    capabilities = {name: row.capability for name, row in MODELS.items()}
    assert capabilities == {
        "gempc-serial": IcReader,
        "idcard-sam": IdCardReader,
        "msr605": MagneticReader,
        "magstripe": MagneticReader,
        "pn532": ContactlessReader,
        "uic-pp791": PinPad,
        "escpos-58": ReceiptPrinter,
        "escpos-80": ReceiptPrinter,
    }
    assert all(row.heartbeat_s > 0 for row in MODELS.values())


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("gempc-serial", LineSettings(115200, "8N2", rts=False)),
        ("idcard-sam", LineSettings(115200, "8N1")),
        ("msr605", LineSettings(9600, "8N1")),
        ("magstripe", LineSettings(9600, "8N1")),
        ("pn532", LineSettings(115200, "8N1")),
        ("uic-pp791", LineSettings(9600, "8N1")),
        ("escpos-58", LineSettings(9600, "8N1")),
        ("escpos-80", LineSettings(9600, "8N1")),
    ],
)
def test_a_line_is_set_as_its_sheet_says(model: str, line: LineSettings) -> None:
    assert MODELS[model].line == line


def test_a_reader_is_opened_by_the_name_of_its_model(peer: Peer) -> None:
    peer.plays(Host(b"\x1ba\x1be"), Says(b"\x1by"))
    device = open_device("msr605", peer.url, Settings())
    device.close()
    assert isinstance(device, Msr605)


def test_an_80_mm_printer_has_48_columns(peer: Peer) -> None:
    peer.plays(Host(b"\x10\x04\x01"), Says(b"\x12"), Host(b"\x1dr\x01"), Says(b"\x00"))
    device = open_device("escpos-80", peer.url, Settings())
    device.close()
    assert isinstance(device, EscPosPrinter)
    assert device.columns == 48


def test_a_device_that_does_not_answer_leaves_its_port_free(peer: Peer) -> None:
    faults = []  # kept: a forgotten port would be closed with its exception's frames
    for _ in range(2):
        peer.plays(Host(b"\x1ba"), *[Host(b"\x1be")] * 3, Passes(0))
        with pytest.raises(DeviceFault) as silent:
            open_device("msr605", peer.url, Settings())
        faults.append(silent)
        peer.finish()
    assert [fault.value.fault for fault in faults] == [Fault.SILENT] * 2


def test_an_unknown_model_is_named_with_those_that_are_known() -> None:
    with pytest.raises(PortError, match=r"'msr606'.*escpos-58.*msr605"):
        open_device("msr606", "/dev/null", Settings())


def test_drawing_libraries_are_loaded_only_when_something_is_drawn() -> None:
    check = (
        "import sys, drivers.registry; "
        "print([name for name in ('PIL', 'escpos', 'qrcode') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
