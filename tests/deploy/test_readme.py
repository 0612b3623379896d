"""The READMEs name commands, targets, folders and pictures that exist."""

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
FRONT = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
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


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"`?make ([a-z]+)", FRONT + CONTRIBUTING)))
)
def test_every_target_that_the_readme_names_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_every_folder_and_picture_of_the_readme_is_there() -> None:
    rows = re.findall(r"^\| (.+?) \|", FRONT, re.MULTILINE)
    named = [path for row in rows for path in re.findall(r"`([\w/]+/)`", row)]
    named += re.findall(r"\]\((?!http)([^)]+)\)", FRONT)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_command_of_huinong_is_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"`{name}`" not in FRONT] == []


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", CONTRIBUTING))))
def test_every_module_that_contributing_runs_is_there(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
