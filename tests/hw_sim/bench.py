"""The devices of the shop counter in one process, each at a link in one directory.

For tests that drive the devices from the same process::

    with running_devices(tmp_path, people) as bench:      # people: a Path, a mapping, or None
        open_driver(bench.url("reader"))                  # DIR/reader, DIR/pinpad, DIR/printer
        bench.auto("v01")                                 # v01 swipes and types when asked
        bench.tell("v01", "pin-wrong", times=1)
        bench.fault("pinpad", "bad_check", times=1)
        bench.pull("printer"); bench.plug("printer")
        slip = bench.wait_for_slips(1)[0]                 # slip.lines, .text, .qr_contents, .end
        bench.do("printer", "paper out")                  # any command line of `help`
        assert bench.violations() == {}

`fitted=(*DEVICES, "chip", "idcard")` plugs more in: `bench.do("chip", "insert v01")`,
`bench.do("idcard", "place v01")`. `chips` names the cards that `insert` and `tap` know.

Every method may be called from any thread; counter and devices may be read at any time and are
changed inside `bench.loop.call`. With a clock of one's own, `bench.loop.wake()` after moving it.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hw_sim import bench_commands, slip_picture
from tests.hw_sim.bench_slots import DEVICES, SLOTS, Device
from tests.hw_sim.contactless_pn532 import Pn532
from tests.hw_sim.control import ControlServer
from tests.hw_sim.faults import Faults
from tests.hw_sim.id_card_sam import IdCardSam
from tests.hw_sim.line import Line
from tests.hw_sim.line_ends import LineEnd, PtyEnd, TcpEnd
from tests.hw_sim.loop import Loop
from tests.hw_sim.magnetic_msr605 import MagneticMsr605, Swipe
from tests.hw_sim.magnetic_swipe import MagneticSwipe
from tests.hw_sim.pin_pad_keys import MasterKey
from tests.hw_sim.pin_pad_uic import PinPadUic
from tests.hw_sim.printer_escpos import Model, PrinterEscPos
from tests.hw_sim.slip import Slip
from tests.hw_sim.smart_card import ContactlessCard, SmartCard
from tests.hw_sim.smart_card_gempc import GemPcTwin
from tests.hw_sim.villager import Counter, Villager, read_people

TMK_P_SLOT = "0"
SLIPS_WAIT_S = 10.0
AT_ONCE = Model(speed_mm_s=float("inf"))


@dataclass(frozen=True)
class BenchSettings:
    directory: Path
    people: Mapping[str, Villager] = field(default_factory=dict, repr=False)
    tmk_p: bytes | None = field(default=None, repr=False)
    printer: Model = AT_ONCE
    auto: str | None = None
    human_delay_s: float = 0.0
    pictures: bool = False
    seed: int = 0
    clock: Callable[[], float] = time.monotonic
    fitted: tuple[str, ...] = DEVICES
    chips: Mapping[str, SmartCard] = field(default_factory=dict, repr=False)
    contactless: Mapping[str, ContactlessCard] = field(default_factory=dict, repr=False)
    links: Mapping[str, Path] = field(default_factory=dict)  # where not in `directory`
    tcp: Mapping[str, int] = field(default_factory=dict)  # a port in place of a pty; 0 is any
    rfc2217: Mapping[str, int] = field(default_factory=dict)


class Bench:
    """Devices, cables, villagers and control sockets. `start` before use, `stop` after."""

    def __init__(self, settings: BenchSettings) -> None:
        self.settings = settings
        self.loop = Loop(settings.clock)
        self._ends = {name: self._end(name) for name in SLOTS}
        lines = {name: self._line(name) for name in SLOTS}
        self.lines = {name: lines[name] for name in settings.fitted}
        reader, pinpad, printer, chip, air, idcard, swiper = lines.values()
        self.reader = MagneticMsr605(reader.send, self.loop, reader.faults)
        self.pin_pad = PinPadUic(pinpad.send, self.loop, pinpad.faults)
        self.printer = PrinterEscPos(settings.printer, printer.send, self.loop, printer.faults)
        self.chip = GemPcTwin(chip.send, chip.send_ahead, self.loop, chip.faults)
        self.contactless = Pn532(air.send, air.send_ahead, self.loop, air.faults)
        self.idcard = IdCardSam(idcard.send, self.loop, idcard.faults)
        self.swiper = MagneticSwipe(swiper.send)
        three: tuple[Device, ...] = (self.reader, self.pin_pad, self.printer)
        every = (*three, self.chip, self.contactless, self.idcard, self.swiper)
        by_name = dict(zip(SLOTS, every, strict=True))
        self.devices = {name: by_name[name] for name in settings.fitted}
        for name, line in self.lines.items():
            line.on_bytes = self.devices[name].receive
            line.on_pulled = self.devices[name].pulled
        self.printer.on_slip = self._keep_slip
        self.printer.on_full = self._stop_host
        if settings.tmk_p is not None:
            self.pin_pad.keys[TMK_P_SLOT] = MasterKey(settings.tmk_p)
        self.counter = Counter(
            settings.people, self.reader, self.pin_pad, self.loop, settings.human_delay_s
        )
        self._controls = [
            ControlServer(self.loop, self.control_path(name), self._answerer(name))
            for name in self.lines
        ]
        self._slip_printed = threading.Condition()
        self._drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slip-picture")

    @property
    def slips_directory(self) -> Path:
        return self.settings.directory / "slips"

    def link(self, device: str) -> Path:
        return self.settings.links.get(device, self.settings.directory / device)

    def url(self, device: str) -> str:
        """Where a host opens the device: a path or a URL of pyserial's."""
        end = self._ends[device]
        if isinstance(end, TcpEnd):
            scheme = "rfc2217" if device in self.settings.rfc2217 else "socket"
            return f"{scheme}://127.0.0.1:{end.port}"
        return str(self.link(device))

    def control_path(self, device: str) -> Path:
        return self.link(device).with_name(f"{self.link(device).name}.ctl")

    def start(self) -> None:
        if "printer" in self.lines:
            self._clear_slips()
        for line in self.lines.values():
            line.plug()
        for control in self._controls:
            control.open()
        self.counter.stand(self.settings.auto)
        self.loop.start()

    def stop(self) -> None:
        """Pulls all cables, removes links and sockets; pictures begun are finished."""
        self.loop.call(self._close_all)
        self.loop.stop()
        self._drawing.shutdown()

    def do(self, device: str, command: str) -> str:
        """The answer to a command line as `help` lists them. Raises BenchError."""
        return self.loop.call(lambda: bench_commands.answer(self, device, command))

    def pull(self, device: str, after_bytes: int | None = None) -> None:
        """Pulls a cable now, or when the host has sent `after_bytes` more."""
        line = self.lines[device]
        self.loop.call(line.pull if after_bytes is None else lambda: line.pull_after(after_bytes))

    def plug(self, device: str) -> None:
        self.loop.call(self.lines[device].plug)

    def fault(self, device: str, name: str, times: int | None = None) -> None:
        """Sets a fault for the next `times` answers, or until cleared. Raises UnknownFault."""
        self.loop.call(lambda: self.lines[device].faults.set(name, times))

    def clear_faults(self, device: str) -> None:
        self.loop.call(self.lines[device].faults.clear)

    def auto(self, key: str | None) -> None:
        """Who stands at the counter and answers reader and pad by themselves; None is nobody."""
        self.loop.call(lambda: self.counter.stand(key))

    def tell(self, key: str, conduct: str, times: int | None = None) -> None:
        """`pin-ok`, `pin-wrong`, `pin-cancel`, `pin-short`, `swipe-…` or `leave`."""
        self.loop.call(lambda: self.counter.tell(key, conduct, times))

    def swipe(self, key: str, how: Swipe = Swipe.OK) -> bool:
        """Draws a villager's card through; False when the reader was not waiting for one."""
        card = self.counter.villager(key).card
        return self.loop.call(lambda: self.reader.swipe(card, how))

    def type_pin(self, digits: str) -> None:
        """Types digits on the pad, without ENTER."""
        self.loop.call(lambda: self.pin_pad.type_digits(digits))

    def press(self, key: str) -> None:
        """`enter`, `cancel` or `clear` on the pad."""
        self.do("pinpad", key)

    def display(self) -> tuple[str, ...]:
        return self.loop.call(lambda: self.pin_pad.display)

    def wait_for_slips(self, count: int, wait_s: float = SLIPS_WAIT_S) -> list[Slip]:
        """All slips, once there are `count`; fewer when `wait_s` has passed."""
        with self._slip_printed:
            self._slip_printed.wait_for(lambda: len(self.printer.slips) >= count, wait_s)
            return list(self.printer.slips)

    def violations(self) -> dict[str, list[str]]:
        """What the host did against the sheets, by device; devices without any are left out."""

        def collect() -> dict[str, list[str]]:
            kept = {name: list(device.violations) for name, device in self.devices.items()}
            return {name: violations for name, violations in kept.items() if violations}

        return self.loop.call(collect)

    def _clear_slips(self) -> None:
        self.slips_directory.mkdir(parents=True, exist_ok=True)
        for old in self.slips_directory.glob("[0-9][0-9][0-9].*"):
            old.unlink()

    def _end(self, name: str) -> LineEnd:
        for ports, telnet in ((self.settings.tcp, False), (self.settings.rfc2217, True)):
            if name in ports:
                return TcpEnd(self.loop, ports[name], telnet=telnet)
        return PtyEnd(self.loop, self.link(name))

    def _line(self, name: str) -> Line:
        slot = SLOTS[name]
        faults = Faults(slot.faults, self.settings.seed, slot.check_at)
        return Line(self.loop, self._ends[name], faults, slot.control_bytes)

    def _answerer(self, device: str) -> Callable[[str], str]:
        return lambda command: bench_commands.answer(self, device, command)

    def _stop_host(self, is_full: bool) -> None:
        line = self.lines["printer"]
        if is_full:
            line.pause()
        else:
            line.resume()

    def _keep_slip(self, slip: Slip) -> None:
        path = self.slips_directory / f"{slip.number:03d}"
        path.with_suffix(".txt").write_text(slip.text, encoding="utf-8")
        if self.settings.pictures:
            self._drawing.submit(_draw, slip, path.with_suffix(".png"))
        with self._slip_printed:
            self._slip_printed.notify_all()

    def _close_all(self) -> None:
        for control in self._controls:
            control.close()
        for line in self.lines.values():
            line.discard()


def _draw(slip: Slip, path: Path) -> None:
    """Draws beside the loop; a reader of the directory never sees half a picture."""
    part = path.with_name(f".{path.name}")
    try:
        if slip_picture.write_picture(slip, part):
            part.replace(path)
    except (OSError, ValueError) as why:
        print(f"slip {slip.number}: no picture: {why}", file=sys.stderr)


@contextmanager
def running_devices(
    directory: Path,
    people: Path | Mapping[str, Villager] | None = None,
    *,
    tmk_p: bytes | None = None,
    printer: Model = AT_ONCE,
    auto: str | None = None,
    human_delay_s: float = 0.0,
    pictures: bool = False,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
    fitted: tuple[str, ...] = DEVICES,
    chips: Mapping[str, SmartCard] | None = None,
    tcp: Mapping[str, int] | None = None,
) -> Iterator[Bench]:
    """A running bench at DIR/reader, DIR/pinpad and DIR/printer; see the module's docstring."""
    villagers = read_people(people) if isinstance(people, Path) else people or {}
    settings = BenchSettings(
        directory=directory,
        people=villagers,
        tmk_p=tmk_p,
        printer=printer,
        auto=auto,
        human_delay_s=human_delay_s,
        pictures=pictures,
        seed=seed,
        clock=clock,
        fitted=fitted,
        chips=chips or {},
        tcp=tcp or {},
    )
    bench = Bench(settings)
    try:
        bench.start()
        yield bench
    finally:
        bench.stop()
