"""What the log says of a mistake of ours: its type and its place, and no card data (I7)."""

from __future__ import annotations

import subprocess
import sys

import pytest

PAN, TRACK, NAME = "6212345678901232", "6212345678901232=29122010000", "王芳"
MISTAKE = f"""
import logging, sys, threading
from terminal import log
log.start()
def misread():
    raise ValueError("{PAN} {TRACK} {NAME}")
"""


def said(script: str) -> str:
    """What a process that runs `script` after a start of the log says, on all its streams."""
    done = subprocess.run(
        [sys.executable, "-c", MISTAKE + script],
        capture_output=True,
        encoding="utf-8",
        timeout=20,
        check=False,
    )
    return done.stdout + done.stderr


def thread(target: str) -> str:
    return f"t = threading.Thread(target={target}, name='feed'); t.start(); t.join()"


WAYS = {
    "a thread ends": (thread("misread"), "feed"),
    "the process ends": ("misread()", "misread"),
    "the process ends, run as huinong": (
        "from terminal.__main__ import main; main(['station', 'none.toml']); misread()",
        "misread",
    ),
    "nobody can be told": (
        "class Gone:\n    def __del__(self): misread()\nGone()",
        "misread",
    ),
    "it is caught and logged": (
        "try: misread()\nexcept ValueError: logging.getLogger('x').exception('no card')",
        "no card",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_mistake_is_named_and_not_quoted(way: str) -> None:
    script, told = WAYS[way]
    text = said(script)
    assert "ValueError" in text
    assert told in text
    assert "Traceback" not in text
    for secret in (PAN, TRACK.partition("=")[2], NAME):
        assert secret not in text


def test_a_line_that_cannot_be_written_is_not_quoted_either() -> None:
    text = said(f"logging.getLogger('x').warning('stan=%d', '{TRACK}')")
    assert "TypeError" in text
    assert "Traceback" not in text
    assert TRACK.partition("=")[2] not in text


def test_a_mistake_is_one_line_even_if_it_names_a_thousand_places() -> None:
    deep = "def deeper(): deeper()\n" + thread("deeper")
    (line,) = said(deep).splitlines()
    assert "RecursionError" in line
    assert len(line) < 300


def test_a_thread_that_is_told_to_end_says_nothing() -> None:
    assert said(thread("sys.exit")) == ""
