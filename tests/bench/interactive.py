"""`make run` in a terminal: the operator's screen, and a bench panel beside it where tmux is
installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import site as making
from tests.bench.processes import Bench
from tests.bench.site import Site

SIDE_BY_SIDE_COLUMNS = 118  # screen 80 and a panel worth reading
PANEL_COLUMNS = 38
PANEL_ROWS_BELOW = 6
HUMAN_DELAY_S = 0.8
RESTART_S = 2.0
OWN_BIN = "622999"


def run(made: Site) -> int:
    """0 when the screen is left. The station and its bench end with it."""
    with Bench(made, human_delay_s=HUMAN_DELAY_S, speed=2.0) as bench:
        villager = _first_villager(made)
        bench.device("reader", f"auto {villager}")
        screen = making.huinong("ui", "--socket", str(made.socket))
        panel = [sys.executable, "-m", "tests.bench.panel", str(made.root), villager]
        if shutil.which("tmux"):
            with _kept_alive(bench):
                return _side_by_side(made, screen, panel)
        print("tmux is not installed. Open the bench panel in a second terminal with:")
        print(f"  {' '.join(panel)}")
        print("Enter opens the screen; ctrl+q leaves it.")
        input()
        with _kept_alive(bench):
            return subprocess.run(screen, env=made.environment).returncode


@contextmanager
def _kept_alive(bench: Bench) -> Iterator[None]:
    """A station whose power was cut comes back after a moment."""
    left = threading.Event()

    def watch() -> None:
        while not left.wait(RESTART_S):
            bench.revive_station()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        left.set()
        watching.join()


def _first_villager(made: Site) -> str:
    """Somebody with a stripe card of the own bank, money, and an age at which one pays in."""
    return str(
        next(
            person["key"]
            for person in made.people["villagers"]
            if person["card"]["service_code"] == "120"
            and person["card"]["pan"].startswith(OWN_BIN)
            and person["balance_fen"] > 100_000
            and person["status"] == "A"
        )
    )


def _side_by_side(made: Site, screen: list[str], panel: list[str]) -> int:
    """Screen and panel in a tmux of their own; leaving the screen ends it."""
    columns, rows = shutil.get_terminal_size()
    wide = columns >= SIDE_BY_SIDE_COLUMNS
    size = ["-h", "-l", str(PANEL_COLUMNS)] if wide else ["-v", "-l", str(PANEL_ROWS_BELOW)]
    socket = str(made.root / "tmux")
    tmux = ["tmux", "-S", socket, "-f", os.devnull]
    ends = f"{_words(screen)}; tmux -S {socket} kill-server"
    command = [
        *(*tmux, "new-session", "-x", str(columns), "-y", str(rows), "-s", "huinong", ends),
        *(";", "split-window", *size, _words(panel)),
        *(";", "select-pane", "-t", "0"),
        *(";", "set", "status", "off"),
        *(";", "set", "-s", "escape-time", "20"),  # Esc and then a digit are two keys
        *(";", "set", "mouse", "on"),
    ]
    environment = {**made.environment, "PYTHONPATH": str(Path.cwd())}
    environment.pop("TMUX", None)
    try:
        subprocess.run(command, env=environment)
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)
    return 0


def _words(command: list[str]) -> str:
    return " ".join(f"'{word}'" for word in command)
