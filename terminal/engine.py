"""The one thread that decides (`design.md` decisions 3 and 4).

Input -> event -> step -> facts appended, durable -> effects performed. Devices, link and screens
only post inputs; nothing else writes the state or reads the journal. After a start the facts are
replayed, what was open is resumed, and each gets `PowerRestored`; there is no other recovery.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from drivers.api import DeviceFault, Fault, Printed
from drivers.attachment import Health
from protocol.values import IdNumber
from terminal import (
    beside,
    card_desk,
    clock_watch,
    day_head,
    desk,
    judge,
    queueing,
    resuming,
    settling,
    show,
)
from terminal.clock_watch import Clock, ClockWatch
from terminal.core import contribution, facts, inquiry, reversal, sign_on, withdrawal
from terminal.core.deal import apply
from terminal.core.effects import (
    Effect,
    OweForward,
    OweReversal,
    PrintReport,
    PrintSlip,
    Record,
    SendPost,
    SendRequest,
    SignInAgain,
    Wait,
)
from terminal.core.events import (
    CashCounted,
    ChipReady,
    DeviceEnded,
    Event,
    InputRefused,
    Moment,
    PersonKeyed,
    PinEntered,
)
from terminal.core.exchange import SETTLES, Answer, Paid, Service, Verdict
from terminal.core.facts import Fact, Recorded
from terminal.core.flow import (
    OutOfTurn,
    Stage,
    Table,
    begins,
    step,
    stopped,
)
from terminal.core.ledger import Ledger
from terminal.core.local_time import local_time
from terminal.feed.views import Lack, Lamp, View
from terminal.gate import People
from terminal.inputs import (
    BankCame,
    CardCame,
    ChipCame,
    HealthCame,
    Input,
    PinCame,
    PostCame,
    ScreenAsked,
    ScreenSaid,
    SlipCame,
    Stop,
)
from terminal.journal.store import Journal, JournalDamaged, JournalFull
from terminal.keys.api import KeyUnavailable
from terminal.memory import Memory
from terminal.quiet import Quiet
from terminal.state import Perform, State
from terminal.timers import Timers

log = logging.getLogger("huinong.engine")

TABLES: Mapping[Service, Table] = {
    Service.WITHDRAWAL: withdrawal.TABLE,
    Service.BALANCE: inquiry.TABLE,
    Service.CONTRIBUTION_QUERY: contribution.TABLE,
    Service.CONTRIBUTION_CARD: contribution.TABLE,
    Service.CONTRIBUTION_CASH: contribution.TABLE,
}
LOOK_S = 60.0  # how long the loop sleeps at most: midnight, idle screens
TURN_BITS = 20  # a run has fewer turns than that, so no two runs share a view's number
WITHHELD: Mapping[type[Event], Event] = {
    PinEntered: DeviceEnded("clock"),
    ChipReady: DeviceEnded("clock"),
    CashCounted: InputRefused("clock"),
    PersonKeyed: InputRefused("clock"),
}
"""What would send a request, and what it comes to while the clock is not to be trusted."""


class Engine:
    """perform gives each effect's performer; publish gives a view to the screens.

    prepare_key makes an erasable key durable ahead of its use. sign_head gives the signed note of a
    size and root. witness: the bank keeps our checkpoints. memory: what is known beyond the day.
    erase_keys destroys the keys of what need not be read any more (ledger, station's time).
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
        *,
        sign_head: Callable[[int, bytes], str],
        witness: bool = False,
        memory: Memory | None = None,
        erase_keys: Callable[[Ledger, int], None] | None = None,
    ) -> None:
        self.journal, self.frame, self._clock = journal, frame, clock
        self.people, self._publish, self.prepare_key = people, publish, prepare_key
        self.patience, self.reversal_table = patience, reversal.table(patience)
        self.has_witness, self.sign_in_table = witness, sign_on.table(witness=witness)
        self._sign_head = sign_head
        self._perform: Mapping[type[Effect], Perform] = {}
        self._inbox: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._timers = Timers()
        self._shown: View | None = None
        self._last_key_ms = clock.monotonic_ms()
        self.watch, self._quiet = ClockWatch(clock), Quiet(journal, memory)
        self._erase_keys = erase_keys
        self.state = State(Ledger(), self._paid_before, witnessed=not witness)

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
        """Go on from the last day head, resume what was open, sign in. Raises JournalDamaged.

        Over a damaged journal it only shows what holds, and refuses everything.
        """
        self._perform = perform
        try:
            self.state.ledger = day_head.folded(self.journal)
        except JournalDamaged as why:
            self.journal.stop(why)
        self.state.turn = self.state.ledger.facts << TURN_BITS
        if self.journal.damage is not None:
            self._damaged(self.journal.damage)
            return
        clock_watch.at_start(self, self.state.ledger.last_at_ms)
        self.try_fact(opened)
        if self.state.ledger.operator:
            self.try_fact(facts.OperatorSignedOut(self.state.ledger.operator))
            self.state.ledger.operator = ""  # on a full disk too somebody must sign on again
        self._resume()
        beside.first_sign_in(self)
        self._show()

    def handle(self, item: Input) -> None:
        """One input, whole: events, facts, effects, view."""
        if self.journal.damage is not None:
            self._read_only(item)
            return
        try:
            self._hear(item)
        except JournalDamaged as why:
            self._damaged(why)
        except JournalFull as why:
            if not isinstance(item, ScreenSaid):
                raise  # an end of something sent: the process ends, and its facts are resumed
            log.error("not_recorded=%s", why)
            self.state.note = "disk"
            self.state.turn += 1
        self._show()

    def _hear(self, item: Input) -> None:
        if clock_watch.look(self):
            beside.sign_in_due(self)
        match item:
            case ScreenSaid(command=command):
                self._last_key_ms = self._clock.monotonic_ms()
                desk.said(self, command)
            case ScreenAsked():
                desk.asked(self, item)
            case CardCame():
                card_desk.card_came(self, item)
            case ChipCame():
                card_desk.chip_came(self, item)
            case PinCame(result=block):
                card_desk.pin_came(self, item)
                if isinstance(block, DeviceFault) and block.fault is Fault.WRONG_KEY:
                    beside.sign_in_due(self)
            case BankCame():
                self._bank_came(item)
            case PostCame():
                self._post_came(item)
            case SlipCame():
                self._slip_came(item)
            case HealthCame(health=health):
                self._health_came(health)
        settling.look(self)

    def time_passed(self) -> None:
        """Whatever is due by now: reversals, sign-in, the lock of an idle screen, tidying."""
        if self.journal.damage is not None:
            return
        try:
            self._look_around()
        except JournalDamaged as why:
            self._damaged(why)
        self._show()

    def _look_around(self) -> None:
        if clock_watch.look(self):
            beside.sign_in_due(self)
        now = self._clock.monotonic_ms()
        for tx in self._timers.expired(now):
            if not settling.timer_came(self, tx):
                beside.timer_came(self, tx)
        self._new_day()
        settling.look(self)
        if self.state.counter is None or self.state.counter.stage in beside.QUIET:
            self._while_idle(now)

    def _new_day(self) -> None:
        if self.state.sign_in.stage is Stage.IN and beside.new_day(self):
            beside.sign_in_due(self)

    def _while_idle(self, now: int) -> None:
        idle_ms = self.frame.county.session.auto_lock_min * 60_000
        if self.state.ledger.operator and now - self._last_key_ms >= idle_ms:
            desk.lock_idle(self)
        self._quiet.go_on(local_time(self.station_ms()))

    def _damaged(self, why: JournalDamaged) -> None:
        """No money from here on, nothing is overwritten, and what holds can be read."""
        log.error("journal_damaged=%s", why)
        self.journal.stop(why)
        self.state.lacks = (Lack("journal_damaged", str(why.seq)),)
        self.state.turn += 1
        self._show()

    def _read_only(self, item: Input) -> None:
        try:
            if isinstance(item, ScreenAsked):
                desk.asked(self, item)
        except JournalDamaged as why:
            log.error("journal_damaged=%s", why)
        self._show()

    def _paid_before(self, person: IdNumber, year: int) -> Paid | None:
        """By the memory where it reaches so far, else by the day's book."""
        by_book = self.state.ledger.paid_here(person, year, self.frame.terminal)
        return self._quiet.paid(person, year) or by_book

    def erase_keys(self) -> None:
        """Behind the facts that ended the need of them (I7)."""
        if self._erase_keys is not None:
            self._erase_keys(self.state.ledger, self.station_ms())

    def station_ms(self) -> int:
        """The bank's time as far as it is known; what people see and slips print."""
        return self._clock.now_ms() + self.state.ledger.offset_ms

    def _show(self) -> None:
        """Publish the view if anything but the time has changed."""
        view = show.view(self.state, self.frame, self.station_ms())
        if view != self._shown:
            self._shown = view
            self._publish(view)

    def _until_next_timer_s(self) -> float:
        pause_s = self._quiet.pause_s if self.state.counter is None else None
        due = self._timers.next_ms()
        if due is None:
            return pause_s or LOOK_S
        wait_s = max(due - self._clock.monotonic_ms(), 0) / 1000
        return min(wait_s, pause_s or LOOK_S)

    # --- facts and effects

    def moment(self) -> Moment:
        ledger = self.state.ledger
        return Moment(
            at_ms=self.station_ms(),
            seq=ledger.facts + 1,
            trace=ledger.next_trace,
            batch=ledger.batch,
            terminal_seq=ledger.terminal_seq + 1,
            operator=ledger.operator,
            terminal=self.frame.terminal,
            bank_day=ledger.bank_day,
            offset_ms=ledger.offset_ms,
        )

    def fact(self, fact: Fact, tx: int = 0) -> Recorded:
        """A fact that no table writes."""
        moment = self.moment()
        recorded = Recorded(moment.seq, moment.at_ms, moment.operator, tx, fact)
        self._append([recorded])
        return recorded

    def try_fact(self, fact: Fact, tx: int = 0) -> None:
        """A fact that nothing hangs on: without room for it the station goes on."""
        try:
            self.fact(fact, tx)
        except JournalFull as why:
            log.error("not_recorded=%s fact=%s", why, type(fact).__name__)

    def _append(self, recorded: Sequence[Recorded]) -> None:
        self.journal.append(recorded)
        for one in recorded:
            self.state.ledger.learn(one)
            self._tell_counter(one)
            log.info("fact=%s seq=%d tx=%d", type(one.fact).__name__, one.seq, one.tx)
        self._quiet.appended(len(recorded))

    def _tell_counter(self, recorded: Recorded) -> None:
        """The transaction on the screen moves with its facts, whoever writes them."""
        flow = self.state.counter
        if flow is not None and flow.deal is not None and flow.deal.tx == recorded.tx:
            booked = self.state.ledger.book.get(recorded.tx)
            self.state.counter = replace(flow, deal=booked or apply(flow.deal, recorded))

    def write_head(self) -> None:
        """A signed head over all facts so far; a start goes on from there."""
        if day_head.due(self.journal):
            self.try_fact(day_head.over(self.journal, self.state.ledger, self._sign_head))

    def record(self, effects: Sequence[Effect]) -> None:
        """The facts among the effects of one step, in one sync. Raises JournalFull: none is there.

        It stands between `step` and everything else: a state that no fact bears out is never taken.
        """
        recorded = [effect.recorded for effect in effects if isinstance(effect, Record)]
        if recorded:
            self._append(recorded)

    def perform(self, effects: Sequence[Effect]) -> None:
        """Everything that cannot be undone, behind its facts."""
        for effect in effects:
            match effect:
                case Record():
                    continue
                case OweReversal(tx=tx) | OweForward(tx=tx):
                    beside.owe(self, tx)
                case SignInAgain():
                    beside.sign_in_due(self)
                case Wait(tx=tx, after_ms=after_ms):
                    self.wait(tx, after_ms)
                case _:
                    self.do(effect)

    def do(self, effect: Effect) -> None:
        match effect:
            case PrintSlip(tx=tx, slip=slip) | PrintReport(tx=tx, slip=slip):
                self.state.in_print[tx, slip] += 1
                self.state.slip = "printing"
            case SendRequest(tx=tx, ask=ask):
                self.state.awaited[tx] = ask.terminal_seq
                self.state.in_flight_since_ms = self.station_ms()
            case SendPost(terminal_seq=number):
                self.state.posted.add(number)
        self._perform[type(effect)](effect, self.state)

    def wait(self, tx: int, after_ms: int) -> None:
        """Come back to this transaction (0: sign-in); an earlier timer of its is forgotten."""
        self._timers.start(tx, self._clock.monotonic_ms() + after_ms)
        self.state.next_try_ms[tx] = self.station_ms() + after_ms

    def forget_timer(self, tx: int) -> None:
        self._timers.forget(tx)
        self.state.next_try_ms.pop(tx, None)

    # --- the service at the counter

    def move_counter(self, event: Event) -> None:
        flow = self.state.counter
        if flow is None:
            return
        if self.state.clock_suspect:
            event = WITHHELD.get(type(event), event)
        try:
            after, effects = step(TABLES[flow.service], flow, event, self.moment())
        except OutOfTurn as why:
            log.warning("out_of_turn=%s", why)
            return
        try:
            self.record(effects)
        except (JournalFull, KeyUnavailable) as why:
            if not begins(effects):
                raise  # money may be on its way: the process ends, and its facts are resumed
            log.error("not_recorded=%s: nothing was sent", why)
            after, effects = stopped(flow, "disk_full"), ()
        self.state.counter = None if after.stage is Stage.ENDED else after
        self.state.turn += 1
        self.perform(effects)

    def _resume(self) -> None:
        resuming.resume(self)

    # --- what comes in

    def _bank_came(self, item: BankCame) -> None:
        answer = item.reply if isinstance(item.reply, Answer) else None
        self.state.link = Lamp.GOOD if answer else Lamp.TROUBLE
        if answer is None:
            log.warning("no_answer tx=%d why=%s", item.tx, item.reply)
        if self.state.awaited.get(item.tx) != item.ask.terminal_seq:
            self._late(item)
            return
        del self.state.awaited[item.tx]
        used = beside.number_used(item.reply)
        if used and self.has_witness:
            self.state.witnessed = False  # before what follows from this reply can leave
        if item.ask.service is Service.SIGN_IN:
            beside.signed_in(self, item)
            settling.signed_in(self)
        elif item.ask.service in SETTLES:
            settling.bank_came(self, item)
        elif item.tx in self.state.beside:
            beside.bank_came(self, item)
        else:
            self._counter_heard(item)
        if used:
            beside.sequence_used(self)
        elif answer is not None:
            self.state.numbers_used = 0

    def _late(self, item: BankCame) -> None:
        """Of a request that has its end already: it changes nothing but is a fact."""
        if isinstance(item.reply, Answer):
            self.try_fact(facts.LateReply(item.reply.code), item.tx)

    def _counter_heard(self, item: BankCame) -> None:
        flow = self.state.counter
        assert flow is not None
        kept = queueing.participant_of(flow, self.frame.county, self.station_ms())
        self.move_counter(judge.bank(item.reply, item.ask, kept))
        if isinstance(item.reply, Answer) and item.reply.verdict is Verdict.SIGN_IN_AGAIN:
            beside.sign_in_due(self)

    def _post_came(self, item: PostCame) -> None:
        if item.sent.terminal_seq in self.state.posted:
            self.state.posted.remove(item.sent.terminal_seq)
            if not settling.post_came(self, item):
                beside.post_came(self, item)
            if beside.number_used(item.reply):
                beside.sequence_used(self)

    def _slip_came(self, item: SlipCame) -> None:
        self.state.in_print[item.tx, item.slip] -= 1
        self.state.in_print = +self.state.in_print
        if isinstance(item.result, DeviceFault):
            self.state.slip = item.result.fault.value
            return
        whole = isinstance(item.result, Printed)
        self.try_fact(facts.SlipPrinted(item.slip, item.copy, whole), item.tx)
        if not whole:
            self.state.slip = "uncertain"
        elif not self.state.in_print and self.state.slip == "printing":
            self.state.slip = "printed"

    def _health_came(self, health: Health) -> None:
        self.state.health[health.name] = health
        log.info("device=%s present=%s fault=%s", health.name, health.present, health.fault)
