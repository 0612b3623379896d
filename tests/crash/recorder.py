"""Runs a program under the shim and reads what it did. The shim is built here, from `shim.c`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.crash import trace
from tests.crash.trace import Operation

SOURCE = Path(__file__).with_name("shim.c")
ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "crash"
FLAGS = ("-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror")
RUN_S_MAX = 120
RANDOM_BYTES = 4096  # SQLite takes its seed from these
TMPFS = Path("/dev/shm")  # syncs cost nothing there, and crash enumeration syncs all the time


class CannotRecord(Exception):
    """No compiler, or the recorded program failed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """watched is the directory whose changes are recorded; the program writes its marks to mark."""

    watched: Path
    log: Path
    mark: Path
    random: Path


def place(root: Path) -> Place:
    """Below an empty directory."""
    made = Place(root / "disk", root / "log", root / "mark", root / "random")
    made.watched.mkdir(mode=0o700)
    made.mark.touch()
    return made


def record(command: Sequence[str], at: Place, seed: int, *, deaf: str = "") -> list[Operation]:
    """What `command` (arguments of this Python) did below `at.watched`, in order.

    The same seed gives the same chance to the program. deaf: syncs of files whose path contains it
    are not made, as a deliberate fault. Raises CannotRecord, Unrecorded.
    """
    chance = Random(seed)
    at.random.write_bytes(chance.randbytes(RANDOM_BYTES))
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library()),
        "CRASH_WATCH": str(at.watched),
        "CRASH_LOG": str(at.log),
        "CRASH_MARK": str(at.mark),
        "CRASH_RANDOM": str(at.random),
        "CRASH_SEED": str(chance.getrandbits(63) | 1),
        "CRASH_DEAF": deaf,
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
        check=False,
    )
    if done.returncode != 0:
        raise CannotRecord(f"the recorded run failed: {done.stderr[-2000:]}")
    return list(trace.read(at.log.read_bytes()))


def library(build: Path = BUILD) -> Path:
    """The built shim; built again when its source is newer. Raises CannotRecord without gcc."""
    built = build / "shim.so"
    if built.exists() and built.stat().st_mtime > SOURCE.stat().st_mtime:
        return built
    if shutil.which("gcc") is None:
        raise CannotRecord(
            "crash enumeration needs gcc to build its recorder: apt-get install gcc libc6-dev"
        )
    build.mkdir(parents=True, exist_ok=True)
    fresh = build / f"shim.{os.getpid()}.so"
    made = subprocess.run(
        ["gcc", *FLAGS, "-o", str(fresh), str(SOURCE), "-ldl", "-lpthread"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise CannotRecord(f"the recorder does not build: {made.stderr[-2000:]}")
    fresh.replace(built)
    return built
