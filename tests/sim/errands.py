"""What the operator does between two villagers: count, hand over, fetch cash, clear up.

Notes move first and the key is pressed after; whoever looks at the drawer in between finds the
difference in `unsaid`, and the operator presses the key until the screen shows that it was heard.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from terminal.feed.views import Act, Challenge, Today, TodayItem, View
from terminal.people.proof import proof_of
from tests.sim.evidence import Evidence
from tests.sim.screens import Screens
from tests.sim.studio import OPERATORS, TAG, TECHNICIAN

LOW_FEN, FULL_FEN = 60_000, 2_000_000
MOVED = 0  # in place of a trace: cash that the bank brings or gets
TOO_MUCH_FEN = 4_000_000
REFUSED = "queued_refused"
PEEPS = 0.01  # of idle looks at the list of the day
SETTLES = 0.01  # at the batch
Press = Callable[..., None]


class Errands:
    """closing: the shift is to be ended, and with refill to be opened again with more cash."""

    def __init__(
        self, screens: Screens, evidence: Evidence, chance: Random, press: Callable[..., None]
    ) -> None:
        self._screens, self._evidence, self._chance = screens, evidence, chance
        self._press = press
        self.number = "01"
        self.shop_open = self.closing = self.refill = False
        self.unsaid: dict[int, int] = {}  # trace -> fen out of the drawer, the key not heard yet
        self._moved_to_fen = -1
        self._settled = False  # tried already, on this look at the batch
        self._letters: set[int] = set()  # transactions that the bank has written about
        self._given_back: set[int] = set()  # transactions whose notes are the villager's again
        self._returning: TodayItem | None = None  # whose notes have been given back

    def open_shift(self, view: View) -> None:
        drawer = self._evidence.drawer
        if not self.shop_open or (self.closing and not self.refill):
            self.shop_open = False
            self._press(Act.LOCK)
            return
        if drawer.fen < LOW_FEN * 10:
            drawer.fen = self._chance.randrange(LOW_FEN * 10, FULL_FEN, 1_000)
        self.closing = self.refill = False
        self._press(Act.OPEN_SHIFT, str(drawer.fen))

    def due(self, view: View) -> bool:
        """Whether something is to be done before the next villager; it is done."""
        if MOVED in self.unsaid or self._cash_is_due():
            self._move_cash(view)
        elif self._returning is not None and self._returning.trace in self.unsaid:
            self._press(Act.CASH_RETURNED, str(self._returning.tx))
        elif self.closing:
            self._end_shift(view)
        elif any(alert.kind == REFUSED for alert in view.alerts) and self._chance.random() < 0.2:
            self._screens.ask("today", "", self._clear_up)
        else:
            return False
        return True

    def peep(self) -> None:
        """Nobody is there: perhaps a slip is printed once more."""
        if self._chance.random() < PEEPS:
            self._screens.ask("today", "", self._reprint_one)
        elif self._chance.random() < SETTLES:
            self._settled = False
            self._press(Act.SETTLEMENT)

    def settlement(self, view: View) -> None:
        """Settle once, look at what came of it, perhaps print it again."""
        batch = view.batch
        assert batch is not None
        if batch.over and self._chance.random() < 0.1:
            self._press(Act.PRINT_AGAIN)
        elif not batch.over and not self._settled and batch.stage != "sent":
            self._settled = True
            self._press(Act.SETTLE)
        else:
            self._press(Act.DONE)

    # --- cash that is no villager's

    def _cash_is_due(self) -> bool:
        fen = self._evidence.drawer.fen
        if fen < LOW_FEN and not self.closing and self._chance.random() < 0.5:
            self.closing = self.refill = True
        return not self.closing and not LOW_FEN <= fen <= TOO_MUCH_FEN

    def _move_cash(self, view: View) -> None:
        drawer = self._evidence.drawer
        if MOVED not in self.unsaid:
            fen = self._chance.randrange(LOW_FEN * 10, FULL_FEN, 1_000)
            moved_fen = fen if drawer.fen < LOW_FEN else -fen
            drawer.fen += moved_fen
            self.unsaid[MOVED], self._moved_to_fen = -moved_fen, view.drawer_fen + moved_fen
        moved_fen = -self.unsaid[MOVED]
        why = "delivered" if moved_fen > 0 else "banked"
        self._press(Act.CASH_MOVED, f"{abs(moved_fen)} {why}")

    def _end_shift(self, view: View) -> None:
        """Count; another operator goes on, or nobody."""
        fen = self._evidence.drawer.fen
        count = str(fen) if fen == view.drawer_fen else f"{fen} 差额待查"
        if not self.refill and self._chance.random() < 0.3:
            to = next(number for number in OPERATORS if number != view.bar.operator)
            self.number = to
            self._press(Act.HAND_OVER, f"{to} {count}")
            return
        self._press(Act.CLOSE_SHIFT, count)

    # --- the list of the day

    def _reprint_one(self, today: Today | Challenge) -> None:
        assert isinstance(today, Today)
        if today.items:
            self._screens.reprint(self._chance.choice(today.items).tx)

    def _clear_up(self, today: Today | Challenge) -> None:
        """A contribution that the bank has refused: the notes go back, or its letter has come."""
        assert isinstance(today, Today)
        refused = [item for item in today.items if item.trouble == REFUSED]
        if not refused or self.unsaid:
            return
        item = self._chance.choice(refused)
        if item.tx in self._given_back:
            self._press(Act.CASH_RETURNED, str(item.tx))  # said already, and not heard to the end
        elif item.tx in self._letters or self._chance.random() < 0.3:
            self._letters.add(item.tx)
            self._close_by_letter(item)
        elif self._evidence.drawer.fen >= item.amount_fen:
            self._give_back(item)

    def _give_back(self, item: TodayItem) -> None:
        self._returning = item
        self._given_back.add(item.tx)
        self._evidence.drawer.pay_out(item.amount_fen)
        self.unsaid[item.trace] = item.amount_fen
        self._press(Act.CASH_RETURNED, str(item.tx))

    def _close_by_letter(self, item: TodayItem) -> None:
        """The technician proves to be there; the reference is the bank's."""

        def prove(asked: Today | Challenge) -> None:
            assert isinstance(asked, Challenge)
            proof = proof_of(TAG, bytes.fromhex(asked.nonce), TECHNICIAN)
            said = f"{item.tx} YH-2026-{item.trace:06d} {TECHNICIAN} {asked.nonce} {proof.hex()}"
            self._press(Act.CLOSE_EXCEPTION, said)

        self._screens.ask("challenge", TECHNICIAN, prove)
