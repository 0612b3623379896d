"""One play: a station, its people, devices and bank, some days of business, and what goes wrong.

Everything is drawn from the seed, and time is the agenda's. The days end with a clear sky: every
fault is over, and time runs until nothing is owed any more.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, TextIO

from drivers.api import Fault
from terminal.core import facts as f
from terminal.core.exchange import Service
from terminal.core.facts import Recorded
from terminal.feed.views import Page, View
from terminal.journal.errors import JournalDamaged, JournalFull
from tests.hw_sim.bank import checkpoint
from tests.hw_sim.bank.counter_desk import CounterDesk
from tests.hw_sim.bank.state import Terminal
from tests.sim import invariants, rollback, villagers
from tests.sim.agenda import DAY_MS, HOUR_MS, MINUTE_MS, SHANGHAI, Agenda, Clock, Life
from tests.sim.devices import Pad, Place, Printer, Reader
from tests.sim.disk import Disk, PowerCut
from tests.sim.evidence import Evidence
from tests.sim.invariants import Violation
from tests.sim.line import Front
from tests.sim.mishaps import Mishaps
from tests.sim.operator import Operator
from tests.sim.screens import Screens
from tests.sim.station import Outside, Parts, Station
from tests.sim.studio import DEVICE_KEY, MERCHANT, TERMINAL, TMK_M, TMK_P, people, studio
from tests.sim.trace import Trace
from tests.sim.villagers import Visit
from tests.sim.watch import Watch
from tests.sim.weather import Weather

MORNINGS = ((2026, 11, 23), (2026, 12, 30), (2027, 2, 27), (2026, 10, 31), (2027, 6, 30))
OPENS_H, CLOSES_H = 8, 18
GAP_MS = (5_000, 120_000)  # between two villagers
BOOT_MS = (20_000, 240_000)
RESTART_MS = (2_000, 6_000)  # what starts the process again
AGAIN_MS = 10_000
SPELT = 4  # one seed of so many has every view spelt out as the feed sends it
LISTENED = 8  # one seed of so many has every line of the log read; it costs a tenth of the time
REMEMBERS = 0.03  # of the seeds have the read model: it follows the money, and costs as much
EVENTS_MAX, EVENTS_EACH_MAX = 100_000, 1_000  # per play, and for each transaction more
QUIET_HOURS = 30  # the longest that anything may be owed under a clear sky
SERVICES = (villagers.WITHDRAWAL, villagers.BALANCE, villagers.CONTRIBUTION)
# a card's number or track, an identity number: every one of this population begins so
NUMBERS = re.compile(rb"(?:622999|621234)\d{10}|110101\d{11}[\dX]")
LOG = logging.getLogger("huinong")


class World:
    """transactions is how many a play is to have, more or less; only limits the fault kinds."""

    def __init__(
        self,
        seed: int,
        parts: Parts,
        *,
        transactions: int,
        only: Sequence[str] | Mapping[str, float] | None = None,
        services: Sequence[str] = SERVICES,
        out: TextIO | None = None,
    ) -> None:
        self.seed, self.chance = seed, Random(seed)
        self._wanted, self._services = transactions, services
        day = self.chance.choice(MORNINGS)
        morning = datetime(*day, OPENS_H - 1, 50, tzinfo=SHANGHAI)
        self.agenda = Agenda(int(morning.timestamp() * 1000))
        self.trace = Trace(self.agenda, out)
        self.weather = Weather(Random(f"{seed} weather"), only)
        self.evidence, self.disk = Evidence(), Disk()
        self.people = people(seed % 16, day[0])["villagers"]
        self.front = Front(self._desk(seed), self.weather, Random(f"{seed} line"), self.agenda)
        clock = Clock(self.agenda)
        self.screens = Screens(self.agenda, self.weather, Random(f"{seed} screens"))
        self.operator = Operator(
            self.agenda, self.screens, self.evidence, self.weather, Random(f"{seed} operator")
        )
        self.watch = Watch(self.evidence, self.front, self.operator, self.trace)
        random_bytes = Random(f"{seed} nonce").randbytes
        self.outside = Outside(
            parts,
            self.agenda,
            clock,
            self.disk,
            self.front,
            random_bytes,
            queue=self.chance.random() < 0.35,
            remembers=self.chance.random() < REMEMBERS,
            note=self.trace.note,
        )
        self.outside.composed = self.watch.composed
        self._devices()
        self.mishaps = Mishaps(self)
        self.station: Station | None = None
        self.disk.appended = self.watch.appended
        self._visits_left = self._held = 0
        self.finishing = False  # no fault and no villager comes any more

    def _desk(self, seed: int) -> CounterDesk:
        return CounterDesk(
            studio().bank_county,
            {"villagers": self.people},
            [Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)],
            clock=lambda: self.agenda.now_ms / 1000,
            chance=Random(f"{seed} bank"),
            batches={TERMINAL: self.chance.choice((1, 12, 999_999))},
            signing_keys={TERMINAL: (DEVICE_KEY.public_key(),)},
            station_fen=50_000_000,
        )

    def _devices(self) -> None:
        visit = lambda: self.operator.serving  # noqa: E731
        self.reader, self.pad = Reader(self.weather, visit), Pad(self.weather, visit)
        self.printer = Printer(
            self.weather, self.watch.slip, lambda: self.mishaps.paper(Fault.PAPER_OUT)
        )
        self.watch.pin_blocks = lambda: list(self.pad.blocks)
        self.places = {
            "reader": Place("reader", self.reader, self.agenda),
            "pad": Place("pad", self.pad, self.agenda),
            "printer": Place("printer", self.printer, self.agenda),
        }
        self.outside.places = self.places

    def _visit(self) -> Visit | None:
        return self.operator.serving

    def _roll_ends(self) -> None:
        self.mishaps.paper(Fault.PAPER_OUT)

    # --- the play

    def play(self) -> None:
        """Raises Violation."""
        LOG.addHandler(self.watch)
        LOG.setLevel(logging.INFO if self.seed % LISTENED == 1 else logging.WARNING)
        self.watch.spells = self.seed % SPELT == 1
        try:
            self._earlier_life()
            self.disk.power = lambda: self.weather.strikes("power_in_append")
            self._boot()
            self.agenda.after(10 * MINUTE_MS, self._morning)
            self.agenda.after(MINUTE_MS, self.mishaps.minute)
            while self.evidence.transactions < self._wanted:
                self._step(self.agenda.now_ms + 4 * DAY_MS, "nothing happens any more")
            self._clear_the_sky()
            self._last_look()
        finally:
            LOG.removeHandler(self.watch)

    def _step(self, until_ms: int, else_what: str) -> None:
        if not self.agenda.step(until_ms):
            raise Violation("doubt_ends", else_what)
        if self.agenda.events > EVENTS_MAX + EVENTS_EACH_MAX * self.evidence.transactions:
            raise Violation("time_goes_on", "the station runs in a circle")

    def close(self) -> None:
        if self.station is not None and self.station.life.alive:
            self.station.life.alive = False
            self.station.close()
        self.disk.close()

    def _earlier_life(self) -> None:
        """The station is not new: its trace numbers stand anywhere, also just before the last."""
        trace = self.chance.choice((0, 41, 999_999 - self.chance.randrange(300)))
        if trace == 0:
            return
        station = self._assemble()
        sign_in = f.Requested(Service.SIGN_IN, trace=trace, batch=1, terminal_seq=1)
        station.journal.append([Recorded(1, self.agenda.now_ms - DAY_MS, "", 1, sign_in)])
        station.close()

    # --- power

    def _assemble(self) -> Station:
        """Nobody damages this disk: a journal that is not whole has lost what it promised."""
        try:
            return Station(
                self.outside, self.evidence, self._published, self._died, self.watch.after_event
            )
        except JournalDamaged as why:
            raise Violation("nothing_disappears", str(why)) from why

    def _boot(self) -> None:
        self._copies()
        try:
            self.station = self._assemble()
        except JournalFull:
            self._again("the disk is full", AGAIN_MS)
            return
        self.trace.note("power on")
        self.screens.belong_to(self.station.life, self.station.tell)
        self.station.start()

    def _copies(self) -> None:
        """While it is off: somebody takes a copy, or puts one back."""
        if self.finishing or self.disk.full:
            return
        if rollback.possible(self):
            if self.weather.strikes("disk_rolled_back", times=4):
                self.trace.note("an older copy is in the place of the disk")
                rollback.Trial(self).run()
        elif self.evidence.facts and self.chance.random() < 0.3:
            self.disk.keep_copy()

    def _published(self, view: View) -> None:
        self.watch.screen(view)
        self.screens.show(view)

    def _died(self, why: BaseException) -> None:
        """The process has ended by itself: what starts it again will do so."""
        if isinstance(why, PowerCut):
            self._after_power()
        elif isinstance(why, JournalFull | OSError) and self.disk.full:
            self._again("the engine has ended: the disk is full", self.chance.randint(*RESTART_MS))
        elif isinstance(why, Violation):
            raise why
        else:
            raise Violation("the_engine_lives", f"{type(why).__name__}: {why}") from why

    def _again(self, why: str, ms: int) -> None:
        self.trace.note(why)
        self._off()
        self.agenda.after(ms, self._boot)

    def _off(self) -> None:
        """What was written stays as it lies; nothing that an append promised may be missing."""
        if self.station is None:
            return
        self.station.cut()
        self.station = None
        self.screens.belong_to(Life(alive=False), lambda item: None)
        missing = self.disk.broken_promises()
        if missing:
            raise Violation("nothing_disappears", f"facts {missing[:5]} are not on the disk")

    def power(self) -> None:
        if self.station is not None:
            self._after_power()

    def _after_power(self) -> None:
        self.trace.note("power cut")
        self._off()
        self.pad.power_off()
        long = self.chance.random() < 0.03
        hours = self.chance.randint(1, 14) * HOUR_MS if long else 0
        self.agenda.after(hours + self.chance.randint(*BOOT_MS), self._boot)

    def kill_engine(self) -> None:
        if self.station is not None:
            self._again("engine killed", self.chance.randint(*RESTART_MS))

    # --- days

    def _morning(self) -> None:
        self.operator.errands.shop_open, self.operator.errands.closing = True, False
        self._visits_left = self.chance.randint(30, 130)
        self.agenda.after(DAY_MS, self._morning)
        for card in self.people:
            account = f"card:{card['key']}"
            if self.front.desk.audit.balance_fen(account) < 100_000 and self.chance.random() < 0.5:
                self.front.desk.fund(account, 2_000_000)
        self.operator.look()
        self.agenda.after(self.chance.randint(*GAP_MS), self._villager)
        day = invariants.of_a_day(self._seen(), self._held)
        invariants.hold(day, invariants.OF_A_DAY)
        self._held = len(self.evidence.facts)

    def _villager(self) -> None:
        hour = self.agenda.local().hour
        if self.finishing or self._visits_left == 0 or hour >= CLOSES_H:
            self.operator.errands.closing = True
            self.operator.look()
            return
        if len(self.operator.queue) < 3:
            self._visits_left -= 1
            self.operator.queue.append(villagers.visit(self.chance, self.people, self._services))
            self.operator.look()
        self.agenda.after(self.chance.randint(*GAP_MS), self._villager)

    # --- the end

    def _clear_the_sky(self) -> None:
        """Every fault is over. Nothing may be owed for long now."""
        self.trace.note("the sky is clear")
        self.weather.clear = self.finishing = True
        self.mishaps.end()
        self.operator.queue.clear()
        self.operator.errands.shop_open = self.operator.errands.closing = True
        self.operator.look()
        end_ms = self.agenda.now_ms + QUIET_HOURS * HOUR_MS
        while not self._at_rest():
            self._step(end_ms, self._what_is_open())
        until_ms = self.agenda.now_ms + HOUR_MS
        while self.agenda.step(until_ms):
            pass

    def _at_rest(self) -> bool:
        owed = self.evidence.owing or self.evidence.waiting or self.evidence.settling
        return not owed and self.station is not None and not self.operator.errands.shop_open

    def _what_is_open(self) -> str:
        evidence, view = self.evidence, self.screens.view
        page = view.page.value if view is not None else "none"
        return f"owed {sorted(evidence.owing)}, queued {sorted(evidence.waiting)}, page {page}"

    def _seen(self) -> Any:
        totals = self.station.engine.state.ledger.totals if self.station is not None else {}
        return self.watch.seen(totals)

    def _last_look(self) -> None:
        """Whole, from the disk, after the power is off for good."""
        drawer, view = self.evidence.drawer, self.screens.view
        if drawer.counter_fen or self.operator.errands.unsaid:
            raise Violation("drawer_holds", "at rest there are notes on the counter")
        if view is not None and view.page not in (Page.LOCKED, Page.OPEN_SHIFT, Page.HOME):
            raise Violation("doubt_ends", f"the page {view.page.value} stays")
        seen = self._seen()
        assert self.station is not None
        told = list(self.station.journal.replay())
        self._off()
        promised = self.evidence.facts
        if len(told) != len(promised) or not all(map(_same, told, promised)):
            raise Violation("nothing_disappears", "the disk tells other facts than were promised")
        invariants.hold(seen, (*invariants.ALWAYS, *invariants.AT_REST))
        size, root = checkpoint.last_head(self.front.desk.bank, TERMINAL)
        breaches = invariants.the_bank_has_our_head(told, size, root.hex())
        if breaches:
            raise Violation("the_bank_has_our_head", breaches[0])
        content = self.disk.content()
        names = re.compile(b"|".join(one["name"].encode() for one in self.people))
        if NUMBERS.search(content) or names.search(content):
            raise Violation("secrets_stay_home", "the journal's files hold a secret")


def _same(told: Recorded, promised: Recorded) -> bool:
    """Alike, but for a card number whose batch is over: its key is destroyed (I7)."""
    erased = isinstance(told.fact, f.Requested) and told.fact.pan is None
    if erased and isinstance(promised.fact, f.Requested):
        promised = replace(promised, fact=replace(promised.fact, pan=None))
    return told == promised
