"""What every voice promises: to speak what it is told, to stop at once, never to hold anyone up.

The simulated espeak-ng is a script that reads standard input as the program does and keeps what it
was told; where no espeak-ng is installed the counter is silent.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.announcer_espeak import EspeakAnnouncer, SilentAnnouncer, open_announcer
from drivers.api import Announcer

PATIENCE_S = 5.0
SAID = "请付现金一百元"
SCRIPT = f"""#!{sys.executable}
import os, pathlib, sys, time
here = pathlib.Path(__file__).parent
words = sys.stdin.buffer.read().decode("utf-8")
(here / "arguments").write_text(" ".join(sys.argv[1:]))
(here / "process").write_text(str(os.getpid()))
(here / "said.new").write_text(words)
(here / "said.new").rename(here / "said")
time.sleep({PATIENCE_S * 4})
"""


def until(condition: Callable[[], bool]) -> bool:
    """Looks at what another process does."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < give_up:
        os.sched_yield()
    return condition()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = tmp_path / "espeak-ng"
    program.write_text(SCRIPT, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return tmp_path


@pytest.fixture
def speaking(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Announcer:
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return open_announcer("zh")


def test_a_counter_without_espeak_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = open_announcer("zh")
    assert isinstance(voice, SilentAnnouncer)
    voice.say(SAID)
    voice.hush()
    voice.close()


def test_a_sentence_is_spoken_in_chinese_and_is_on_no_command_line(
    speaking: Announcer, folder: Path
) -> None:
    speaking.say(SAID)
    assert until((folder / "said").exists)
    assert (folder / "said").read_text() == SAID
    arguments = (folder / "arguments").read_text()
    assert "-v cmn" in arguments
    assert SAID not in arguments
    speaking.close()


def test_nobody_waits_for_the_end_of_a_sentence(speaking: Announcer) -> None:
    began_s = time.monotonic()
    speaking.say(SAID)
    assert time.monotonic() - began_s < PATIENCE_S
    speaking.close()


def test_a_new_sentence_cuts_the_old_one_short(speaking: Announcer, folder: Path) -> None:
    speaking.say("第一句")
    assert until((folder / "said").exists)
    (folder / "said").unlink()
    first = int((folder / "process").read_text())
    speaking.say(SAID)
    assert until((folder / "said").exists)
    assert (folder / "said").read_text() == SAID
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    speaking.close()


def test_a_program_that_cannot_start_costs_a_sentence_and_no_more(tmp_path: Path) -> None:
    EspeakAnnouncer(str(tmp_path / "gone"), "en").say("hello")


def test_a_program_that_ends_at_once_costs_a_sentence_and_no_more(tmp_path: Path) -> None:
    voice = EspeakAnnouncer("/bin/false", "en")
    for _ in range(20):
        voice.say("hello " * 1000)
    voice.close()
