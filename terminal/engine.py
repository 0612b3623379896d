"""The one thread that decides (`design.md` decisions 3 and 4).

Input -> event -> step -> facts appended, durable -> effects performed. Devices, link and screens
only post inputs; nothing else writes the state or reads the journal. After a start the facts are
replayed, what was open is resumed, and each gets `PowerRestored`; there is no other recovery.
"""

from __future__ import annotations

import heapq
import logging
import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from drivers.api import DeviceFault, Printed
from drivers.attachment import Health
from terminal import desk, judge, show
from terminal.core import contribution, facts, inquiry, reversal, sign_on, withdrawal
from terminal.core.deal import apply
from terminal.core.effects import (
    Effect,
    OweReversal,
    PrintSlip,
    Record,
    SendRequest,
    SignInAgain,
    Wait,
)
from terminal.core.events import Event, Moment, Occasion, PauseOver, PowerRestored, SignInDue
from terminal.core.exchange import Answer, Service, Verdict
from terminal.core.facts import Fact, Recorded
from terminal.core.flow import OutOfTurn, Stage, Table, step
from terminal.core.ledger import Ledger, local_date, unanswered_money
from terminal.core.resume import resume
from terminal.feed.views import Lamp, View
from terminal.inputs import (
    BankCame,
    CardCame,
    HealthCame,
    Input,
    PinCame,
    ScreenAsked,
    ScreenSaid,
    SlipCame,
    Stop,
)
from terminal.journal import records
from terminal.journal.store import Journal
from terminal.state import Perform, State

log = logging.getLogger("huinong.engine")

TABLES: Mapping[Service, Table] = {
    Service.WITHDRAWAL: withdrawal.TABLE,
    Service.BALANCE: inquiry.TABLE,
    Service.CONTRIBUTION_QUERY: contribution.TABLE,
    Service.CONTRIBUTION_CARD: contribution.TABLE,
    Service.CONTRIBUTION_CASH: contribution.TABLE,
}
AHEAD_MS = 3 * 86_400_000  # a month's key exists before the month: the next sign-in may be late
TIDY_FACTS = 200  # so many facts before the journal's WAL is folded at the next quiet moment


class Clock(Protocol):
    def now_ms(self) -> int:
        """UTC ms of the operating system."""
        ...

    def monotonic_ms(self) -> int: ...


class People(Protocol):
    """Who may sign on; the PIN itself never comes here."""

    def challenge(self, number: str) -> tuple[str, str, tuple[int, int, int]]:
        """Salt and nonce (hex), and the cost: KiB, passes, lanes."""
        ...

    def check(self, number: str, nonce: str, proof: str, now_ms: int) -> str:
        """ "" when proven, else what the screen says: `wrong N`, `locked MS`, `blocked`."""
        ...


class Engine:
    """perform gives each effect's performer; publish gives a view to the screens.

    prepare_key makes an erasable key durable ahead of its use. opened is the first fact of a run.
    """

    def __init__(
        self,
        journal: Journal,
        frame: show.Frame,
        patience: reversal.Patience,
        clock: Clock,
        people: People,
        publish: Callable[[View], None],
        prepare_key: Callable[[str], None],
        texts: Callable[[str], str],
    ) -> None:
        self.journal, self.frame, self._clock = journal, frame, clock
        self.people, self._publish, self._prepare_key = people, publish, prepare_key
        self._patience, self._reversal_table = patience, reversal.table(patience)
        self.texts = texts
        self._perform: Mapping[type[Effect], Perform] = {}
        self._inbox: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._timers: list[tuple[int, int]] = []  # (due by the monotonic clock, tx)
        self._shown: View | None = None
        self._last_key_ms = clock.monotonic_ms()
        self._untidy = 0
        self.state = State(Ledger())

    # --- the loop

    def post(self, item: Input) -> None:
        """Put an input into the queue; from any thread."""
        self._inbox.put(item)

    def run(self) -> None:
        """Serve until `Stop`."""
        while True:
            try:
                item = self._inbox.get(timeout=self._until_next_timer_s())
            except queue.Empty:
                self.time_passed()
                continue
            if isinstance(item, Stop):
                return
            self.handle(item)

    def start(self, perform: Mapping[type[Effect], Perform], opened: facts.StationOpened) -> None:
        """Replay the facts, resume what was open, sign in. Raises JournalDamaged."""
        self._perform = perform
        for recorded in self.journal.replay():
            self.state.ledger.learn(recorded)
        self.fact(opened)
        if self.state.ledger.operator:
            self.fact(facts.OperatorSignedOut(self.state.ledger.operator))
        self._resume()
        self.move_sign_in(SignInDue())
        self._show()

    def handle(self, item: Input) -> None:
        """One input, whole: events, facts, effects, view."""
        match item:
            case ScreenSaid(command=command):
                self._last_key_ms = self._clock.monotonic_ms()
                desk.said(self, command)
            case ScreenAsked():
                desk.asked(self, item)
            case CardCame():
                self._card_came(item)
            case PinCame(result=block):
                self.move_counter(judge.pin(block))
            case BankCame():
                self._bank_came(item)
            case SlipCame():
                self._slip_came(item)
            case HealthCame(health=health):
                self._health_came(health)
        self._show()

    def time_passed(self) -> None:
        """Whatever is due by now: reversals, sign-in, the lock of an idle screen, tidying."""
        now = self._clock.monotonic_ms()
        while self._timers and self._timers[0][0] <= now:
            _, tx = heapq.heappop(self._timers)
            self.timer_came(tx)
        if self.state.counter is None:
            self._while_idle(now)
        self._show()

    def _while_idle(self, now: int) -> None:
        idle_ms = self.frame.county.session.auto_lock_min * 60_000
        if self.state.ledger.operator and now - self._last_key_ms >= idle_ms:
            desk.lock(self)
        if self._untidy >= TIDY_FACTS:
            self.journal.tidy()
            self._untidy = 0

    def station_ms(self) -> int:
        """The bank's time as far as it is known; what people see and slips print."""
        return self._clock.now_ms() + self.state.offset_ms

    def _show(self) -> None:
        """Publish the view if anything but the time has changed."""
        view = show.view(self.state, self.frame, self.station_ms())
        if self._shown is None or replace(view, at_ms=self._shown.at_ms) != self._shown:
            self._shown = view
            self._publish(view)

    def _until_next_timer_s(self) -> float:
        now = self._clock.monotonic_ms()
        due = self._timers[0][0] if self._timers else now + 60_000
        return min(max(due - now, 0), 60_000) / 1000

    # --- facts and effects

    def _moment(self) -> Moment:
        ledger = self.state.ledger
        return Moment(
            at_ms=self._clock.now_ms(),
            seq=ledger.facts + 1,
            trace=ledger.next_trace,
            batch=ledger.batch,
            terminal_seq=ledger.terminal_seq + 1,
            operator=ledger.operator,
            terminal=self.frame.terminal,
            bank_day=ledger.bank_day,
        )

    def fact(self, fact: Fact, tx: int = 0) -> Recorded:
        """A fact that no table writes."""
        moment = self._moment()
        recorded = Recorded(moment.seq, moment.at_ms, moment.operator, tx, fact)
        self._append([recorded])
        return recorded

    def _append(self, recorded: Sequence[Recorded]) -> None:
        self.journal.append(recorded)
        for one in recorded:
            self.state.ledger.learn(one)
            log.info("fact=%s seq=%d tx=%d", type(one.fact).__name__, one.seq, one.tx)
        self._untidy += len(recorded)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        """Facts first, in one sync; then everything that cannot be undone."""
        recorded = [effect.recorded for effect in effects if isinstance(effect, Record)]
        if recorded:
            self._append(recorded)
        for effect in effects:
            match effect:
                case Record():
                    continue
                case OweReversal(tx=tx):
                    self.state.reversals[tx] = reversal.owed(self.state.ledger.book[tx])
                    self.move_reversal(tx, Occasion())
                case SignInAgain():
                    self.move_sign_in(SignInDue())
                case Wait(tx=tx, after_ms=after_ms):
                    self._wait(tx, after_ms)
                case _:
                    self.do(effect)

    def do(self, effect: Effect) -> None:
        if isinstance(effect, PrintSlip):
            self.state.in_print[effect.tx, effect.slip] += 1
            self.state.slip = "printing"
        if isinstance(effect, SendRequest):
            self.state.in_flight_since_ms = self.station_ms()
        self._perform[type(effect)](effect, self.state)

    def _wait(self, tx: int, after_ms: int) -> None:
        heapq.heappush(self._timers, (self._clock.monotonic_ms() + after_ms, tx))
        self.state.next_try_ms[tx] = self.station_ms() + after_ms

    def timer_came(self, tx: int) -> None:
        self.state.next_try_ms.pop(tx, None)
        if tx == sign_on.SIGN_IN_TIMER:
            self.move_sign_in(SignInDue())
        elif tx in self.state.reversals:
            owed = self.state.reversals[tx].stage is Stage.OWED
            self.move_reversal(tx, Occasion() if owed else PauseOver())

    # --- the three kinds of flow

    def move_counter(self, event: Event) -> None:
        flow = self.state.counter
        if flow is None:
            return
        try:
            flow, effects = step(TABLES[flow.service], flow, event, self._moment())
        except OutOfTurn as why:
            log.warning("out_of_turn=%s", why)
            return
        self.state.counter = None if flow.stage is Stage.ENDED else flow
        self.state.turn += 1
        self._carry_out(effects)

    def move_reversal(self, tx: int, event: Event) -> None:
        flow = replace(self.state.reversals[tx], deal=self.state.ledger.book[tx])
        flow, effects = step(self._reversal_table, flow, event, self._moment())
        if flow.stage is Stage.ENDED:
            del self.state.reversals[tx]
        else:
            self.state.reversals[tx] = flow
        self._carry_out(effects)

    def move_sign_in(self, event: Event) -> None:
        flow, effects = step(sign_on.TABLE, self.state.sign_in, event, self._moment())
        self.state.sign_in = flow
        self._carry_out(effects)

    def _resume(self) -> None:
        """What was open when the power went: in doubt, owed, or cash not confirmed."""
        ledger = self.state.ledger
        self.state.reversals = {deal.tx: reversal.owed(deal) for deal in ledger.owing()}
        unanswered = [deal for deal in ledger.book.values() if unanswered_money(deal)]
        for deal in (*unanswered, *ledger.unconfirmed()):
            self.state.counter = resume(deal)
            self.move_counter(PowerRestored())

    # --- what comes in

    def _card_came(self, item: CardCame) -> None:
        flow = self.state.counter
        if flow is None:
            return
        today = local_date(self.station_ms())
        county = self.frame.county
        self.move_counter(judge.card(item.result, flow.draft, flow.service, county, today))

    def _bank_came(self, item: BankCame) -> None:
        answer = item.reply if isinstance(item.reply, Answer) else None
        self.state.link = Lamp.GOOD if answer else Lamp.TROUBLE
        if answer is None:
            log.warning("no_answer tx=%d why=%s", item.tx, item.reply)
        if item.ask.service is Service.SIGN_IN:
            self._signed_in(item)
            return
        if item.ask.reversal_reason is not None:
            event = reversal.hear(item.reply, self.state.reversals[item.tx], self._patience)
            self.move_reversal(item.tx, event)
        else:
            self._counter_heard(item)
        if answer is not None and answer.verdict is Verdict.SIGN_IN_AGAIN:
            self.move_sign_in(SignInDue())

    def _counter_heard(self, item: BankCame) -> None:
        flow = self.state.counter
        if flow is not None and flow.deal is not None and flow.deal.tx == item.tx:
            self.move_counter(judge.bank(item.reply, item.ask.service))
        elif isinstance(item.reply, Answer):
            self.fact(facts.LateReply(item.reply.code), item.tx)

    def _signed_in(self, item: BankCame) -> None:
        now = self._clock.now_ms()
        if isinstance(item.reply, Answer) and item.reply.bank_at_ms is not None:
            self.state.offset_ms = item.reply.bank_at_ms - now
        self.move_sign_in(sign_on.hear(item.reply))
        if self.state.sign_in.stage is not Stage.IN:
            return
        self.state.signed_in_at_ms = now
        card = records.card_key(self.state.ledger.batch)
        months = {records.person_key(now), records.person_key(now + AHEAD_MS)}
        for key in (card, *sorted(months)):
            self._prepare_key(key)
        for tx in list(self.state.reversals):
            self.move_reversal(tx, Occasion())

    def _slip_came(self, item: SlipCame) -> None:
        self.state.in_print[item.tx, item.slip] -= 1
        self.state.in_print = +self.state.in_print
        if isinstance(item.result, DeviceFault):
            self.state.slip = item.result.fault.value
            return
        whole = isinstance(item.result, Printed)
        printed = self.fact(facts.SlipPrinted(item.slip, item.copy, whole), item.tx)
        flow = self.state.counter
        if flow is not None and flow.deal is not None and flow.deal.tx == item.tx:
            self.state.counter = replace(flow, deal=apply(flow.deal, printed))
        if not whole:
            self.state.slip = "uncertain"
        elif not self.state.in_print and self.state.slip == "printing":
            self.state.slip = "printed"

    def _health_came(self, health: Health) -> None:
        self.state.health[health.name] = health
        log.info("device=%s present=%s fault=%s", health.name, health.present, health.fault)
