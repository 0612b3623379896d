"""The three devices at the counter, at the level of `drivers.api`, and the places they belong in.

A device answers at once and says how long it took (`took_ms`); its place gives the answer when that
time is over. The device outlives the station; what the station had asked dies with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from psec import pinblock

from drivers.api import (
    BadSwipe,
    Cancelled,
    DeviceFault,
    Fault,
    Line,
    Notice,
    Paper,
    Printed,
    Stripe,
    TimedOut,
    Unconfirmed,
)
from drivers.attachment import Health
from protocol.values import Pan, PinBlock, Track2
from tests.hw_sim.bank.block_cipher import decrypt, encrypt
from tests.sim.agenda import Agenda, Life
from tests.sim.studio import TMK_P
from tests.sim.villagers import Visit
from tests.sim.weather import Weather

OPEN_MS = 800  # a driver opens its port and asks its device who it is
CANCEL_MS = 60
ABSENT_MS = 20
PRINT_MS = 900
Report = Callable[[Health], None]
BAD = {
    "reader.garbage": BadSwipe.UNREADABLE,
    "reader.truncate": BadSwipe.SPEED,
    "reader.bad_check": BadSwipe.CORRUPT,
}


class Reader:
    """A swipe is the villager's; nobody, and the time runs out."""

    def __init__(self, weather: Weather, visit: Callable[[], Visit | None]) -> None:
        self._weather, self._visit, self.took_ms = weather, visit, 0

    def read_card(self, *, wait_s: float) -> Stripe | BadSwipe | TimedOut:
        visit = self._visit()
        if visit is None or self._weather.strikes("reader.nobody"):
            self.took_ms = int(wait_s * 1000)
            return TimedOut()
        if self._weather.strikes("reader.silence", times=0.3):
            raise DeviceFault(Fault.SILENT)
        self.took_ms = visit.swipe_ms
        if self._weather.strikes("reader.late"):
            self.took_ms += 20_000
        for kind, bad in BAD.items():
            if self._weather.strikes(kind):
                return bad
        card = visit.card
        pan, _, rest = card["track2"].partition("=")
        return Stripe(Pan(pan), rest[:4], rest[4:7], Track2(card["track2"]), None)

    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


class Pad:
    """Holds TMK-P and the PIK of the day; what it gives away is ISO 9564 format 0 under the PIK."""

    def __init__(self, weather: Weather, visit: Callable[[], Visit | None]) -> None:
        self._weather, self._visit, self.took_ms = weather, visit, 0
        self._pik: bytes | None = None
        self.blocks: deque[bytes] = deque(maxlen=2)

    def load_pin_key(self, cipher: bytes, kcv: bytes) -> None:
        self.took_ms = 100
        self._pik = decrypt(TMK_P, cipher)

    def enter_pin(
        self, pan: Pan, *, amount_fen: int | None, wait_s: int
    ) -> PinBlock | Cancelled | TimedOut:
        visit = self._visit()
        if self._pik is None:
            raise DeviceFault(Fault.WRONG_KEY)
        for kind, fault in (("pad.busy", Fault.BUSY), ("pad.silence", Fault.SILENT)):
            if self._weather.strikes(kind):
                raise DeviceFault(fault)
        if visit is None or self._weather.strikes("pad.nobody"):
            self.took_ms = wait_s * 1000
            return TimedOut()
        self.took_ms = visit.pin_ms
        if self._weather.strikes("pad.late"):
            self.took_ms += 30_000
        if self._weather.strikes("pad.cancel"):
            return Cancelled()
        return PinBlock(self._block(visit, pan))

    def _block(self, visit: Visit, pan: Pan) -> str:
        pin = visit.card_pin
        if self._weather.strikes("pad.wrong_pin"):
            pin = f"{(int(pin) + 1) % 10**6:06d}"
        assert self._pik is not None
        clear = pinblock.encode_pinblock_iso_0(pin, pan.reveal())
        block = encrypt(self._pik, clear).hex().upper()
        self.blocks.append(block.encode())
        return block

    def power_off(self) -> None:
        """A session key does not outlive the power."""
        self._pik = None

    def check(self) -> None: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


class Printer:
    """Whatever comes out goes to `out`, a part of a slip too."""

    columns = 32

    def __init__(
        self,
        weather: Weather,
        out: Callable[[tuple[Line, ...]], None],
        runs_out: Callable[[], None],
    ) -> None:
        self._weather, self._out, self._runs_out, self.took_ms = weather, out, runs_out, 0
        self.trouble: Fault | None = None

    def print_slip(self, lines: tuple[Line, ...]) -> Printed | Unconfirmed:
        if self.trouble is not None:
            raise DeviceFault(self.trouble)
        self.took_ms = PRINT_MS
        self._out(lines)
        if self._weather.strikes("printer.late"):
            self.took_ms += 4_000
        if self._weather.strikes("printer.paper_out"):
            self._runs_out()
            return Unconfirmed(Fault.PAPER_OUT)
        if self._weather.strikes("printer.silence"):
            return Unconfirmed(Fault.SILENT)
        if self._weather.strikes("printer.buffer_full"):
            return Unconfirmed(None)
        return Printed()

    def check(self) -> Paper:
        return Paper(near_end=False)

    def cancel(self) -> None: ...
    def close(self) -> None: ...


class Place:
    """Where one device belongs: present or not, one task after the other, each answered once."""

    def __init__(self, name: str, device: Any, agenda: Agenda) -> None:
        self.name, self.device, self._agenda = name, device, agenda
        self.present, self.fault, self.notice = True, None, None
        self._life, self._report = Life(alive=False), None
        self._opened: Callable[[Any], None] = lambda device: None
        self._tasks: deque[tuple[Any, Any]] = deque()
        self._running: tuple[Any, Any] | None = None  # (done, result)
        self._cancel_next = False

    def belong_to(
        self, life: Life, report: Report, opened: Callable[[Any], None] = lambda device: None
    ) -> None:
        """A station has started: it opens the port and asks."""
        self._life, self._report, self._opened = life, report, opened
        self._tasks.clear()
        self._running, self._cancel_next = None, False
        self._agenda.after(OPEN_MS, self._tell, life)

    def do(self, task: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        self._tasks.append((task, done))
        self._next()

    def cancel(self) -> None:
        if self._running is not None:
            self._end_with(Cancelled(), CANCEL_MS)
        elif self._tasks:
            self._cancel_next = True

    def unplug(self) -> None:
        self.present = False
        if self._running is not None:
            printing = isinstance(self.device, Printer)
            self._end_with(Unconfirmed(Fault.GONE) if printing else DeviceFault(Fault.GONE), 0)
        self._agenda.after(ABSENT_MS, self._tell, self._life)

    def plug(self) -> None:
        self.present = True
        self._agenda.after(OPEN_MS, self._tell, self._life)

    def complain(self, fault: Fault | None, notice: Notice | None = None) -> None:
        self.fault, self.notice = fault, notice
        self._agenda.after(ABSENT_MS, self._tell, self._life)

    # --- in the place's own time

    def _tell(self) -> None:
        if self._report is None:
            return
        fault = self.fault if self.present else Fault.GONE
        if self.present:
            self._opened(self.device)
        self._report(Health(self.name, self.present, fault, notice=self.notice))

    def _next(self) -> None:
        if self._running is not None or not self._tasks:
            return
        task, done = self._tasks.popleft()
        self.device.took_ms = 0
        try:
            result = task(self.device) if self.present else DeviceFault(Fault.GONE)
        except DeviceFault as fault:
            result = fault
        if self._cancel_next:
            self._cancel_next, result = False, Cancelled()
        self._running = done, result
        self._finish_after(max(self.device.took_ms, ABSENT_MS))

    def _end_with(self, result: Any, ms: int) -> None:
        assert self._running is not None
        self._running = self._running[0], result
        self._finish_after(ms)

    def _finish_after(self, ms: int) -> None:
        due = self._running
        self._agenda.after(ms, lambda: self._finish(due), self._life)

    def _finish(self, due: Any) -> None:
        if due is not self._running or due is None:
            return  # it has ended another way
        self._running = None
        done, result = due
        done(result)
        self._next()
