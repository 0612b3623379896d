"""One life of the station, from power on to power off: assembled as `bootstrap.serve` does it.

Everything real but the outside. The engine has no thread: it is told what comes in, and looks at
its timers when they are due, as `Engine.run` does with its queue's time-out; an idle station is
looked at every twenty minutes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.api import Line as PaperLine
from terminal import day_head, letters, performers, show
from terminal.bank.link import BankLink, Chance
from terminal.bootstrap import HISTORY, eraser
from terminal.card_place import CardPlace
from terminal.core.deal import Deal
from terminal.core.facts import SlipKind, StationOpened
from terminal.core.reversal import Patience
from terminal.engine import Engine
from terminal.feed.views import View
from terminal.i18n import texts
from terminal.inputs import HealthCame, Input
from terminal.journal.store import Journal
from terminal.keys.mac_key import StoredMacKey
from terminal.keys.vault import FileVault
from terminal.memory import Memory
from terminal.people.operators import Limits, Operators
from terminal.people.sign_on import SignOn
from terminal.receipts import proof, report
from terminal.receipts.shop import Extras, Shop, shop_of
from terminal.receipts.slip import compose
from terminal.state import State
from tests.sim.agenda import Agenda, Clock, Life
from tests.sim.disk import Disk, journal_on
from tests.sim.evidence import Evidence
from tests.sim.line import Front, Line
from tests.sim.signatures import HOST_KEYS
from tests.sim.studio import MERCHANT, OPERATORS, SIGNER, TERMINAL, studio

LOOK_MS = 1_200_000


@dataclass(frozen=True)
class Parts:
    """The product's parts; a sabotage puts another in the place of one."""

    journal: type[Journal] = Journal
    engine: type[Engine] = Engine
    link: type[BankLink] = BankLink
    vault: type[FileVault] = FileVault
    performers: Callable[[performers.World], Mapping[Any, Any]] = performers.table
    patience: Patience = field(default_factory=Patience)
    compose: Callable[..., tuple[PaperLine, ...]] = compose
    letters: Callable[..., Any] = letters.writer


@dataclass
class Outside:
    """What outlives a station."""

    parts: Parts
    agenda: Agenda
    clock: Clock
    disk: Disk
    front: Front
    random_bytes: Callable[[int], bytes]
    queue: bool
    remembers: bool
    note: Callable[[str], None]
    composed: Callable[[tuple[PaperLine, ...]], None] = lambda lines: None
    places: Mapping[str, Any] = field(default_factory=dict)


class Station:
    """life is over when the power goes. died is called when the process ends by itself."""

    def __init__(
        self,
        outside: Outside,
        evidence: Evidence,
        publish: Callable[[View], None],
        died: Callable[[BaseException], None],
        settled: Callable[[], None],
    ) -> None:
        """Raises JournalFull, JournalDamaged, as the real start does."""
        parts, disk = outside.parts, outside.disk
        self.life, self._outside, self._died, self._settled = Life(), outside, died, settled
        self._agenda, self._busy, self._due = outside.agenda, False, -1
        vault = parts.vault(disk.store)
        kind = journal_on(disk, parts.journal)
        self.journal = kind(disk.journal, vault, [SIGNER.public_spki_der()], reserve_bytes=65_536)
        self.memory = None
        if outside.remembers:
            file = disk.folder / HISTORY
            self.memory = Memory(file, self.journal, vault.person_tag, TERMINAL)
        county = studio().county_with(queue=outside.queue)
        rule, bank = county.session, studio().bank
        self.engine = parts.engine(
            self.journal,
            show.Frame("桃源村服务站", TERMINAL, county, OPERATORS, bank.link.answer_timeout_s),
            parts.patience,
            outside.clock,
            SignOn(
                Operators(
                    disk.store,
                    Limits(rule.wrong_pins_lock, rule.wrong_pins_block, rule.lock_min),
                )
            ),
            publish,
            disk.write_small(vault.prepare),
            sign_head=letters.sign_head(TERMINAL, SIGNER),
            witness=True,
            memory=self.memory,
            erase_keys=eraser(vault, county.retention.person_months),
        )
        self.line = Line(
            outside.front, outside.agenda, evidence, self.life, self.tell, outside.note
        )
        self._perform = parts.performers(self._world(vault))

    def _world(self, vault: FileVault) -> performers.World:
        outside, bank = self._outside, studio().bank
        link = outside.parts.link(
            bank,
            studio().county.scheme.code,
            self.line,
            self.line.pen,
            StoredMacKey(outside.disk.store, bank.keys.mac),
            HOST_KEYS,
            Chance(outside.clock.now_ms, outside.random_bytes),
        )
        self._pin_key = performers.PinKey()
        return performers.World(
            post=self.tell,
            cards=CardPlace(outside.places["reader"], None, None, self.tell),
            pad=outside.places["pad"],
            printer=outside.places["printer"],
            bank=self.line,
            exchange=self.line.exchange(link),
            letter=outside.parts.letters(self.journal, link),
            pin_key=self._pin_key,
            compose=_composer(outside, self.journal),
            report=_reporter(outside, self.journal),
        )

    def start(self) -> None:
        for name, place in self._outside.places.items():
            opened = self._pin_key.give if name == "pad" else lambda device: None
            place.belong_to(self.life, lambda health: self.tell(HealthCame(health)), opened)
        self._do(lambda: self.engine.start(self._perform, StationOpened("sim", "")))

    def close(self) -> None:
        """In order, as the service is stopped."""
        self.life.alive = False
        if self.memory is not None:
            self.memory.close()
        self.journal.close()

    def cut(self) -> None:
        """Without any order."""
        self.life.alive = False
        if self.memory is not None:
            self.memory.close()
        self._outside.disk.cut(self.journal)

    def tell(self, item: Input) -> None:
        """From a device, the line or a screen: at once, or behind what the engine is doing."""
        if self._busy:
            self._agenda.after(0, lambda: self.tell(item), self.life)
            return
        self._do(lambda: self.engine.handle(item))

    def _do(self, what: Callable[[], None]) -> None:
        self._busy = True
        try:
            what()
        except BaseException as why:  # noqa: BLE001 - what has ended the process is judged
            self.life.alive = False
            self._died(why)
            return
        finally:
            self._busy = False
        self._settled()
        self._set_alarm()

    def _set_alarm(self) -> None:
        """The engine's next look at its timers; only the newest alarm rings."""
        now, engine = self._agenda.now_ms, self.engine
        pause_s = engine._quiet.pause_s if engine.state.counter is None else None
        due = now + (LOOK_MS if pause_s is None else int(pause_s * 1000))
        timer = engine._timers.next_ms()
        if timer is not None:
            due = min(due, max(timer, now))
        if due != self._due:
            self._due = due
            self._agenda.after(due - now, lambda: self._ring(due), self.life)

    def _ring(self, due: int) -> None:
        if due == self._due:
            self._due = -1
            self._do(self.engine.time_passed)


def _reporter(outside: Outside, journal: Journal) -> performers.Report:
    shop = shop_of(
        studio().station, studio().county, terminal=TERMINAL, merchant=MERCHANT, texts=texts("zh")
    )

    def slip(kind: SlipKind, state: State, copy: int) -> Any:
        lines = report.compose(kind, state.ledger, day_head.last(journal), copy, shop)
        outside.composed(lines)
        return lines

    return slip


def _composer(outside: Outside, journal: Journal) -> performers.Compose:
    shop: Shop = shop_of(
        studio().station, studio().county, terminal=TERMINAL, merchant=MERCHANT, texts=texts("zh")
    )
    key_id = proof.key_id(SIGNER.public_spki_der())

    def slip(kind: SlipKind, deal: Deal, copy: int, balance_fen: int | None) -> Any:
        chain = journal.chain_at(deal.answered_seq)
        extras = Extras(SIGNER.sign, key_id, chain, balance_fen)
        lines = outside.parts.compose(kind, deal, copy, shop, extras)
        outside.composed(lines)
        return lines

    return slip
