"""Holds the invariants after every event, on what has changed, and whole at a day's end.

Where a rule of `invariants` speaks of one transaction at a time it is asked about that one alone,
as soon as a fact, a booking, a page or a slip of it is new.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from drivers.api import Line as PaperLine
from terminal.core.facts import CashHanded, CashMoved, Recorded
from terminal.feed.views import Page, View
from tests.crash import rules
from tests.crash.marks import Paper, Told
from tests.crash.stories import Place, Story
from tests.sim import invariants, paper
from tests.sim.errands import MOVED
from tests.sim.evidence import NO_PLACE, Evidence
from tests.sim.invariants import Seen, Violation
from tests.sim.line import Front
from tests.sim.operator import Operator
from tests.sim.paper import Slip
from tests.sim.studio import DEVICE_KEY, TERMINAL
from tests.sim.trace import Trace

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
ENCODER = msgspec.json.Encoder()
PROVED_EVERY = 20  # slips, whose code's signature is verified
OUR_MISTAKES = ("out_of_turn", "link_fault", "slip_fault")  # what the product's log calls so


class Row(NamedTuple):
    """A booking as the rules read it."""

    batch: int
    trace: int
    amount_fen: int
    fee_fen: int
    state: str
    service: str


class Watch(logging.Handler):
    """Also the log's reader: it may hold no secret and no mistake of ours (I7)."""

    def __init__(self, evidence: Evidence, front: Front, operator: Operator, trace: Trace) -> None:
        super().__init__()
        self._evidence, self._front, self._operator = evidence, front, operator
        self._trace = trace
        self.pin_blocks: Callable[[], list[bytes]] = list
        self._slips = 0
        self._booked: dict[Place, Row | None] = {}
        self._copies: dict[tuple[int, str], int] = {}
        self.logged: Violation | None = None
        self.spells = True  # views are read word for word, for secrets
        self.elsewhere = False  # the printer belongs to the station of an old copy

    # --- after every event

    def appended(self, facts: list[Recorded]) -> None:
        self._evidence.learn(facts)
        for recorded in facts:
            self._trace.fact(recorded)
            if isinstance(recorded.fact, CashHanded):
                place = self._evidence.place_of.get(recorded.tx, NO_PLACE)
                self._operator.errands.unsaid.pop(place[1], None)
            elif isinstance(recorded.fact, CashMoved):
                self._operator.errands.unsaid.pop(MOVED, None)

    def after_event(self) -> None:
        evidence = self._evidence
        if self.logged is not None:
            raise self.logged
        if evidence.begun_in_doubt:
            raise Violation("no_money_while_in_doubt", f"tx {evidence.begun_in_doubt}")
        if evidence.begun_while_settling:
            raise Violation("no_money_while_settling", f"tx {evidence.begun_while_settling}")
        if evidence.changed or self._front.changed:
            self._hold_books()
        if evidence.shift_open:
            self._hold_drawer()

    def _hold_books(self) -> None:
        evidence, changed = self._evidence, self._front.changed
        places = changed | {evidence.place_of[tx] for tx in evidence.changed}
        evidence.changed.clear()
        self._front.changed = set()
        for place in changed:
            self._booked[place] = self.booking(place)
        for place in places:
            row = self._booked.get(place)
            tx = evidence.tx_at.get(place)
            facts = evidence.by_tx[tx] if tx is not None else []
            breaches = rules.books_agree(facts, [row] if row else [], ())
            if breaches:
                raise Violation("books_agree", breaches[0])

    def _hold_drawer(self) -> None:
        evidence = self._evidence
        drawer = evidence.drawer
        breaches = invariants.drawer_holds(
            drawer.fen,
            drawer.counter_fen,
            evidence.drawer_fen,
            self._operator.errands.unsaid.values(),
        )
        if breaches:
            raise Violation("drawer_holds", breaches[0])

    def booking(self, place: Place) -> Row | None:
        found = self._front.desk.audit.booking(TERMINAL, f"{place[0]:06d}", f"{place[1]:06d}")
        return None if found is None else row_of(found)

    # --- what people see

    def screen(self, view: View) -> None:
        if self.spells:
            self._hold_secrets(f"the view {view.page.value}", ENCODER.encode(view))
        evidence = self._evidence
        breaches = invariants.doubt_stays_in_sight(
            [alert.kind for alert in view.alerts],
            len(evidence.owing),
            len(evidence.excepted),
            len(evidence.waiting),
        )
        if breaches:
            raise Violation("doubt_stays_in_sight", breaches[0])
        deal = view.deal
        self._trace.note(f"view {view.page.value} {deal.service if deal else ''}")
        if deal is None or view.page not in OUTCOMES or deal.trace == 0:
            return
        batch, trace = self._evidence.place_named(deal.trace)
        mark = Told(view.page.value, batch, trace)
        self._evidence.note(mark)
        self._ask_marks((batch, trace), rules.no_cash_on_hope, mark)
        self._ask_marks((batch, trace), rules.what_was_queued_is_kept, mark)
        story = self._story((batch, trace))
        if view.page is Page.DECLINED and (story is None or not story.declined):
            raise Violation("a_decline_is_the_banks", f"trace {trace} shown as declined")

    def composed(self, lines: tuple[PaperLine, ...]) -> None:
        """On its way to the printer: what it says must be so now."""
        if self.elsewhere:
            return
        if paper.report(lines):
            self._hold_secrets("a report", paper.text_of(lines).encode())
            return
        read = paper.read(lines)
        self._hold_secrets(f"a slip {read.kind}", read.text.encode())
        place = (read.batch, read.trace) if read.batch else self._evidence.place_named(read.trace)
        breaches = invariants.paper_tells_the_truth(read, self._story(place))
        if breaches:
            raise Violation("paper_tells_the_truth", breaches[0])
        self._slips += 1
        if read.code and self._slips % PROVED_EVERY == 0:
            self._prove(read)

    def _prove(self, slip: Slip) -> None:
        """As an inspector's telephone does."""
        signed, signature = slip.signed
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            DEVICE_KEY.public_key().verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
        except InvalidSignature:
            what = f"slip {slip.kind} of trace {slip.trace}: its code is not signed"
            raise Violation("paper_tells_the_truth", what) from None

    def slip(self, lines: tuple[PaperLine, ...]) -> None:
        """It comes out of the printer, and somebody reads it."""
        if self.elsewhere:
            return
        own = paper.report(lines)
        if own:
            self._trace.note(f"slip {own}")
            return
        read = paper.read(lines)
        self._trace.note(f"slip {read.kind} trace={read.trace} again={read.again}")
        before = self._copies.get((read.trace, read.kind), 0)
        self._copies[read.trace, read.kind] = before + 1
        breaches = invariants.copies_say_so(read, before)
        if breaches:
            raise Violation("copies_say_so", breaches[0])
        copy = read.again + 1 if read.again else 1
        place = (read.batch, read.trace) if read.batch else self._evidence.place_named(read.trace)
        self._evidence.note(Paper(read.kind, copy, *place))

    def emit(self, record: logging.LogRecord) -> None:
        """Kept until the engine has done: what is raised in a handler would be swallowed."""
        text = record.getMessage()
        found = [word for word in OUR_MISTAKES if word in text and record.levelno >= logging.ERROR]
        if found:
            self.logged = self.logged or Violation("no_mistake_of_ours", text)
        if any(secret in text.encode() for secret in self._all_secrets()):
            self.logged = self.logged or Violation("secrets_stay_home", "the log holds a secret")

    def _hold_secrets(self, where: str, text: bytes) -> None:
        breaches = invariants.secrets_stay_home(where, text, self._all_secrets())
        if breaches:
            raise Violation("secrets_stay_home", breaches[0])

    def _all_secrets(self) -> list[bytes]:
        serving = self._operator.serving
        return [*serving.secrets, *self.pin_blocks()] if serving else self.pin_blocks()

    def _story(self, place: Place) -> Story | None:
        tx = self._evidence.tx_at.get(place)
        if tx is None:
            return None
        facts = self._evidence.by_tx[tx]
        return Story(facts[0].fact, facts[0].seq, facts[1:])

    def _ask_marks(self, place: Place, rule: rules.Rule, mark: Any) -> None:
        tx = self._evidence.tx_at.get(place)
        facts = self._evidence.by_tx[tx] if tx is not None else []
        breaches = rule(facts, (), (mark,))
        if breaches:
            raise Violation(rule.__name__, breaches[0])

    # --- whole

    def seen(self, totals: Any) -> Seen:
        audit = self._front.desk.audit
        requests = [row for row in audit.requests() if row["terminal"] == TERMINAL]
        return Seen(
            facts=self._evidence.facts,
            bookings=[row_of(one) for one in audit.bookings()],
            marks=self._evidence.marks,
            requests=requests,
            accounts=audit.totals(),
            totals=totals,
            settlements=audit.settlements(),
            differences={
                row["batch"]: audit.differences(TERMINAL, row["batch"])
                for row in audit.settlements()
                if row["announced"] is not None
            },
            miscounts=self._front.weather.counts["miscount"],
        )


def row_of(found: Any) -> Row:
    return Row(
        int(found.batch),
        int(found.trace),
        found.amount_fen,
        found.fee_fen,
        found.state,
        found.service,
    )
