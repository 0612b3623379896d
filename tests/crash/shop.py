"""Who is at the counter: operator, villagers, devices and the line, as one object a script drives.

Whatever the world comes to see of the station is noted as a mark at the instant at which it could
be seen: a request when its performer is called, a screen when its view is published.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path

from drivers.api import Printed, Stripe
from drivers.attachment import Health
from protocol.values import Pan, PinBlock, Track2
from terminal.core.effects import Effect, PrintReport, PrintSlip, SendPost, SendRequest
from terminal.core.exchange import Doubt, NotSent, PostReply, Reply, Unknown
from terminal.core.facts import PostKind
from terminal.engine import Engine
from terminal.feed.views import Act, Command, Page, View
from terminal.inputs import (
    BankCame,
    CardCame,
    HealthCame,
    PinCame,
    PostCame,
    ScreenSaid,
    SlipCame,
)
from terminal.journal.store import Journal
from terminal.keys.store import KeyStore
from terminal.people.proof import proof_of
from terminal.state import State
from tests.crash import line
from tests.crash.bank import Bank
from tests.crash.line import ID_NUMBER, NAME, Fate
from tests.crash.marks import (
    BankMoved,
    CashOut,
    Erased,
    Left,
    Note,
    Paper,
    PinTried,
    Reached,
    Time,
    Told,
    Witnessed,
)
from tests.crash.station import LIMITS, OPERATOR, TAG, HandClock, Station, assemble, opened

PAN = "6229990100000012343"
SECRETS = (PAN, ID_NUMBER, NAME)
STRIPE = Stripe(Pan(PAN), "3012", "120", Track2(PAN + "=30121200000000000"), None)
BLOCK = PinBlock("2AB08E043EB682BE")
OPENING_FEN = 800_000
SIGN_IN_AGAIN_MS = 60_000  # the longest pause between two tries
OUTCOMES = frozenset(
    {
        Page.APPROVED,
        Page.VOUCHER,
        Page.DECLINED,
        Page.NOT_SENT,
        Page.UNKNOWN,
        Page.CANCELLED,
        Page.QUEUED,
    }
)


@dataclass
class Shop:
    """station is the one that runs, on the disk below directory; bank and clock outlive it."""

    bank: Bank
    clock: HandClock
    note: Note
    directory: Path
    journal: type[Journal] = Journal

    def __post_init__(self) -> None:
        self.outbox: deque[SendRequest | SendPost] = deque()
        self.printer: deque[tuple[PrintSlip | PrintReport, Paper]] = deque()
        self.view: View | None = None
        self.station: Station | None = None

    # --- the station's side

    def publish(self, view: View) -> None:
        """A screen shows it, and people have read it."""
        self.view = view
        flow = self.engine.state.counter
        if view.page in OUTCOMES and flow is not None and flow.deal is not None:
            wanted = flow.deal.requested
            self.note(Told(view.page.value, wanted.batch, wanted.trace))

    def assemble(self, store: KeyStore | None = None) -> Station:
        """The next station on this disk; the key store is opened unless one is given."""
        return assemble(
            store or opened(self.directory),
            self.clock,
            self.publish,
            lambda key: self.note(Erased(key)),
            self.journal,
        )

    def power_on(self, station: Station) -> None:
        self.station = station
        self.outbox.clear()
        self.printer.clear()
        station.start(defaultdict(lambda: self._perform))
        for name in ("reader", "pad", "printer"):
            self.engine.handle(HealthCame(Health(name, True, None)))

    def _perform(self, effect: Effect, state: State) -> None:
        if isinstance(effect, SendRequest | SendPost):
            self.note(Left(line.seen_by_bank(effect)))
            self.outbox.append(effect)
        if isinstance(effect, PrintSlip):
            deal = state.deal_of(effect.tx)
            copy = state.copy_in_print(effect.tx, effect.slip)
            wanted = deal.requested
            paper = Paper(effect.slip.value, copy, wanted.batch, wanted.trace)
            self.printer.append((effect, paper))
        if isinstance(effect, PrintReport):
            copy = state.report_in_print(effect.tx, effect.slip)
            self.printer.append((effect, Paper(effect.slip.value, copy, 0, 0)))

    @property
    def engine(self) -> Engine:
        assert self.station is not None
        return self.station.engine

    @property
    def page(self) -> Page:
        assert self.view is not None
        return self.view.page

    # --- the line

    def deliver(self, fate: Fate = Fate.ANSWERED, *, wish: str = "") -> None:
        """What becomes of the oldest request; wish is a code the bank is made to answer.

        The signed POSTs before it are answered, whatever becomes of the request.
        """
        assert self.outbox, self.view
        while isinstance(sent := self.outbox.popleft(), SendPost):
            self._deliver_post(sent, Fate.ANSWERED)
        self.engine.handle(BankCame(sent.tx, sent.ask, self._carried(sent, fate, wish)))

    def deliver_all(self) -> None:
        """The line is good: everything is answered, and what follows from it too."""
        while self.outbox:
            if isinstance(self.outbox[0], SendPost):
                self.deliver_post()
            else:
                self.deliver()

    def deliver_post(self, fate: Fate = Fate.ANSWERED) -> None:
        sent = self.outbox.popleft()
        assert isinstance(sent, SendPost)
        self._deliver_post(sent, fate)

    def _carried(self, sent: SendRequest, fate: Fate, wish: str) -> Reply:
        if fate is Fate.NOT_SENT:
            return NotSent("no route")
        if fate is Fate.REQUEST_LOST:
            return Unknown(Doubt.NO_ANSWER, "time-out")
        code = self.bank.hear(line.seen_by_bank(sent), wish)
        self.note(Reached(line.seen_by_bank(sent), code, wish))
        if fate is Fate.REPLY_LOST:
            return Unknown(Doubt.NO_ANSWER, "time-out")
        return line.answer(self.bank, sent.ask, code)

    def _deliver_post(self, sent: SendPost, fate: Fate) -> None:
        reply: PostReply = Unknown(Doubt.NO_ANSWER, "time-out")
        if fate in (Fate.ANSWERED, Fate.REPLY_LOST):
            code = self.bank.hear(line.seen_by_bank(sent))
            self.note(Reached(line.seen_by_bank(sent), code))
            said = self._letter_answered(sent)
            reply = said if fate is Fate.ANSWERED else reply
        self.engine.handle(PostCame(sent, reply))

    def _letter_answered(self, sent: SendPost) -> PostReply:
        if sent.kind is not PostKind.CHECKPOINT:
            return line.statement(self.bank, sent.batch)
        seen = line.head_seen(self.bank, self.engine.journal)
        if seen.accepted:
            self.note(Witnessed(*self.bank.head))
        return seen

    # --- the counter

    def press(self, act: Act, value: str = "") -> None:
        assert self.view is not None
        self.engine.handle(ScreenSaid(Command(self.view.serial, act, value)))

    def sign_on(self, tag: bytes = TAG) -> None:
        """The operator's PIN at the screen; another tag is another PIN."""
        _, nonce, _ = self.engine.people.challenge(OPERATOR)
        proof = proof_of(tag, bytes.fromhex(nonce), OPERATOR)
        if tag == TAG:
            self.note(PinTried(OPERATOR, 0))  # the right one: from here on it may be forgiven
        self.press(Act.SIGN_ON, f"{OPERATOR} {nonce} {proof.hex()}")
        assert self.view is not None
        said, _, left = self.view.note.partition(" ")
        if said == "wrong":
            self.note(PinTried(OPERATOR, LIMITS.wrong_pins_lock - int(left)))
        elif said == "locked":
            self.note(PinTried(OPERATOR, LIMITS.wrong_pins_lock))

    def open_for_business(self) -> None:
        """Signed in at the bank and vouched for, the operator there, the opening cash counted."""
        self.deliver_all()
        while not self.engine.state.witnessed:
            self.pass_time(SIGN_IN_AGAIN_MS)
            self.deliver_all()
        self.sign_on()
        if self.page is Page.OPEN_SHIFT:
            self.press(Act.OPEN_SHIFT, str(OPENING_FEN))

    def go_home(self) -> None:
        """Whatever stands on the screen is read; a screen that has locked itself is opened."""
        while self.page is not Page.HOME:
            assert self.page is not Page.APPROVED, "the cash is not settled"
            if self.page is Page.LOCKED:
                self.sign_on()
            else:
                self.press(Act.DONE)

    def begin(self, act: Act) -> None:
        """A service; once more when the bank had to be asked for a sign-in or its witness first."""
        self.press(act)
        if self.page is Page.BLOCKED:
            self.pass_time(SIGN_IN_AGAIN_MS)
            self.deliver_all()
            self.press(Act.DONE)
            self.press(act)

    def ask_for_cash(self, yuan: int) -> None:
        """A withdrawal up to the moment the request leaves."""
        self.begin(Act.WITHDRAWAL)
        self.press(Act.AMOUNT, str(yuan * 100))
        self._card_and_pin()

    def ask_to_contribute(self, means: str, year: int = 2026) -> None:
        """A contribution up to the moment the payment leaves; the query is answered."""
        self.begin(Act.CONTRIBUTION)
        self.press(Act.PERSON, ID_NUMBER)
        self.deliver()
        self.press(Act.CONFIRM)
        self.press(Act.YEAR, str(year))
        self.press(Act.TIER, "10000")
        self.press(Act.PAYER, "1")
        self.press(Act.MEANS, means)
        if means == "cash":
            self.press(Act.COUNTED)
        else:
            self._card_and_pin()

    def contribute_without_bank(self, year: int) -> None:
        """A contribution in cash that waits for the link (待上传)."""
        self.begin(Act.CONTRIBUTION)
        self.press(Act.PERSON, ID_NUMBER)
        self.press(Act.YEAR, str(year))
        self.press(Act.TIER, "10000")
        self.press(Act.PAYER, "1")
        self.press(Act.MEANS, "cash")
        self.press(Act.COUNTED)
        assert self.page is Page.QUEUED, self.page
        self.print_all()
        self.press(Act.DONE)

    def _card_and_pin(self) -> None:
        self.engine.handle(CardCame(STRIPE))
        self.engine.handle(PinCame(BLOCK))

    def print_all(self) -> None:
        """The printer puts out what it was given."""
        while self.printer:
            asked, paper = self.printer.popleft()
            if paper.trace:  # a report names no transaction
                self.note(paper)
            self.engine.handle(SlipCame(asked.tx, asked.slip, paper.copy, Printed()))

    def hand_over_cash(self) -> None:
        """The notes first, then the key that says so."""
        flow = self.engine.state.counter
        assert self.page is Page.APPROVED, self.page
        assert flow is not None
        assert flow.deal is not None
        wanted = flow.deal.requested
        self.note(CashOut(wanted.batch, wanted.trace, wanted.amount_fen))
        self.press(Act.CASH_HANDED)

    def withdrawal(self, yuan: int) -> None:
        """One villager served, from the first key to the last."""
        self.ask_for_cash(yuan)
        self.deliver()
        self.print_all()
        self.hand_over_cash()

    def erase(self, key: str) -> None:
        assert self.station is not None
        self.station.vault.destroy(key)
        self.note(Erased(key))

    def bank_moves(self, day: str, batch: int) -> None:
        """Another accounting day or another open batch, at the bank."""
        self.bank.day, self.bank.batch = day, batch
        self.note(BankMoved(day, batch))

    def pass_time(self, ms: int) -> None:
        self.clock.ms += ms
        self.note(Time(self.clock.ms))
        self.engine.time_passed()
