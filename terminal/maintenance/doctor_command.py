"""`huinong doctor`: every configured device's verdict in one line each; exit 0 when all are well.

The station holds its ports exclusively: stop it first, else the verdict is that they are in use.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from drivers.pin_pad_uic import PadSettings
from drivers.port import serial_ports
from drivers.registry import MODELS, Settings
from terminal.bootstrap import Files, read
from terminal.config import ConfigError
from terminal.maintenance import doctor_probe
from terminal.maintenance.doctor import Verdict, examine
from terminal.maintenance.doctor_card import examine_card
from terminal.maintenance.print_test import print_test
from terminal.station import Device

STATION_FILE = Path("/etc/huinong/station.toml")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=tuple(WHATS), default="devices")
    parser.add_argument("--station", type=Path, default=STATION_FILE, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON line a device")
    parser.add_argument(
        "--probe",
        nargs="*",
        metavar="PORT",
        help="look for devices on these ports, or on all, and suggest configuration lines",
    )


def run(args: Namespace) -> int:
    """0 when all is well, 1 when a device is not, 2 when the configuration cannot be read."""
    if args.probe is not None:
        return _probe(tuple(args.probe) or serial_ports(), as_json=args.json)
    try:
        files = read(args.station)
    except ConfigError as why:
        print(f"huinong doctor: {why}", file=sys.stderr)
        return 2
    wells = [_tell(verdict, as_json=args.json) for verdict in WHATS[args.what](files)]
    return 0 if all(wells) else 1


def _devices(files: Files) -> Iterable[Verdict]:
    for place, device in files.station.devices.places().items():
        yield examine(place, device.model, device.port, _settings(files, device))


def _print_test(files: Files) -> Iterable[Verdict]:
    printer = files.station.devices.printer
    yield print_test(printer.model, printer.port, _settings(files, printer))


def _card(files: Files) -> Iterable[Verdict]:
    places = files.station.devices.places()
    readers = [(place, places[place]) for place in ("chip", "contactless") if place in places]
    if not readers:
        detail = "station.toml names neither [devices.chip] nor [devices.contactless]"
        yield Verdict("card", "-", "-", fault="configuration", detail=detail)
    for place, device in readers:
        now = datetime.now().astimezone()
        yield from examine_card(place, device.model, device.port, _settings(files, device), now)


# What can be examined, one row each; a row gives the verdicts as they are found.
WHATS: Mapping[str, Callable[[Files], Iterable[Verdict]]] = {
    "devices": _devices,
    "print-test": _print_test,
    "card": _card,
}


def _settings(files: Files, device: Device) -> Settings:
    return Settings(
        line=device.line(MODELS[device.model].line),
        pad=PadSettings(key_slot=files.bank.keys.tmk_index),
    )


def _probe(ports: tuple[str, ...], *, as_json: bool) -> int:
    """0 when anything was found."""
    found = 0
    for port, verdict, line in doctor_probe.probe(ports):
        if verdict is None:
            print(f"{port}: nothing that names itself", file=sys.stderr)
            continue
        found += 1
        _tell(verdict, as_json=as_json)
        if not as_json:
            print("\n".join(doctor_probe.suggestion(verdict, line)), flush=True)
    return 0 if found else 1


def _tell(verdict: Verdict, *, as_json: bool) -> bool:
    """Prints it at once: the next device may take its time."""
    if as_json:
        print(json.dumps(asdict(verdict) | {"well": verdict.well}, ensure_ascii=False), flush=True)
    else:
        print(verdict.line, flush=True)
    return verdict.well
