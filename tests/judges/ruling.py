"""What a judge is asked and what it says: programs of other people, heard word for word."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HEARING_S_MAX = 60.0


class CannotJudge(Exception):
    """The judge is not here, or cannot work here; the text says why."""


@dataclass(frozen=True)
class Claim:
    """One thing a judge was asked about us, its own words, and whether it agrees."""

    asked: str
    words: str
    agrees: bool


@dataclass(frozen=True)
class Judge:
    """A row of the table: whose word it is, about what, and the programs it takes."""

    name: str
    about: str
    programs: tuple[str, ...]
    ask: Callable[[Path], Iterator[Claim]]


@dataclass(frozen=True)
class Heard:
    words: str
    code: int


def hear(
    *command: str, env: Mapping[str, str] | None = None, wait_s: float = HEARING_S_MAX
) -> Heard:
    """Runs a program to its end. Raises CannotJudge when it is missing; a hang is its answer."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=wait_s,
            check=False,
        )
    except FileNotFoundError as why:
        raise CannotJudge(f"{command[0]} is not installed") from why
    except subprocess.TimeoutExpired as why:
        said = why.stdout.decode("utf-8", "replace") if isinstance(why.stdout, bytes) else ""
        return Heard(f"{said}(still running after {wait_s:.0f} s)", -1)
    return Heard(done.stdout.strip(), done.returncode)
