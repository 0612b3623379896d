"""The first frame of the screen against a Textual hello world (design, "Figures to hold").

Each run is a new process on a terminal of its own, timed from its start until its own words are
written, in turns, so that the machine's moods meet both. The last line of stdout is one JSON line.
"""

from __future__ import annotations

import json
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

RUNS = 9
FRAME_WAIT_S = 20.0
COLUMNS, ROWS = 80, 24
RATIO_MAX = 1.4
HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello, world")

Hello().run()
"""


def first_frame_s(command: list[str], words: bytes) -> float:
    """From the start of the process until `words` stand in what it writes to its terminal."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    began = time.perf_counter()
    process = Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        return _seen(ours, words, began) - began
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _seen(terminal: int, words: bytes, began: float) -> float:
    """When `words` were read."""
    written = b""
    while words not in written:
        left_s = began + FRAME_WAIT_S - time.perf_counter()
        ready, _, _ = select.select([terminal], [], [], max(left_s, 0))
        if not ready:
            raise SystemExit(f"no first frame within {FRAME_WAIT_S:.0f} s")
        try:
            written += os.read(terminal, 65536)
        except OSError as why:  # the process has ended
            raise SystemExit(f"no first frame: {written.decode(errors='replace')[-400:]}") from why
    return time.perf_counter()


def main() -> int:
    with TemporaryDirectory() as folder:
        socket = str(Path(folder) / "none.sock")
        screen = [sys.executable, "-m", "terminal", "ui", "--socket", socket]
        hello = [sys.executable, "-c", HELLO]
        pairs = [
            (first_frame_s(screen, "正在连接服务".encode()), first_frame_s(hello, b"Hello, world"))
            for _run in range(RUNS + 1)
        ][1:]  # the first run of each only warms the disk cache
    ours_s, hello_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = ours_s / hello_s
    print(
        json.dumps(
            {"ours_s": round(ours_s, 3), "hello_s": round(hello_s, 3), "ratio": round(ratio, 3)}
        )
    )
    return 0 if ratio <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
