"""The voice at the counter: espeak-ng where it is installed, else silence.

A sentence is spoken by a process of its own, so that nothing waits for it; a new one cuts the old
one short, as the counter has gone on. What is spoken is no secret and still stands in no log.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading

PROGRAM = "espeak-ng"
VOICES = {"zh": "cmn", "en": "en"}  # espeak-ng's names
WORDS_PER_MINUTE = 140  # slower than its 175: villagers are spoken to, not read to
TEXT_CHARACTERS_MAX = 200
STOP_WAIT_S = 1.0


class EspeakAnnouncer:
    """`Announcer` by espeak-ng."""

    def __init__(self, program: str, language: str) -> None:
        """`program` is the full name; language `zh` or `en`."""
        self._command = [program, "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE), "--stdin"]
        self._speaking: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        with self._lock:
            self._hush()
            with contextlib.suppress(OSError):  # without its program the counter goes on silently
                self._speaking = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                self._tell(self._speaking, text[:TEXT_CHARACTERS_MAX])

    def hush(self) -> None:
        with self._lock:
            self._hush()

    def close(self) -> None:
        self.hush()

    def _tell(self, speaking: subprocess.Popen[bytes], text: str) -> None:
        """By standard input: the words of a command line are seen by everyone on the machine."""
        assert speaking.stdin is not None
        with speaking.stdin as words:
            words.write(text.encode("utf-8"))

    def _hush(self) -> None:
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return
        speaking.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            speaking.wait(STOP_WAIT_S)


class SilentAnnouncer:
    """`Announcer` of a counter without a voice."""

    def say(self, text: str) -> None: ...
    def hush(self) -> None: ...
    def close(self) -> None: ...


def open_announcer(language: str) -> EspeakAnnouncer | SilentAnnouncer:
    """The voice this machine has."""
    program = shutil.which(PROGRAM)
    return SilentAnnouncer() if program is None else EspeakAnnouncer(program, language)
