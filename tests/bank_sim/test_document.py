"""docs/sandbox.md: its commands run as they stand, and it names every operation and fault door."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hw_sim.bank import classic
from tests.hw_sim.bank.control import OPERATIONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
PORTS = ("5443", "5001", "5002")
WAIT_S = 60


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def script(folder: Path) -> str:
    """Every block of commands, one after another, in another folder and on free ports."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    for port in PORTS:
        blocks = blocks.replace(port, free_port())
    moved = blocks.replace("cd ../..", f"cd {ROOT}").replace("build/sandbox", str(folder))
    return moved.replace("python -m", f"{sys.executable} -m")


@pytest.mark.slow
def test_every_command_of_the_document_does_what_it_says(tmp_path: Path) -> None:
    program = f"set -euo pipefail\n{script(tmp_path / 'bank')}"
    ran = subprocess.run(
        ["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=WAIT_S
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("0810 DE39 00") == 2  # over tcp and over tls
    assert "\n125\n" in ran.stdout
    assert '"error"' not in ran.stdout


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("path", classic.PATHS)
def test_every_classic_path_is_named(path: str) -> None:
    assert path in TEXT
