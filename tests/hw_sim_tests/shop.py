"""Two ways to talk to the simulated devices: through a pty, and straight to their methods."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.hw_sim import magnetic_msr605, pin_pad_uic, printer_escpos
from tests.hw_sim.bench import AT_ONCE, DEVICES, Bench, running_devices
from tests.hw_sim.faults import Faults
from tests.hw_sim.loop import Loop
from tests.hw_sim.magnetic_msr605 import MagneticMsr605
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim.pin_pad_keys import MasterKey
from tests.hw_sim.pin_pad_uic import PinPadUic
from tests.hw_sim.printer_escpos import Model, PrinterEscPos
from tests.hw_sim.villager import Counter, Villager
from tests.hw_sim_tests.host import Host

TEST_MASTER = bytes.fromhex("19191919191919195B5B5B5B5B5B5B5B")  # pinpad-uic.md section 5
PIN = "123456"
CARD = MagneticCard(
    "B6212345678901232^TEST/CARD^30122201000000000000", "6212345678901232=30122201000000000"
)


def villager(card: MagneticCard = CARD) -> Villager:
    return Villager("v01", "测试", "110101199003070038", card, "6212345678901232", PIN)


class HandClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Shop(Protocol):
    reader: MagneticMsr605
    pin_pad: PinPadUic
    printer: PrinterEscPos
    counter: Counter

    def exchange(self, device: str, data: bytes, answer_bytes: int) -> bytes: ...

    def act(self, action: Callable[[], object]) -> None: ...


class DirectShop:
    """The devices without cables; `wait` moves their clock."""

    def __init__(self, person: Villager, model: Model = AT_ONCE) -> None:
        self.clock = HandClock()
        self.loop = Loop(self.clock)
        self.sent = {name: bytearray() for name in DEVICES}
        self.faults = Faults({*magnetic_msr605.FAULTS, *pin_pad_uic.FAULTS, *printer_escpos.FAULTS})
        self.reader = MagneticMsr605(self.sent["reader"].extend, self.loop, self.faults)
        self.pin_pad = PinPadUic(self.sent["pinpad"].extend, self.loop, self.faults)
        self.printer = PrinterEscPos(model, self.sent["printer"].extend, self.loop, self.faults)
        self.counter = Counter({"v01": person}, self.reader, self.pin_pad, self.loop, 0.0)

    def exchange(self, device: str, data: bytes, answer_bytes: int = 0) -> bytes:
        receivers = {
            "reader": self.reader.receive,
            "pinpad": self.pin_pad.receive,
            "printer": self.printer.receive,
        }
        receivers[device](data)
        self.loop.run_due()
        return self.taken(device)

    def act(self, action: Callable[[], object]) -> None:
        action()
        self.loop.run_due()

    def wait(self, wait_s: float) -> None:
        self.clock.now_s += wait_s
        self.loop.run_due()

    def taken(self, device: str) -> bytes:
        answer = bytes(self.sent[device])
        self.sent[device].clear()
        return answer


class WiredShop:
    """The devices of a running bench, each port opened by a host."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.reader = bench.reader
        self.pin_pad = bench.pin_pad
        self.printer = bench.printer
        self.counter = bench.counter
        self.hosts = {name: Host(bench.link(name)) for name in DEVICES}

    def exchange(self, device: str, data: bytes, answer_bytes: int) -> bytes:
        self.hosts[device].send(data)
        return self.hosts[device].read(answer_bytes)

    def act(self, action: Callable[[], object]) -> None:
        self.bench.loop.call(action)

    def close(self) -> None:
        for host in self.hosts.values():
            host.close()


@contextmanager
def wired_shop(directory: Path, person: Villager, model: Model = AT_ONCE) -> Iterator[WiredShop]:
    with running_devices(directory, {person.key: person}, printer=model) as bench:
        shop = WiredShop(bench)
        try:
            yield shop
        finally:
            shop.close()


def load_master(shop: Shop) -> None:
    shop.act(lambda: shop.pin_pad.keys.update({"0": MasterKey(TEST_MASTER)}))
