"""Looks for devices on ports of which nothing is known, and suggests lines for `station.toml`.

Only what names itself is suggested: silence is also what a plain swipe reader or a clone answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.api import (
    ContactlessReader,
    IcReader,
    IdCardReader,
    MagneticReader,
    PinPad,
    ReceiptPrinter,
)
from drivers.port import LineSettings
from drivers.registry import MODELS, Settings
from terminal.maintenance.doctor import Verdict, examine

PLACE_OF: dict[type, str] = {
    MagneticReader: "reader",
    PinPad: "pinpad",
    ReceiptPrinter: "printer",
    IcReader: "chip",
    ContactlessReader: "contactless",
    IdCardReader: "idcard",
}
assert {row.capability for row in MODELS.values()} <= PLACE_OF.keys()

# Framed protocols first: what they send is nothing to a printer but a few characters. Other speeds
# are those that the sheets tell to probe (`idcard-sam.md` 1, `pinpad-uic.md` 1, printers 1).
TRIES: tuple[tuple[str, LineSettings | None], ...] = (
    ("msr605", None),
    ("escpos-58", None),
    ("escpos-58", LineSettings(115200)),
    ("idcard-sam", None),
    ("idcard-sam", LineSettings(9600)),
    ("uic-pp791", None),
    ("uic-pp791", LineSettings(115200)),
    ("pn532", None),
    ("gempc-serial", None),
)


def probe(ports: tuple[str, ...]) -> Iterator[tuple[str, Verdict | None, LineSettings | None]]:
    """Each port with the device found on it and the line it needed; None where nothing is known."""
    for port in ports:
        yield (port, *_found(port))


def _found(port: str) -> tuple[Verdict | None, LineSettings | None]:
    for model, line in TRIES:
        place = PLACE_OF[MODELS[model].capability]
        verdict = examine(place, model, port, Settings(line=line))
        if verdict.fault == "port":
            return None, None
        if verdict.identity:
            return verdict, line
    return None, None


def suggestion(verdict: Verdict, line: LineSettings | None) -> tuple[str, ...]:
    """Lines of `station.toml` for a device that was found."""
    lines = [f"[devices.{verdict.place}]", f'model = "{verdict.model}"', f'port = "{verdict.port}"']
    if line is not None:
        lines.append(f"speed = {line.baud}")
    if verdict.model == "escpos-58":
        lines.append("# escpos-80 with 80 mm paper: the printer does not tell")
    return tuple(lines)
