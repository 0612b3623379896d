"""The models of devices that a station may have: what each is, its line, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.api import (
    ContactlessReader,
    IcReader,
    IdCardReader,
    MagneticReader,
    PinPad,
    PortError,
    ReceiptPrinter,
)
from drivers.contactless_pn532 import Pn532
from drivers.device import Device
from drivers.ic_gempc import GempcReader
from drivers.id_card_sam import SamIdCardReader
from drivers.magnetic_msr605 import Msr605
from drivers.magnetic_serial import SerialSwipeReader
from drivers.pin_pad_uic import PadSettings, UicPinPad
from drivers.port import LineSettings, Port, open_port
from drivers.printer_escpos import EscPosPrinter
from drivers.slip_escpos import PrinterProfile


@dataclass(frozen=True, slots=True)
class Settings:
    """What the station's configuration says of one device. line None: as the model is delivered."""

    line: LineSettings | None = None
    pad: PadSettings = field(default_factory=PadSettings)
    printer: PrinterProfile = field(default_factory=PrinterProfile)


@dataclass(frozen=True, slots=True)
class Model:
    capability: type
    line: LineSettings
    heartbeat_s: float  # between two questions whether it is still there, while idle
    take_over: Callable[[Port, Settings], Device]


def _printer(paper_mm: int) -> Callable[[Port, Settings], Device]:
    return lambda port, settings: EscPosPrinter(port, replace(settings.printer, paper_mm=paper_mm))


MODELS = {
    "gempc-serial": Model(
        IcReader, LineSettings(115200, "8N2", rts=False), 2, lambda port, _: GempcReader(port)
    ),
    "idcard-sam": Model(
        IdCardReader, LineSettings(115200), 5, lambda port, _: SamIdCardReader(port)
    ),
    "msr605": Model(MagneticReader, LineSettings(9600), 60, lambda port, _: Msr605(port)),
    "pn532": Model(ContactlessReader, LineSettings(115200), 5, lambda port, _: Pn532(port)),
    "magstripe": Model(
        MagneticReader, LineSettings(9600), 60, lambda port, _: SerialSwipeReader(port)
    ),
    "uic-pp791": Model(
        PinPad, LineSettings(9600), 60, lambda port, settings: UicPinPad(port, settings.pad)
    ),
    "escpos-58": Model(ReceiptPrinter, LineSettings(9600), 2, _printer(58)),
    "escpos-80": Model(ReceiptPrinter, LineSettings(9600), 2, _printer(80)),
}


def open_device(model: str, url: str, settings: Settings) -> Device:
    """The driver of `model` on an open port.

    Raises PortError when the model or the port does not exist, DeviceFault when nothing answers.
    """
    if model not in MODELS:
        raise PortError(f"no device model {model!r}; known are {', '.join(sorted(MODELS))}")
    row = MODELS[model]
    port = open_port(url, settings.line or row.line)
    taken_over = False
    try:
        device = row.take_over(port, settings)
        taken_over = True
    finally:
        if not taken_over:
            port.close()
    return device
