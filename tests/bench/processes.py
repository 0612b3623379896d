"""The processes of a bench: bank, devices, station; started in order, ended in order, logs kept."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tests.bench import site as making
from tests.bench.site import BenchFault, Site
from tests.hw_sim.cards import deck

STATION_PID = "station.pid"  # in the site's folder: for who cuts its power
READY_S = 20.0
END_S = 10.0


class Bench:
    """A running bench. `with Bench(site) as bench:` starts bank, devices and station."""

    def __init__(self, site: Site, *, human_delay_s: float = 0.0, speed: float = 8.0) -> None:
        self.site = site
        self._human_delay_s, self._speed = human_delay_s, speed
        self._bank_port = 0  # any free one, until the bank has chosen
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._logs: list[IO[str]] = []

    def __enter__(self) -> Bench:
        try:
            self.start_bank()
            self._start_devices()
            self.start_station()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("station", "devices", "bank"):
            self.end(name)
        for log in self._logs:
            log.close()

    def start_bank(self) -> None:
        """A bank that is started again listens where it did before."""
        site = self.site
        county, people = site.root / "etc" / "county.toml", site.root / "people.json"
        command = ["-m", "tests.hw_sim.bank", "--dir", str(site.bank), "--people", str(people)]
        command += ["--county", str(county), "--port", str(self._bank_port)]
        url = json.loads(self._start("bank", [sys.executable, *command]))["url"]
        self._bank_port = urlsplit(url).port or 0
        making.point_at(site, url)

    def _start_devices(self) -> None:
        site = self.site
        self._start(
            "devices",
            [
                *(sys.executable, "-m", "tests.hw_sim", "run", "--dir", str(site.devices)),
                *("--people", str(site.root / "people.json"), "--tmk-p", site.tmk_p),
                *("--fit", "chip", "--cards", str(site.bank / deck.DECK)),
                *("--human-delay-s", str(self._human_delay_s), "--speed", str(self._speed)),
            ],
        )

    def start_station(self) -> None:
        self._start("station", making.huinong("station", str(self.site.station_file)))
        pid = self._running["station"].pid
        (self.site.root / STATION_PID).write_text(str(pid), "ascii")

    def revive_station(self) -> None:
        """Started again when it has ended, as systemd does (`Restart=` of its unit)."""
        if self._running["station"].poll() is not None:
            self.start_station()

    def _start(self, name: str, command: list[str]) -> str:
        """Start a process and wait for the one line by which it says that it is ready."""
        log = (self.site.root / f"{name}.log").open("a")
        self._logs.append(log)
        self._running[name] = process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=self.site.environment,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        line = _first_line(process.stdout, READY_S)
        if not line:
            raise BenchFault(f"{name} did not start: {self.log(name)[-600:]}")
        return line

    def end(self, name: str, *, kill: bool = False) -> None:
        """End one process: asked, then made to; or killed at once, as a power cut does."""
        process = self._running.pop(name, None)
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def log(self, name: str) -> str:
        return (self.site.root / f"{name}.log").read_text("utf-8")

    def device(self, name: str, command: str) -> str:
        """One bench command to a simulated device, e.g. ("printer", "paper out")."""
        return device(self.site.devices, name, command)

    def bank(self, **op: Any) -> dict[str, Any]:
        """One operation of the bank's control socket."""
        return dict(json.loads(converse(self.site.bank / "control.sock", json.dumps(op))))


def device(folder: Path, name: str, command: str) -> str:
    """One bench command to the simulated device whose link is `folder`/`name`."""
    answer = json.loads(converse(folder / f"{name}.ctl", command))
    if not answer["ok"]:
        raise BenchFault(f"{name}: {answer['error']}")
    return str(answer["text"])


def _first_line(stream: IO[str], wait_s: float) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return stream.readline() if selector.select(wait_s) else ""


def converse(path: Path, line: str) -> str:
    """One line to a control socket, one line back."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(READY_S)
        peer.connect(str(path))
        peer.sendall(line.encode("utf-8") + b"\n")
        with peer.makefile("r", encoding="utf-8") as answers:
            return answers.readline().rstrip("\n")
