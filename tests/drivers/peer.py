"""The other end of a serial line: a pty whose master plays a script, and a clock it can advance.

A script is a list of steps in wire order. `Host` waits for exactly these bytes of the driver,
`Says` writes, `Passes` lets time go by until the driver speaks again or the script is over.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from dataclasses import dataclass

PATIENCE_S = 5.0  # a driver that owes bytes for so long has forgotten them
NUDGE_S = 0.02
NUDGE = b"\x11"  # XON: of no meaning to any of the devices


class Clock:
    """Real time, plus what the script lets pass."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass(frozen=True)
class Host:
    data: bytes


@dataclass(frozen=True)
class Says:
    data: bytes


@dataclass(frozen=True)
class Passes:
    step_s: float


@dataclass(frozen=True)
class Pauses:
    """A pause that ends early when the driver speaks."""

    pause_s: float


@dataclass(frozen=True)
class Jumps:
    """Time goes on by so much at once; who waits looks at the clock with the next byte."""

    by_s: float


@dataclass(frozen=True)
class HangsUp:
    """The cable is pulled."""


@dataclass(frozen=True)
class Signal:
    """Something the test waits for, or that waits for the test."""

    event: threading.Event


Step = Host | Says | Passes | Pauses | Jumps | HangsUp | Signal


class Peer:
    """Plays its script in a thread; `mistakes` says where the driver left it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.url = os.ttyname(slave)
        self._slave: int | None = slave  # held until the driver has opened it: else EIO at once
        self._clock = clock or Clock()
        self._thread = threading.Thread(daemon=True)
        self._pulled = False
        self._driver_done = False
        self.heard = b""
        self.mistakes: list[str] = []

    def plays(self, *steps: Step) -> None:
        """Start a script; the one before must be over."""
        self._driver_done = False
        self._thread = threading.Thread(target=self._play, args=(steps,), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """The script has been played to its end, without a mistake."""
        self._driver_done = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the script is not over"
        assert not self.mistakes

    def pull(self) -> None:
        """Pull the cable."""
        if not self._pulled:
            self._pulled = True
            if self._slave is not None:
                os.close(self._slave)
            os.close(self._master)

    def _play(self, steps: tuple[Step, ...]) -> None:
        try:
            self._follow(steps)
        except OSError:
            if not self._pulled:  # by the test, in the middle of a step
                raise

    def _follow(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if isinstance(step, Host):
                self._expect(step.data)
            elif isinstance(step, Says):
                os.write(self._master, step.data)
            elif isinstance(step, Passes):
                self._pass_time(step.step_s)
            elif isinstance(step, Pauses):
                select.select([self._master], [], [], step.pause_s)
            elif isinstance(step, Jumps):
                self._clock.ahead_s += step.by_s
            elif isinstance(step, HangsUp):
                self.pull()
            else:
                step.event.set()
            if self.mistakes:
                return

    def _expect(self, data: bytes) -> None:
        give_up = time.monotonic() + PATIENCE_S
        got = b""
        while len(got) < len(data) and time.monotonic() < give_up:
            if select.select([self._master], [], [], NUDGE_S)[0]:
                got += os.read(self._master, len(data) - len(got))
        self.heard += got
        if got != data:
            self.mistakes.append(f"expected {data.hex(' ')}, got {got.hex(' ')}")

    def _pass_time(self, step_s: float) -> None:
        """Time goes on until the driver speaks or is done; the nudge makes it see the clock."""
        give_up = time.monotonic() + PATIENCE_S
        while not self._driver_done and time.monotonic() < give_up:
            self._clock.ahead_s += step_s
            os.write(self._master, NUDGE)
            if select.select([self._master], [], [], NUDGE_S)[0]:
                return
