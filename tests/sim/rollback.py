"""An older copy in place of the disk: the bank's witness must notice, and no money may move.

A play within the play: the station of the copy has an operator and villagers of its own, whom it
must not serve. Afterwards the true disk is found again and the business of the day goes on.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from terminal.core import facts as f
from terminal.core.exchange import MOVES_MONEY
from terminal.feed.views import View
from tests.hw_sim.bank import checkpoint
from tests.sim import villagers
from tests.sim.agenda import HOUR_MS, MINUTE_MS, Life
from tests.sim.evidence import Evidence
from tests.sim.invariants import Violation
from tests.sim.operator import Operator
from tests.sim.screens import Screens
from tests.sim.station import Station
from tests.sim.studio import TERMINAL

if TYPE_CHECKING:
    from tests.sim.world import World

LOCKED = "rolled_back"  # the alert of the screen
VILLAGERS = 5
NOTICED_WITHIN_MS = 12 * HOUR_MS


def possible(world: World) -> bool:
    """There is a copy, and the bank has seen facts that are not in it."""
    witnessed, _ = checkpoint.last_head(world.front.desk.bank, TERMINAL)
    return world.disk.copy_is_older_than(witnessed)


class Trial:
    """noticed: the screen has said it."""

    def __init__(self, world: World) -> None:
        self._world, self.noticed, self._held = world, False, 0
        self.evidence = Evidence()
        self.screens = Screens(world.agenda, world.weather, Random(1))
        self.operator = Operator(
            world.agenda, self.screens, self.evidence, world.weather, Random(2)
        )
        self.operator.queue.extend(
            villagers.visit(Random(number), world.people, (villagers.WITHDRAWAL,))
            for number in range(VILLAGERS)
        )

    def run(self) -> None:
        """Raises Violation. The station is off before and after."""
        world = self._world
        appended, operator, changed = world.disk.appended, world.operator, world.front.changed
        world.disk.roll_back()
        world.disk.appended, world.operator = self.evidence.learn, self.operator
        world.front.highest = 0
        world.front.down = world.front.bad_certificate = False
        world.weather.clear = world.watch.elsewhere = True
        try:
            self._live()
        finally:
            world.disk.appended, world.operator = appended, operator
            world.disk.bring_back()
            world.front.highest, world.front.changed = 0, changed
            world.weather.clear = world.watch.elsewhere = False
        world.trace.note("the true disk is back")

    def _live(self) -> None:
        world, agenda = self._world, self._world.agenda
        station = Station(world.outside, self.evidence, self._published, _died, self._hold)
        self.screens.belong_to(station.life, station.tell)
        self.operator.errands.shop_open = True
        station.start()
        until_ms = agenda.now_ms + NOTICED_WITHIN_MS
        while not self.noticed and agenda.step(until_ms):
            pass
        if not self.noticed:
            raise Violation("a_rolled_back_disk_locks", "nobody has noticed it")
        until_ms = agenda.now_ms + 10 * MINUTE_MS
        while agenda.step(until_ms):
            pass
        station.close()
        self.screens.belong_to(Life(alive=False), lambda item: None)

    def _published(self, view: View) -> None:
        self._world.trace.note(f"copy: view {view.page.value}")
        self.noticed = self.noticed or any(alert.kind == LOCKED for alert in view.alerts)
        self.screens.show(view)

    def _hold(self) -> None:
        """Cash may be taken for later (待上传) only as long as nobody can know."""
        for recorded in self.evidence.facts[self._held :]:
            fact = recorded.fact
            kept = isinstance(fact, f.Queued) and self.noticed
            if kept or (isinstance(fact, f.Requested) and fact.service in MOVES_MONEY):
                what = f"trace {fact.trace} {'is kept' if kept else 'leaves'} on an old disk"
                raise Violation("a_rolled_back_disk_locks", what)
        self._held = len(self.evidence.facts)


def _died(why: BaseException) -> None:
    raise why
