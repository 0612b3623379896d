"""`station.toml`: what is particular to one counter: its name, ports and paper, where files lie.

Terminal and merchant numbers are the bank's and stand in `bank.toml`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.port import LineSettings
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

    def line(self, delivered: LineSettings) -> LineSettings:
        """How the line is set: as the model is delivered, but for what is named here."""
        baud, form = self.speed or delivered.baud, self.format or delivered.form
        return replace(delivered, baud=baud, form=form)


class Devices(Struct, frozen=True, forbid_unknown_fields=True):
    """The first three stand on every counter; the others where the county has them."""

    reader: Device
    pinpad: Device
    printer: Device
    chip: Device | None = None
    contactless: Device | None = None
    idcard: Device | None = None

    def __post_init__(self) -> None:
        places = self.places()
        if len({place.port for place in places.values()}) < len(places):
            names = list(places)
            listed = f"{', '.join(names[:-1])} and {names[-1]}"
            raise ValueError(f"{listed} need a port each, two have the same")

    def places(self) -> dict[str, Device]:
        """Those that this counter has, by their key."""
        places = {key: getattr(self, key) for key in self.__struct_fields__}
        return {key: place for key, place in places.items() if place is not None}


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
