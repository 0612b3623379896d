"""docs/bank-integration.md: its commands run, its reference is the schema's, no exchange lacks."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from protocol.bank import messages
from tests.terminal_bank.reference import DOCUMENT, renewed

ROOT = DOCUMENT.parents[1]
TEXT = DOCUMENT.read_text("utf-8")
PORTS = ("5543", "5101", "5102")
WAIT_S = 90
DIAGRAMS = re.findall(r"```mermaid\n(.*?)```", TEXT, re.DOTALL)


def test_the_reference_is_what_the_schema_says() -> None:
    assert renewed(TEXT) == TEXT


@pytest.mark.parametrize("name", sorted(messages.BY_NAME))
def test_every_message_stands_over_a_diagram(name: str) -> None:
    headings = re.findall(r"^### (.*)\n\n```mermaid", TEXT, re.MULTILINE)
    assert any(f"`{name}`" in heading for heading in headings)


@pytest.mark.parametrize("diagram", DIAGRAMS)
def test_every_diagram_is_whole(diagram: str) -> None:
    """Blocks are closed, and arrows name participants."""
    lines = [line.strip() for line in diagram.splitlines()]
    assert lines[0] == "sequenceDiagram"
    named = {line.split()[1] for line in lines if line.startswith("participant ")}
    opened = sum(line.split()[0] in ("alt", "opt", "loop") for line in lines)
    assert opened == lines.count("end")
    for line in lines:
        if arrow := re.match(r"(\w+)->>(\w+): \S", line):
            assert set(arrow.groups()) <= named


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


@pytest.mark.slow
def test_every_command_of_the_document_does_what_it_says(tmp_path: Path) -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    for port in PORTS:
        blocks = blocks.replace(port, free_port())
    blocks = blocks.replace("build/", f"{tmp_path}/").replace("$PWD/", "")
    for word in ("python -m", "python -c"):
        blocks = blocks.replace(word, word.replace("python", sys.executable))
    blocks = blocks.replace("huinong ", f"{sys.executable} -m terminal ")
    ran = subprocess.run(
        [
            "bash",
            "-c",
            f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{blocks}",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("\necho  ") == 3  # county, tcp, tls
    assert ran.stdout.count("issued by  ") == 2
    assert "check value" in ran.stdout
    assert "003C6000030000" in ran.stdout.upper()
