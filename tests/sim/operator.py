"""The operator: works by what the screen shows, moves the notes, and says truly what they did.

Every page of the engine has its answer here. A decision about cash is remembered by the
transaction's trace: after a power cut the page comes back, and the hand is not stretched out twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from random import Random

from terminal.feed.views import Act, Challenge, DealView, Page, Today, View
from terminal.people.proof import proof_of
from tests.crash.marks import CashOut
from tests.sim.agenda import EVER, MINUTE_MS, Agenda
from tests.sim.errands import Errands
from tests.sim.evidence import Evidence
from tests.sim.screens import Screens
from tests.sim.studio import TAG
from tests.sim.villagers import BALANCE, CONTRIBUTION, WITHDRAWAL, Visit
from tests.sim.weather import Weather

REACTION_MS = (400, 4_000)
PATIENCE_MS = 9_000  # without anything new on the screen: the key was lost
NOTES_MS = (1_000, 4_000)  # between the notes and the key that says so
REST_MS = (10_000, 60_000)  # after something was missing
STARTS = {
    WITHDRAWAL: Act.WITHDRAWAL,
    BALANCE: Act.BALANCE,
    CONTRIBUTION: Act.CONTRIBUTION,
}
WAITING = frozenset({Page.CARD, Page.PIN, Page.WAIT, Page.LEAVING})
IN_CASH = "contribution_cash"


class Operator:
    """serving is who stands at the counter."""

    def __init__(
        self,
        agenda: Agenda,
        screens: Screens,
        evidence: Evidence,
        weather: Weather,
        chance: Random,
    ) -> None:
        self._agenda, self._screens, self._evidence = agenda, screens, evidence
        self._weather, self._chance = weather, chance
        self.errands = Errands(screens, evidence, chance, self._press)
        self.queue: deque[Visit] = deque()
        self.serving: Visit | None = None
        self._begun = False
        self._cash: dict[int, str] = {}  # trace -> handed, or why not
        self._put_away: set[int] = set()  # traces
        self._reading, self._thought = False, 0
        self._seen = -1
        self._printed_again = -1
        self._rest_until_ms = 0
        self._impatient = False  # after a wrong PIN a minute passes before the next
        screens.watched_by = self.look
        self.pages: Mapping[Page, Callable[[View], None]] = {
            Page.LOCKED: self._locked,
            Page.OPEN_SHIFT: self.errands.open_shift,
            Page.HOME: self._home,
            Page.BLOCKED: self._blocked,
            Page.AMOUNT: self._amount,
            Page.PERSON: self._person,
            Page.ECHO: lambda view: self._press(Act.CONFIRM),
            Page.YEAR: self._year,
            Page.TIER: self._tier,
            Page.PAYER: self._payer,
            Page.MEANS: self._means,
            Page.COUNT: self._count,
            Page.APPROVED: self._approved,
            Page.VOUCHER: self._taken,
            Page.QUEUED: self._taken,
            Page.BALANCE: self._read,
            Page.DECLINED: self._read,
            Page.NOT_SENT: self._read,
            Page.STOPPED: self._read,
            Page.UNKNOWN: self._read,
            Page.CANCELLED: self._read,
            Page.SETTLEMENT: self.errands.settlement,
            Page.UNLOCK: lambda view: self._press(Act.DONE),
        }

    def look(self) -> None:
        """Something is on the screen; it is read in a moment."""
        if not self._reading:
            self._reading = True
            self._think(self._chance.randint(*REACTION_MS))

    def _think(self, ms: int) -> None:
        """Act then; what was to be done before is forgotten."""
        self._thought += 1
        thought = self._thought
        self._agenda.after(ms, lambda: self._act(thought), EVER)

    def _act(self, thought: int) -> None:
        if thought != self._thought:
            return
        self._reading = False
        view = self._screens.view
        if view is None:
            return
        if view.page in WAITING:
            self._wait(view)
            return
        if view.page not in (Page.HOME, Page.LOCKED, Page.OPEN_SHIFT):
            self._begun = True
        self.pages[view.page](view)

    def _press(self, act: Act, value: str = "") -> None:
        self._screens.press(act, value)
        self._think(PATIENCE_MS)

    # --- before and between

    def _wait(self, view: View) -> None:
        """Keys are locked; some are pressed all the same."""
        if view.serial != self._seen:
            self._seen = view.serial
            self._begun = True
            if self._weather.strikes("operator_cancels"):
                self._screens.press(Act.CANCEL)

    def _locked(self, view: View) -> None:
        if not self.errands.shop_open:
            return
        wrong = self._weather.strikes("wrong_key")

        def prove(asked: Today | Challenge) -> None:
            assert isinstance(asked, Challenge)
            tag = bytes(32) if wrong else TAG
            proof = proof_of(tag, bytes.fromhex(asked.nonce), self.errands.number)
            self._press(Act.SIGN_ON, f"{self.errands.number} {asked.nonce} {proof.hex()}")

        if view.note and not self._impatient:
            self._impatient = True
            self._think(MINUTE_MS)
            return
        self._impatient = False
        self._screens.ask("challenge", self.errands.number, prove)
        self._think(PATIENCE_MS)

    def _home(self, view: View) -> None:
        drawer = self._evidence.drawer
        if drawer.counter_fen:
            drawer.give_back()  # nothing has come of it: the villager takes the notes again
        if self.serving is not None and self._begun:
            self.serving = None
        if self.serving is None and self.errands.due(view):
            return
        if self._agenda.now_ms < self._rest_until_ms:
            self._think(self._rest_until_ms - self._agenda.now_ms)
            return
        if self.serving is None and self.queue:
            self.serving, self._begun = self.queue.popleft(), False
        if self.serving is None:
            self.errands.peep()
        else:
            self._press(STARTS[self.serving.service])

    def _blocked(self, view: View) -> None:
        if any(lack.kind == "cash_short" for lack in view.lacks):
            self.errands.closing = self.errands.refill = True
        if self.serving is not None and self._chance.random() < 0.5:
            self.queue.appendleft(self.serving)
        self.serving = None
        self._rest_until_ms = self._agenda.now_ms + self._chance.randint(*REST_MS)
        self._press(Act.DONE)

    # --- questions

    def _amount(self, view: View) -> None:
        visit, deal = self.serving, view.deal
        assert deal is not None
        if visit is None:
            self._press(Act.CANCEL)
            return
        if visit.amount_wrong_first and not deal.reason:
            self._press(Act.AMOUNT, str(visit.amount_fen + 500))
            return
        fen = min(visit.amount_fen, deal.max_fen, view.drawer_fen // 1_000 * 1_000)
        self._press(Act.AMOUNT, str(fen)) if fen >= deal.min_fen else self._press(Act.CANCEL)

    def _person(self, view: View) -> None:
        if self.serving is None:
            self._press(Act.CANCEL)
            return
        self._press(Act.PERSON, self.serving.participant["id_number"])

    def _year(self, view: View) -> None:
        assert view.deal is not None
        years = view.deal.years
        self._press(Act.YEAR, str(self._chance.choice(years))) if years else self._leave()

    def _tier(self, view: View) -> None:
        deal, visit = view.deal, self.serving
        assert deal is not None
        if visit is None or not deal.tiers or deal.reason:
            self._leave()
            return
        tier = deal.tiers[visit.tier % len(deal.tiers)]
        part = f" {visit.part_fen}" if 0 < visit.part_fen < tier.left_fen else ""
        self._press(Act.TIER, f"{tier.tier_fen}{part}")

    def _payer(self, view: View) -> None:
        self._press(Act.PAYER, self.serving.payer) if self.serving else self._leave()

    def _means(self, view: View) -> None:
        assert view.deal is not None
        if self.serving is None:
            self._leave()
            return
        self._press(Act.MEANS, "cash" if view.deal.reason else self.serving.means)

    def _count(self, view: View) -> None:
        deal, drawer = view.deal, self._evidence.drawer
        assert deal is not None
        if self.serving is None or deal.reason:
            self._leave()
            return
        if drawer.counter_fen == 0:
            drawer.lay_down(deal.amount_fen)
        self._press(Act.COUNTED)

    def _leave(self) -> None:
        self._press(Act.CANCEL)

    # --- outcomes

    def _approved(self, view: View) -> None:
        deal = view.deal
        assert deal is not None
        decision = self._cash.get(deal.trace)
        if decision is None:
            decision = self._decide(deal)
            self._cash[deal.trace] = decision
            if decision == "handed":
                self._hand_over(deal)
                self._think(self._chance.randint(*NOTES_MS))
                return
        if decision == "handed":
            self._press(Act.CASH_HANDED)
        else:
            self._press(Act.CASH_NOT_HANDED, decision)

    def _decide(self, deal: DealView) -> str:
        if self._evidence.drawer.fen < deal.amount_fen:
            return "no_notes"
        if self.serving is None and self._chance.random() < 0.3:
            return "left"  # the power came back and the villager did not
        if self._weather.strikes("not_handed"):
            return self._chance.choice(("left", "changed_mind", "other"))
        return "handed"

    def _hand_over(self, deal: DealView) -> None:
        self._evidence.drawer.pay_out(deal.amount_fen)
        self.errands.unsaid[deal.trace] = deal.amount_fen
        batch, trace = self._evidence.place_named(deal.trace)
        self._evidence.note(CashOut(batch, trace, deal.amount_fen))

    def _taken(self, view: View) -> None:
        """Approved, or kept for the bank: the notes on the counter are the station's now. A page
        that comes back after a restart may be of notes that were put away long ago.
        """
        assert view.deal is not None
        if view.deal.in_cash and view.deal.trace not in self._put_away:
            self._put_away.add(view.deal.trace)
            self._evidence.drawer.put_in()
        self._go_on(view, 0.1)

    def _read(self, view: View) -> None:
        """No, or not known: the notes on the counter are the villager's."""
        assert view.deal is not None
        if view.deal.service == IN_CASH and self._evidence.drawer.counter_fen:
            self._evidence.drawer.give_back()
        if view.page is Page.UNKNOWN and self._chance.random() < 0.1:
            self._screens.press(Act.TRY_NOW)
        self._go_on(view, 0.15)

    def _go_on(self, view: View, again: float) -> None:
        """A slip once more at most, then the next villager."""
        assert view.deal is not None
        if view.deal.trace != self._printed_again and self._chance.random() < again:
            self._printed_again = view.deal.trace
            self._press(Act.PRINT_AGAIN)
            return
        if self._weather.strikes("two_screens"):
            self._screens.press(Act.PRINT_AGAIN)
        self._press(Act.DONE)
