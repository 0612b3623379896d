"""The places on the bench, in their order: each device's faults and what its line must know.

The first three stand on every counter; the others are plugged in where a bench asks for them.
"""

from dataclasses import dataclass
from typing import Protocol

from tests.hw_sim import (
    contactless_frames,
    contactless_pn532,
    id_card_sam,
    magnetic_msr605,
    magnetic_swipe,
    pin_pad_uic,
    printer_escpos,
    smart_card_gempc,
)
from tests.hw_sim.pin_pad_frames import ACK, EOT, NAK


class Device(Protocol):
    """What a cable needs of a device, and what every device keeps."""

    violations: list[str]

    def receive(self, data: bytes) -> None: ...

    def pulled(self) -> None: ...


@dataclass(frozen=True)
class Slot:
    faults: tuple[str, ...]
    control_bytes: bytes = b""
    check_at: int = -1  # the check byte of an answer


SLOTS = {
    "reader": Slot(magnetic_msr605.FAULTS),
    "pinpad": Slot(pin_pad_uic.FAULTS, bytes([ACK, NAK, EOT])),
    "printer": Slot(printer_escpos.FAULTS),
    "chip": Slot(smart_card_gempc.FAULTS),
    "contactless": Slot(contactless_pn532.FAULTS, check_at=contactless_frames.CHECK_AT),
    "idcard": Slot(id_card_sam.FAULTS),
    "swipe": Slot(magnetic_swipe.FAULTS),
}
DEVICES = ("reader", "pinpad", "printer")
assert set(DEVICES) < set(SLOTS)


@dataclass(frozen=True)
class Sold:
    """A model by the name a configuration gives it."""

    slot: str
    about: str
    paper_mm: int = 58


# What `device NAME` starts; one row each.
MODELS = {
    "msr605": Sold("reader", "MSR605 magnetic-stripe reader, 9600 8N1"),
    "uic-pp791": Sold("pinpad", "UIC PP791 PIN pad, 9600 8N1"),
    "escpos-58": Sold("printer", "ESC/POS printer, 58 mm"),
    "escpos-80": Sold("printer", "ESC/POS printer, 80 mm", 80),
    "gempc-serial": Sold("chip", "GemPC Twin contact reader, 115200 8N2"),
    "pn532": Sold("contactless", "PN532 contactless reader, 115200 8N1"),
    "idcard-sam": Sold("idcard", "identity-card reader with SAM_V, 115200 8N1"),
    "magstripe": Sold("swipe", "plain swipe reader that speaks unasked, 9600 8N1"),
}
