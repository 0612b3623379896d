"""What befalls a station by itself, minute by minute: line, power, clock, disk, devices, screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING

from drivers.api import Fault, Notice
from tests.sim.agenda import HOUR_MS, MINUTE_MS, SECOND_MS
from tests.sim.studio import TERMINAL
from tests.sim.weather import MOMENTS

if TYPE_CHECKING:
    from tests.sim.world import World

IDLE_MS = 30 * MINUTE_MS  # between two looks at a closed shop
OUTAGE_MIN = (1, 1, 2, 5, 20, 90)
JUMP_MIN = (2, 7, 90, 1_500, 20_000)
REFUSED_WITH = {"forbidden": 403, "too_many": 429}
LINE = {"line_down": "down", "certificate": "bad_certificate"}
PAPER = {
    "printer.paper_out": Fault.PAPER_OUT,
    "printer.cover_open": Fault.COVER_OPEN,
    "printer.cutter_jam": Fault.CUTTER,
    "printer.head_hot": Fault.HEAD_HOT,
}


class Mishaps:
    """Each kind of `weather.MOMENTS` has its row here."""

    def __init__(self, world: World) -> None:
        self._world, self._chance = world, Random(f"{world.seed} mishaps")
        self._rows: Mapping[str, Callable[[str], None]] = {
            **dict.fromkeys(LINE, self._line),
            **dict.fromkeys(REFUSED_WITH, self._refused),
            **dict.fromkeys(PAPER, lambda kind: self.paper(PAPER[kind])),
            **dict.fromkeys(_places(), self._gone),
            "printer.paper_near_end": lambda kind: self._notice(Notice.PAPER_LOW),
            "power": lambda kind: world.power(),
            "kill_engine": lambda kind: world.kill_engine(),
            "kill_ui": self._screen,
            "clock": self._clock,
            "disk_full": self._disk_full,
        }
        assert self._rows.keys() == MOMENTS.keys()

    def minute(self) -> None:
        world = self._world
        busy = world.operator.errands.shop_open
        world.agenda.after(MINUTE_MS if busy else IDLE_MS, self.minute)
        if world.finishing:
            return
        for kind, befall in self._rows.items():
            if world.weather.strikes(kind):
                world.trace.note(f"fault {kind}")
                befall(kind)

    def end(self) -> None:
        """Everything is mended."""
        world = self._world
        world.front.down = world.front.bad_certificate = False
        world.front.stray = None
        world.front.desk.admit(TERMINAL)
        world.disk.full = False
        for place in world.places.values():
            if not place.present:
                place.plug()
        self._paper_mended()

    def paper(self, fault: Fault) -> None:
        """Until somebody sees to it."""
        self._world.printer.trouble = fault
        self._world.places["printer"].complain(fault)
        self._later(10 * SECOND_MS, 4 * MINUTE_MS, self._paper_mended)

    # --- the rows

    def _later(self, least_ms: int, most_ms: int, what: Callable[[], None]) -> None:
        self._world.agenda.after(self._chance.randint(least_ms, most_ms), what)

    def _line(self, kind: str) -> None:
        what, minutes = LINE[kind], self._chance.choice(OUTAGE_MIN)
        setattr(self._world.front, what, True)
        self._later(
            5 * SECOND_MS,
            minutes * MINUTE_MS,
            lambda: setattr(self._world.front, what, False),
        )

    def _refused(self, kind: str) -> None:
        desk = self._world.front.desk
        desk.refuse(TERMINAL, REFUSED_WITH[kind])
        self._later(MINUTE_MS, 20 * MINUTE_MS, lambda: desk.admit(TERMINAL))

    def _screen(self, kind: str) -> None:
        self._world.screens.kill(self._chance.randint(SECOND_MS, 20 * SECOND_MS))

    def _clock(self, kind: str) -> None:
        jump_ms = self._chance.choice(JUMP_MIN) * MINUTE_MS
        self._world.outside.clock.off_ms += self._chance.choice((-1, 1)) * jump_ms

    def _disk_full(self, kind: str) -> None:
        self._world.disk.fill()
        self._later(MINUTE_MS, HOUR_MS, self._world.disk.empty)

    def _gone(self, kind: str) -> None:
        """Unplugged, silent or without power: for the engine it is not there, until it is again."""
        place = self._world.places[kind.partition(".")[0]]
        if kind == "pad.power_off":
            self._world.pad.power_off()
        if place.present:
            place.unplug()
            self._later(3 * SECOND_MS, 150 * SECOND_MS, place.plug)

    def _paper_mended(self) -> None:
        self._world.printer.trouble = None
        self._world.places["printer"].complain(None)

    def _notice(self, notice: Notice | None) -> None:
        self._world.places["printer"].complain(None, notice)
        if notice is not None:
            self._world.agenda.after(20 * MINUTE_MS, lambda: self._notice(None))


def _places() -> list[str]:
    ends = (".unplug", ".power_off", ".silence")
    return [kind for kind in MOMENTS if kind.endswith(ends)]
