"""One shop counter for the contract: simulated devices on pseudo-terminals, our drivers on them.

Drivers and devices share one clock. While a driver waits and the line is quiet, `Counter.ask` moves
that clock on, so that a wait of a minute costs a second; nothing else about time is simulated.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from drivers.api import DeviceFault
from drivers.port import Port, open_port
from drivers.registry import MODELS, Settings
from tests.hw_sim.bench import AT_ONCE, DEVICES, Bench, running_devices
from tests.hw_sim.printer_escpos import Model
from tests.hw_sim.smart_card import SmartCard
from tests.hw_sim.villager import Villager

# Model of the registry: its place on the bench.
LINKS = {
    "gempc-serial": "chip",
    "idcard-sam": "idcard",
    "magstripe": "swipe",
    "msr605": "reader",
    "pn532": "contactless",
    "uic-pp791": "pinpad",
    "escpos-58": "printer",
    "escpos-80": "printer",
}
TMK_P = bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B")  # `pinpad-uic.md` section 5, test keys
PIK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
PIK_UNDER_TMK_P = bytes.fromhex("B2623DBB80EC770D5FABBA8E733579AC")
KCV = bytes.fromhex("000000")  # this family cannot check it (section 4)

WIRES = ("pty", "tcp")

STEP_S = 0.1  # of the shared clock, less than any wait of the sheets
STEPS_MAX, STRIDE_S = 40, 1.0  # quiet for so many steps: only a person or a paper jam lasts longer
STEP_PAUSE_S = 0.003  # of real time: lets the driver's thread see the answer before time goes on
PATIENCE_S = 20.0  # of real time: a call that takes longer hangs

T = TypeVar("T")


def models_of(capability: type) -> list[str]:
    """The models under contract: those whose simulator stands on the bench."""
    return sorted(name for name in LINKS if MODELS[name].capability is capability)


class Clock:
    """Real time, and what has been skipped of it."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


class Call(Generic[T]):
    """A driver's method under way in a thread of its own, as the attachment would run it."""

    def __init__(self, clock: Clock, method: Callable[[], T]) -> None:
        self._clock = clock
        self._method = method
        self._over = threading.Event()
        self._answer: list[T] = []
        self.fault: DeviceFault | None = None
        self.took_s = 0.0  # of the shared clock
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def is_over(self, wait_s: float) -> bool:
        return self._over.wait(wait_s)

    @property
    def answer(self) -> T:
        """What the method returned. Raises what it raised."""
        assert self._over.is_set()
        if self.fault is not None:
            raise self.fault
        return self._answer[0]

    @property
    def outcome(self) -> T | object:
        """The answer, or the fault's kind."""
        return self.fault.fault if self.fault is not None else self.answer

    def _run(self) -> None:
        started_s = self._clock()
        try:
            self._answer.append(self._method())
        except DeviceFault as fault:
            self.fault = fault
        finally:
            self.took_s = self._clock() - started_s
            self._over.set()


@dataclass(frozen=True)
class Attached:
    """One device of the bench with our driver on it."""

    link: str
    port: Port
    driver: Any


class Counter:
    """The bench with its clock, what each device heard of us, and the drivers opened on it."""

    def __init__(self, bench: Bench, clock: Clock, open_ports: ExitStack) -> None:
        self.bench = bench
        self.clock = clock
        self.heard = {name: bytearray() for name in bench.lines}
        self._open_ports = open_ports
        self._ports: list[Port] = []
        self._changed = threading.Condition()
        for name in bench.lines:
            self._listen_in(name)

    def attach(self, model: str, settings: Settings | None = None) -> Attached:
        """Our driver of `model` on its device, opened as the station opens it."""
        row, link = MODELS[model], LINKS[model]
        wanted = settings or Settings()
        port = open_port(self.bench.url(link), wanted.line or row.line, self.clock)
        self._open_ports.callback(port.close)
        self._ports.append(port)
        driver = self.ask(lambda: row.take_over(port, wanted)).answer
        self._settle()  # what the driver said last is heard before a test sets its trap
        return Attached(link, port, driver)

    def begin(self, method: Callable[[], T]) -> Call[T]:
        """Start a method and let it run; time is real until `finish`."""
        return Call(self.clock, method)

    def ask(self, method: Callable[[], T]) -> Call[T]:
        return self.finish(self.begin(method))

    def finish(self, call: Call[T]) -> Call[T]:
        """Let time pass until the call is over. Fails when it hangs."""
        give_up = time.monotonic() + PATIENCE_S
        heard, quiet_steps = -1, 0
        while not call.is_over(STEP_PAUSE_S):
            assert time.monotonic() < give_up, "the driver hangs"
            self._settle()
            heard, before = sum(map(len, self.heard.values())), heard
            quiet_steps = quiet_steps + 1 if heard == before else 0
            if quiet_steps:
                self.skip(STEP_S if quiet_steps <= STEPS_MAX else STRIDE_S)
        return call

    def skip(self, wait_s: float) -> None:
        """So much time has passed; every waiting thread looks at the clock again."""
        self.clock.ahead_s += wait_s
        self.bench.loop.wake()
        for port in self._ports:
            port._wake()  # the port offers nobody a reason to wake it without an interrupt

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Until `condition`, looked at whenever a device has heard something of us."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.bench.loop.call(condition), PATIENCE_S)

    def _listen_in(self, name: str) -> None:
        line = self.bench.lines[name]
        receive = line.on_bytes

        def both(data: bytes) -> None:
            receive(data)
            self.heard[name] += data
            self.bench.loop.after(0, self._tell)

        line.on_bytes = both

    def _tell(self) -> None:
        # Beside the loop: who waits holds the condition and asks for the loop's turn.
        threading.Thread(target=self._notify, daemon=True).start()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _settle(self) -> None:
        """The devices have dealt with every byte and timer that was due when this was called."""
        dealt_with = threading.Event()
        self.bench.loop.call(lambda: self.bench.loop.after(0, dealt_with.set))
        assert dealt_with.wait(PATIENCE_S)


@contextmanager
def open_counter(
    folder: Path,
    people: dict[str, Villager],
    *,
    printer: Model = AT_ONCE,
    tmk_p: bytes | None = TMK_P,
    human_delay_s: float = 0.0,
    wire: str = "pty",
    fitted: tuple[str, ...] = DEVICES,
    chips: Mapping[str, SmartCard] | None = None,
) -> Iterator[Counter]:
    """wire "tcp": every device at a socket:// URL instead of a pseudo-terminal."""
    clock = Clock()
    devices = running_devices(
        folder,
        people,
        tmk_p=tmk_p,
        printer=printer,
        human_delay_s=human_delay_s,
        clock=clock,
        fitted=fitted,
        chips=chips,
        tcp=dict.fromkeys(fitted, 0) if wire == "tcp" else None,
    )
    with devices as bench, ExitStack() as open_ports:
        yield Counter(bench, clock, open_ports)


def words_of(call: Call[object]) -> str:
    """All that a log could show of a call: its answer, or its fault with traceback and causes."""
    if call.fault is None:
        return repr(call.answer)
    return "".join(traceback.format_exception(call.fault)) + repr(call.fault)


def secrets_of(villager: Villager) -> tuple[str, ...]:
    """What must never be seen of a card and its PIN; hex as a dump would show it, too."""
    clear = (villager.pan, villager.pin, villager.card.track2 or "")
    keys = (PIK_UNDER_TMK_P.hex(), PIK_UNDER_TMK_P.hex().upper())
    dumped = tuple(text.encode().hex() for text in clear[::2])
    return (*filter(None, clear), *keys, *dumped)
