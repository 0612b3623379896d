"""`deploy/README.md` names commands and files that exist."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

from terminal.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "deploy" / "README.md").read_text("utf-8")
GIVEN = sorted(
    set(re.findall(r"^as_station (.+)$", README, re.MULTILINE))
    | set(re.findall(r"`huinong ([^`]+)`", README))
)
NAMED_FILES = sorted(set(re.findall(r"deploy/[\w@./-]+\.(?:conf|service|ini|rules)", README)))
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
STARTED = [
    " ".join(unit.read_text("utf-8").replace("\\\n", " ").split("/opt/huinong/bin/huinong ")[1:])
    .splitlines()[0]
    .strip()
    for unit in UNITS
]


@pytest.mark.parametrize("line", GIVEN + STARTED)
def test_every_command_of_readme_and_units_is_understood(line: str) -> None:
    name, *words = shlex.split(line)
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(COMMANDS[name][1]).add_arguments(parser)
    parser.parse_args(words)


def test_the_readme_shows_every_step_from_keys_to_operators() -> None:
    told = " ".join(GIVEN)
    for step in ("keys make", "keys load", "keys show", "operator add"):
        assert step in told


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"deploy/[\w@./-]+\.(?:conf|service|ini|rules)", README)))
)
def test_every_file_it_installs_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_every_file_to_install_is_in_the_readme() -> None:
    folders = ("sysusers", "systemd", "udev", "kiosk")
    files = [path for folder in folders for path in (ROOT / "deploy" / folder).iterdir()]
    assert all(f"deploy/{path.parent.name}/{path.name}" in README for path in files)
