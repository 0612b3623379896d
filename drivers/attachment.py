"""One device and its thread: opens it, keeps it, notices when it goes and when it comes back.

The thread blocks in the port while there is nothing to do; the heartbeat is the sheet's. Tasks run
one after the other in the thread and are answered there, exactly once each. A mistake of ours in a
driver is a fault of its device: it costs a moment, never the thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from drivers.api import DeviceFault, Fault, Notice, PortError
from drivers.device import Device
from drivers.mistake import named
from protocol.errors import OurMistake, PeerMistake

log = logging.getLogger("huinong.devices")

RETRY_OFTEN_S, RETRY_SELDOM_S = 1.0, 10.0  # `devices/README.md` rule 2
OFTEN_FOR_S = 60.0
STOP_WAIT_S = 10.0  # longer than any single question of the sheets
LOST = (Fault.GONE, Fault.SILENT)  # the device is not there; other faults are a device's own


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a device is there, and what it complains about. detail is for the technician.

    notice is what it says while all is well with it otherwise.
    """

    name: str
    present: bool
    fault: Fault | None
    detail: str = ""
    notice: Notice | None = None


D = TypeVar("D", bound=Device)
T = TypeVar("T")


class DriverFailed(DeviceFault):
    """A mistake of ours; where driver and device have got to is not known, so both start afresh."""

    def __init__(self, why: Exception) -> None:
        super().__init__(Fault.BROKEN, f"its driver failed: {named(why)}")


@dataclass(eq=False, slots=True)
class _Task(Generic[D]):
    perform: Callable[[D | None], DeviceFault | None]
    cancelled: bool = False  # before it began: it is interrupted as it starts


def retry_wait_s(absent_s: float) -> float:
    """How long to wait before the next attempt to open, by how long the device has been away."""
    return RETRY_OFTEN_S if absent_s < OFTEN_FOR_S else RETRY_SELDOM_S


class Attachment(Generic[D]):
    """A place on the counter where one device belongs, whether it is plugged in or not."""

    def __init__(
        self,
        name: str,
        opener: Callable[[], D],
        report: Callable[[Health], None],
        clock: Callable[[], float] = time.monotonic,
        heartbeat_s: float = float("inf"),
    ) -> None:
        self._name = name
        self._opener = opener
        self._report = report
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._thread = threading.Thread(target=self._run, name=f"device-{name}", daemon=True)
        self._changed = threading.Condition()  # guards everything below
        self._tasks: deque[_Task[D]] = deque()
        self._device: D | None = None
        self._running = False  # a task is
        self._stopping = False
        self._ended = False
        self._told: Health | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread; a task under way ends with DeviceFault(GONE)."""
        with self._changed:
            self._stopping = True
            device = self._device
            self._changed.notify_all()
        if device is not None:
            device.port.close()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def do(self, task: Callable[[D], T], done: Callable[[T | DeviceFault], None]) -> None:
        """Run `task` in the device's thread; `done` gets its answer there.

        DeviceFault(GONE) without a device, after the attempt to open it that may be under way. Once
        the thread has ended, `done` is called from here.
        """
        waiting = _Task(partial(self._perform, task, done))
        with self._changed:
            accepted = self._thread.is_alive() and not self._ended
            if accepted:
                self._tasks.append(waiting)
                self._changed.notify_all()
                if self._device is not None and not self._running:
                    self._device.port.interrupt()
        if not accepted:
            waiting.perform(None)

    def cancel(self) -> None:
        """Interrupt what has been asked so far, waiting or under way; nothing that comes later.

        Only what waits for a person is interrupted: a key that is being loaded is loaded.
        """
        with self._changed:
            for waiting in self._tasks:
                waiting.cancelled = True
            if self._running and self._device is not None:
                self._device.port.interrupt()

    # --- in the device's thread

    def _run(self) -> None:
        try:
            absent_since = self._clock()
            while not self._stopping:
                lost, device = None, self._open()
                if device is not None:
                    lost = self._attend(device)
                    absent_since = self._clock()
                if lost is None or lost.fault not in LOST:
                    self._stay_absent(absent_since)
        finally:
            self._end()

    def _open(self) -> D | None:
        try:
            with _faults_only():
                device = self._opener()
        except DeviceFault as fault:
            self._tell(fault, present=False)
            return None
        with self._changed:
            self._device = device
        return device

    def _stay_absent(self, absent_since: float) -> None:
        """Answer what is asked until it is time for the next attempt."""
        until = self._clock() + retry_wait_s(self._clock() - absent_since)
        while not self._stopping and (left_s := until - self._clock()) > 0:
            with self._changed:
                if not self._tasks and not self._stopping:
                    self._changed.wait(left_s)
                task = self._tasks.popleft() if self._tasks else None
            if task is not None:
                task.perform(None)

    def _attend(self, device: D) -> DeviceFault | None:
        """Work for the device until it is lost or the station stops; the fault that ended it."""
        try:
            with _faults_only():
                self._work(device)
        except DeviceFault as lost:
            if not self._stopping:
                self._tell(lost, present=False)
            return lost
        return None

    def _work(self, device: D) -> None:
        try:
            self._beat(device)
            beat_at = self._clock() + self._heartbeat_s
            while not self._stopping:
                if task := self._take_task(device):
                    self._do(device, task)
                elif device.port.listen(beat_at) is None or self._clock() < beat_at:
                    continue  # woken for a task, or bytes that nobody asked for
                else:
                    self._beat(device)
                beat_at = self._clock() + self._heartbeat_s
        finally:
            self._let_go(device)

    def _let_go(self, device: D) -> None:
        with self._changed:
            self._device = None
        try:
            device.close()
        finally:
            device.port.close()  # a port left open could not be opened again

    def _take_task(self, device: D) -> _Task[D] | None:
        with self._changed:
            device.port.resume()
            if not self._tasks:
                return None
            self._running = True
            task = self._tasks.popleft()
            if task.cancelled:
                device.port.interrupt()
            return task

    def _do(self, device: D, task: _Task[D]) -> None:
        fault = task.perform(device)
        if fault is not None:
            if fault.fault is Fault.GONE or isinstance(fault, DriverFailed):
                raise fault
            self._beat(device)

    def _perform(
        self, task: Callable[[D], T], done: Callable[[T | DeviceFault], None], device: D | None
    ) -> DeviceFault | None:
        """Do the task and call `done` exactly once, whatever happens; its fault if any."""
        outcome: T | DeviceFault = DeviceFault(Fault.GONE, "not connected")
        if device is not None:
            outcome = _outcome(task, device)
        with self._changed:  # before the answer: who gets it may order and cancel the next
            self._running = False
        try:
            done(outcome)
        except Exception as why:  # noqa: BLE001 - not the device's doing: it goes on working
            log.error("device=%s answer_lost=%s", self._name, named(why))
        return outcome if isinstance(outcome, DeviceFault) else None

    def _beat(self, device: D) -> None:
        try:
            notice = device.poll()
        except DeviceFault as fault:
            if fault.fault in LOST:
                raise
            self._tell(fault, present=True)
        else:
            self._tell(None, present=True, notice=notice)

    def _tell(
        self, fault: DeviceFault | None, *, present: bool, notice: Notice | None = None
    ) -> None:
        """Report a health that differs from the last; another detail alone is no news."""
        health = Health(self._name, present, fault.fault if fault else None, notice=notice)
        if self._told != health:
            self._told = health
            if fault is not None:
                log.warning("device=%s why=%s", self._name, fault)
            self._report(replace(health, detail=str(fault or "")))

    def _end(self) -> None:
        """Nothing that was asked stays without an answer, even when this thread fails."""
        with self._changed:
            self._ended = True
            left = list(self._tasks)
            self._tasks.clear()
        for task in left:
            task.perform(None)


def _outcome(task: Callable[[D], T], device: D) -> T | DeviceFault:
    try:
        with _faults_only():
            return task(device)
    except DeviceFault as fault:
        return fault


@contextmanager
def _faults_only() -> Iterator[None]:
    """Whatever fails within comes out as a DeviceFault."""
    try:
        yield
    except DeviceFault:
        raise
    except PortError as why:
        raise DeviceFault(Fault.GONE, str(why)) from why
    except (OurMistake, PeerMistake) as why:
        raise DeviceFault(Fault.NOT_UNDERSTOOD, str(why)) from why
    except Exception as why:
        raise DriverFailed(why) from why
