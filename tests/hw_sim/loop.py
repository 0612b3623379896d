"""The turns of the bench: file descriptors, timers and calls from other threads, one at a time.

Whatever touches a simulated device has the turn, so no device needs a lock. Time comes from the
clock handed in; with a clock that stands still, `wake` after moving it.
"""

import heapq
import itertools
import os
import selectors
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

STOP_WAIT_S_MAX = 5.0


@dataclass(order=True)
class Timer:
    due_s: float
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Runs readers, timers and calls; unstarted, `run_due` runs what is due by hand."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.on_end: Callable[[], None] = lambda: None
        self._selector = selectors.PollSelector()
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._turn = threading.RLock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.watch(self._wake_read, self._drain_wake)

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        self._selector.register(descriptor, selectors.EVENT_READ, on_readable)

    def unwatch(self, descriptor: int) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)

    def after(self, delay_s: float, action: Callable[[], None]) -> Timer:
        timer = Timer(self.clock() + delay_s, next(self._order), action)
        heapq.heappush(self._timers, timer)
        return timer

    def call(self, action: Callable[[], T]) -> T:
        """What `action` returned or raised, run between two rounds of the loop."""
        with self._turn:
            result = action()
        self.wake()
        return result

    def wake(self) -> None:
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # a full pipe wakes just as well

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=STOP_WAIT_S_MAX)
            self._thread = None
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def run_due(self) -> None:
        now_s = self.clock()
        while self._timers and self._timers[0].due_s <= now_s:
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.action()

    def _run(self) -> None:
        try:
            self._turn_by_turn()
        finally:
            self.on_end()

    def _turn_by_turn(self) -> None:
        while not self._stopping:
            ready = self._selector.select(self._wait_s())
            with self._turn:
                for key, _ in ready:
                    # Since the wait, this one's descriptor may have been closed.
                    if key.fd in self._selector.get_map():
                        key.data()
                self.run_due()

    def _wait_s(self) -> float | None:
        with self._turn:
            if not self._timers:
                return None
            return max(0.0, self._timers[0].due_s - self.clock())

    def _drain_wake(self) -> None:
        try:
            os.read(self._wake_read, 4096)
        except BlockingIOError:
            return
