"""`station.toml`: what is particular to one counter: its name, ports and paper, where files lie.

Terminal and merchant numbers are the bank's and stand in `bank.toml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.slip_escpos import PAPER

Name = Annotated[str, Meta(min_length=1, max_length=40)]
FileName = Annotated[str, Meta(min_length=1)]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """name stands on every slip and screen; village is where that is, for the bank's list."""

    name: Name
    village: Name
    language: Literal["zh", "en"] = "zh"


class Files(Struct, frozen=True, forbid_unknown_fields=True):
    """Names are relative to the folder of `station.toml`."""

    bank: FileName = "bank.toml"
    county: FileName = "county.toml"
    state: FileName = "/var/lib/huinong"
    socket: FileName = "/run/huinong/station.sock"


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    width_mm: Literal[58, 80]

    @property
    def columns(self) -> int:
        columns, _ = PAPER[self.width_mm]
        return columns


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """model is a name of the driver registry, which bootstrap asks; port a device file or a URL.

    speed (baud) and format are only for a device set otherwise than its sheet says.
    """

    model: Name
    port: FileName
    speed: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] | None = None
    format: Literal["8N1", "8N2", "8E1", "8O1", "7N2", "7E1", "7O1"] | None = None

    def __post_init__(self) -> None:
        if not self.port.startswith("/") and "://" not in self.port:
            raise ValueError(f"port is {self.port!r}, not a device file (/dev/…) or a URL (…://…)")


class Devices(Struct, frozen=True, forbid_unknown_fields=True):
    reader: Device
    pinpad: Device
    printer: Device

    def __post_init__(self) -> None:
        ports = {self.reader.port, self.pinpad.port, self.printer.port}
        if len(ports) < 3:
            raise ValueError("reader, pinpad and printer need a port each, two have the same")


class Station(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    station: Place
    paper: Paper
    devices: Devices
    files: Files = Files()

    def __post_init__(self) -> None:
        model = self.devices.printer.model
        if model.endswith(("-58", "-80")) and not model.endswith(f"-{self.paper.width_mm}"):
            raise ValueError(
                f"paper.width_mm is {self.paper.width_mm}, but devices.printer.model is {model!r}"
            )


def beside(station_file: Path, name: str) -> Path:
    """Where a file named in `station.toml` lies: an absolute name is taken as it is."""
    return station_file.parent / name
