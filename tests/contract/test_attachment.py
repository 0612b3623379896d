"""Cables and power at the counter, for every model of the registry (`devices/README.md` rule 2).

Here time is real: a promise in seconds to the operator is measured with the operator's clock.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from drivers.api import Cancelled, DeviceFault, Fault, PinPad, Printed, Text, Unconfirmed
from drivers.attachment import Attachment, Health
from drivers.registry import MODELS, Settings, open_device
from protocol.values import Pan, PinBlock
from terminal.bootstrap import Files, _attach, read
from terminal.core.exchange import WorkingKeys
from terminal.inputs import HealthCame, Input
from terminal.performers import PinKey
from tests.config.written import EXAMPLES
from tests.contract.shop import KCV, LINKS, PIK_UNDER_TMK_P, TMK_P
from tests.contract.test_receipt_printer import PRINTERS
from tests.hw_sim.bench import AT_ONCE, Bench, running_devices
from tests.hw_sim.pin_pad_uic import State
from tests.hw_sim.printer_escpos import Model
from tests.hw_sim.slip import PAPERS
from tests.hw_sim.villager import Villager

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES:UserWarning:psec")

NOTICED_S, USABLE_S = 2.0, 3.0  # rule 2
HEARTBEAT_S = 0.05
SILENT_WITHIN_S = 12.0  # three or four unanswered questions of any sheet
WAIT_S = 30
LOOK_S = 0.02  # between two looks at a simulator

PAPER_OF = {row.model: PAPERS[row.paper_mm] for row in PRINTERS}
models = pytest.mark.parametrize("model", sorted(LINKS))
# A plain swipe reader speaks only when a card is drawn: its silence says nothing.
MUTE = ("magstripe",)
talking_models = pytest.mark.parametrize("model", sorted(LINKS.keys() - set(MUTE)))
printers = pytest.mark.parametrize("model", sorted(PAPER_OF))
pads = pytest.mark.parametrize(
    "model", sorted(name for name, row in MODELS.items() if row.capability is PinPad)
)


class Place:
    """One device's place on the counter: the attachment, its cable, and what it reported."""

    def __init__(self, bench: Bench, model: str) -> None:
        self.bench = bench
        self.device = LINKS[model]
        self.told: Queue[Health] = Queue()
        url = str(bench.link(self.device))
        self.attachment: Attachment[Any] = Attachment(
            model,
            lambda: open_device(model, url, Settings()),
            self.told.put,
            heartbeat_s=HEARTBEAT_S,
        )

    def next_health(self, within_s: float) -> tuple[bool, Fault | None]:
        told = self.told.get(timeout=within_s)
        return told.present, told.fault

    def begin(self, task: Callable[[Any], object]) -> Queue[object]:
        answers: Queue[object] = Queue()
        self.attachment.do(task, answers.put)
        return answers

    def ask(self, task: Callable[[Any], object], within_s: float = USABLE_S) -> object:
        return outcome(self.begin(task), within_s)

    def pull(self) -> None:
        self.bench.pull(self.device)

    def plug(self) -> None:
        self.bench.plug(self.device)

    def until(self, condition: Callable[[], bool]) -> None:
        """Looks at the simulator until it is as the test needs it."""
        give_up = time.monotonic() + SILENT_WITHIN_S
        nothing: Queue[object] = Queue()
        while not self.bench.loop.call(condition):
            assert time.monotonic() < give_up
            with pytest.raises(Empty):
                nothing.get(timeout=LOOK_S)


def outcome(answers: Queue[object], within_s: float) -> object:
    """The one answer of a task, or its fault's kind."""
    got = answers.get(timeout=within_s)
    return got.fault if isinstance(got, DeviceFault) else got


TakePlace = Callable[[str], Place]


@pytest.fixture
def place_of(tmp_path: Path, people: dict[str, Villager]) -> Iterator[TakePlace]:
    """A place whose device is plugged in and was found."""
    with ExitStack() as places:
        taken: list[Bench] = []

        def take(model: str) -> Place:
            paper = (
                Model(PAPER_OF[model], speed_mm_s=float("inf")) if model in PAPER_OF else AT_ONCE
            )
            bench = places.enter_context(
                running_devices(
                    tmp_path, people, tmk_p=TMK_P, printer=paper, fitted=(LINKS[model],)
                )
            )
            place = Place(bench, model)
            places.callback(place.attachment.stop)
            place.attachment.start()
            assert place.next_health(USABLE_S) == (True, None)
            taken.append(bench)
            return place

        yield take
        assert [bench.violations() for bench in taken] == [{}] * len(taken)


@models
def test_a_pulled_cable_is_reported_and_the_device_is_of_use_soon_after_its_return(
    place_of: TakePlace, model: str
) -> None:
    place = place_of(model)
    place.pull()
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)
    place.plug()
    assert place.next_health(USABLE_S) == (True, None)
    assert not isinstance(place.ask(lambda device: device.check()), Fault)


@models
def test_what_is_asked_of_a_device_that_is_gone_is_answered_at_once(
    place_of: TakePlace, model: str
) -> None:
    place = place_of(model)
    place.pull()
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)
    assert place.ask(lambda device: device.check()) is Fault.GONE


@talking_models
def test_a_device_switched_off_on_its_cable_is_reported_and_found_again(
    place_of: TakePlace, model: str
) -> None:
    place = place_of(model)
    place.bench.fault(place.device, "silence")
    assert place.next_health(SILENT_WITHIN_S) == (False, Fault.SILENT)
    place.bench.clear_faults(place.device)
    if model not in PAPER_OF:  # a silent printer is taken for a clone (`escpos-printer.md` 3)
        assert place.next_health(SILENT_WITHIN_S) == (True, None)


def test_a_cable_pulled_while_a_card_is_awaited_ends_the_read(
    place_of: TakePlace,
) -> None:
    place = place_of("msr605")
    answers = place.begin(lambda reader: reader.read_card(wait_s=WAIT_S))
    place.until(lambda: place.bench.reader.waits_for_card)
    place.pull()
    assert outcome(answers, NOTICED_S) is Fault.GONE
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)


@pads
def test_a_cable_pulled_while_a_pin_is_awaited_ends_the_entry(
    place_of: TakePlace, model: str, villager: Villager
) -> None:
    place = place_of(model)
    answers = entering(place, villager)
    place.pull()
    assert outcome(answers, NOTICED_S) is Fault.GONE


@pads
def test_a_pad_pulled_during_entry_no_longer_asks_for_a_pin_once_it_is_back(
    place_of: TakePlace, model: str, villager: Villager
) -> None:
    place = place_of(model)
    entering(place, villager)
    place.pull()
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)
    place.plug()
    assert place.next_health(USABLE_S) == (True, None)
    assert place.bench.pin_pad.state is State.IDLE


@pads
def test_a_pad_that_came_back_takes_pins_once_it_was_given_the_key_again(
    place_of: TakePlace, model: str, villager: Villager
) -> None:
    place = place_of(model)
    place.ask(takes_its_key)
    place.pull()
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)
    place.plug()
    assert place.next_health(USABLE_S) == (True, None)
    place.bench.auto(villager.key)
    assert place.ask(pin_entry(villager)) is Fault.WRONG_KEY
    place.ask(takes_its_key)
    assert isinstance(place.ask(pin_entry(villager)), PinBlock)


@pads
def test_an_entry_cancelled_while_the_pad_still_takes_its_key_does_not_wait_for_a_pin(
    place_of: TakePlace, model: str, villager: Villager
) -> None:
    """The operator's Esc comes in the moment between the sign-in's new key and the PIN."""
    place = place_of(model)
    begun, held_up = threading.Event(), threading.Event()
    place.begin(lambda pad: (begun.set(), held_up.wait(WAIT_S), takes_its_key(pad)))
    assert begun.wait(WAIT_S)
    answers = place.begin(pin_entry(villager))
    place.attachment.cancel()
    held_up.set()
    assert outcome(answers, USABLE_S) == Cancelled()
    assert place.bench.pin_pad.state is State.IDLE
    place.bench.auto(villager.key)
    assert isinstance(place.ask(pin_entry(villager)), PinBlock)


def test_a_pad_that_refuses_its_key_when_it_comes_back_is_not_left_open(
    tmp_path: Path, people: dict[str, Villager]
) -> None:
    """Once a second, or the station has no descriptors left after a quarter of an hour."""
    told: Queue[Input] = Queue()
    with running_devices(tmp_path, people, tmk_p=TMK_P) as bench:
        pad = _attach(files_of(bench, tmp_path), told.put, refused_key())["pad"]
        before = open_files()
        pad.start()
        came = told.get(timeout=USABLE_S)
        assert isinstance(came, HealthCame)
        assert (came.health.present, came.health.fault) == (False, Fault.WRONG_KEY)
        assert open_files() == before
        pad.stop()


@printers
def test_a_cable_pulled_in_the_middle_of_a_slip_leaves_it_unconfirmed_and_unrepeated(
    place_of: TakePlace, model: str
) -> None:
    place = place_of(model)
    slip = tuple(Text(f"第{number:02d}行") for number in range(20))
    place.bench.pull(place.device, after_bytes=120)  # an idle question or two, then the slip
    assert place.ask(lambda printer: printer.print_slip(slip)) == Unconfirmed(Fault.GONE)
    assert place.next_health(NOTICED_S) == (False, Fault.GONE)
    place.plug()
    assert place.next_health(USABLE_S) == (True, None)
    assert place.ask(lambda printer: printer.print_slip((Text("第二张"),))) == Printed()
    paper = "".join(each.text for each in place.bench.printer.slips)
    assert paper.count("第00行") <= 1
    assert paper.count("第二张") == 1


@models
def test_a_flapping_cable_ends_with_a_device_of_use(place_of: TakePlace, model: str) -> None:
    place = place_of(model)
    for _ in range(5):
        place.pull()
        place.plug()
    last = place.next_health(USABLE_S)
    while last != (True, None):
        last = place.next_health(USABLE_S)
    assert not isinstance(place.ask(lambda device: device.check()), Fault)


def takes_its_key(pad: PinPad) -> None:
    pad.load_pin_key(PIK_UNDER_TMK_P, KCV)


def refused_key() -> PinKey:
    """Two equal halves are single DES, which we forbid (`pinpad-uic.md` section 9)."""
    key = PinKey()
    key.remember(WorkingKeys(bytes(16), KCV, bytes(16), KCV))
    return key


def files_of(bench: Bench, folder: Path) -> Files:
    """The shipped example files, with the bench's devices."""
    for example in EXAMPLES.glob("*.toml"):
        text = example.read_text("utf-8").replace("/dev/huinong", str(bench.link("pinpad").parent))
        (folder / example.name).write_text(text, "utf-8")
    return read(folder / "station.toml")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def pin_entry(villager: Villager) -> Callable[[Any], object]:
    return lambda pad: pad.enter_pin(Pan(villager.pan), amount_fen=30_000, wait_s=WAIT_S)


def entering(place: Place, villager: Villager) -> Queue[object]:
    """A PIN entry under way at the pad."""
    place.ask(takes_its_key)
    answers = place.begin(pin_entry(villager))
    place.until(lambda: place.bench.pin_pad.state is State.ENTERING)
    return answers
