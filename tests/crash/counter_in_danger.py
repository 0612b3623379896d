"""One counter on the bench whose station is killed in the middle of whatever it does."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.bench import audit
from tests.bench.day import Day
from tests.bench.site import OPERATOR, OPERATOR_PIN, BenchFault
from tests.crash.marks import CashOut, Mark, Told

SWIFT_S = 1.5  # from the last key to the end of the slips, when the bank answers at once
READY_S = 0.4  # from the last key to the request: swipe and PIN
DELAY_S_MAX = 1.5  # of the bank's answer
LAST_SHEETS_S = 0.2  # what the screen had got before the kill
SWIFT = 0.4  # share of rounds in which the bank answers at once
PAID_AT_ONCE = 0.5  # share of approvals in which the notes are handed over before the kill
AGAIN_MAX = 40  # pages from the start to the home page
ANSWERS: Mapping[str, str] = {
    # page to the key that ends it
    "approved": "1",
    "voucher": "",
    "unknown": "c",
    "cancelled": "c",
    "declined": "",
    "not_sent": "",
    "stopped": "",
}
OUTCOMES = tuple(ANSWERS)


class Danger:
    """marks is what the screen told; hit counts where the kills struck."""

    def __init__(self, shop: Day, chance: Random) -> None:
        self.shop, self.bench, self.screen = shop, shop.bench, shop.operator
        self.chance = chance
        self.marks: list[Mark] = []
        self.hit: Counter[str] = Counter()
        self._deals = 0
        self._paid = False

    @property
    def in_flight(self) -> int:
        return self.hit["in flight"]

    def round(self) -> str:
        """One villager, one kill, one start; where it struck."""
        self._paid, began = False, time.monotonic()
        self.chance.choice(BEGINNINGS)(self)
        told = self._watch(time.monotonic() + self._instant_s())
        self.bench.end("station", kill=True)
        told = told or self._watch(time.monotonic() + LAST_SHEETS_S)
        struck = self._struck(told)
        self.bench.bank(op="clear")
        self.bench.start_station()
        self._come_back()
        return f"{struck}, round {time.monotonic() - began:.1f} s"

    def _instant_s(self) -> float:
        """When the kill comes, from the last key on; the bank may take its time until then."""
        if self.chance.random() < SWIFT:
            return self.chance.uniform(0.0, SWIFT_S)
        delay_s = round(self.chance.uniform(0.2, DELAY_S_MAX), 2)
        self.bench.bank(op="fault", name="delay", times=1, arg=delay_s, match={"mti": "0200"})
        return self.chance.uniform(READY_S / 2, READY_S + delay_s)

    def _watch(self, until: float) -> str:
        """Reads the screen until then; an approval may be paid out at once. The outcome seen."""
        try:
            page = self.screen.expect(*OUTCOMES, wait_s=max(until - time.monotonic(), 0.01)).page
        except BenchFault:
            return ""
        if page == "approved" and self.chance.random() < PAID_AT_ONCE:
            self._paid = True
            self.screen.type("1")
        time.sleep(max(until - time.monotonic(), 0.0))
        return page

    def _struck(self, told: str) -> str:
        """Where the kill struck, by the journal as the kill left it; marks what was told."""
        deals = audit.deals(audit.copied(self.bench.site.journal, self.bench.site.root))
        mine = [deal for deal in deals[self._deals :] if deal.service in audit.MONEY]
        batch, trace = (int(mine[-1].batch), int(mine[-1].trace)) if mine else (0, 0)
        if told:
            self.marks.append(Told(told, batch, trace))
        if self._paid:
            self.marks.append(CashOut(batch, trace, mine[-1].amount_fen if mine else 0))
        struck = _where(mine[-1] if mine else None)
        self.hit[struck] += 1
        return f"{struck}, {told or 'nothing'} told"

    def _come_back(self) -> None:
        """Sign on and deal with whatever the screen says, until the home page."""
        self.screen.answer("locked", OPERATOR)
        self.screen.answer("operator_pin", OPERATOR_PIN, secret=True)
        for _ in range(AGAIN_MAX):
            page = self.screen.expect("home", *OUTCOMES).page
            if page == "home":
                break
            if page == "approved" and not self._paid:
                self._pay()
            self.screen.type(ANSWERS[page])
        self.shop.nobody_at_the_counter()
        self._deals = len(audit.deals(audit.copied(self.bench.site.journal, self.bench.site.root)))

    def _pay(self) -> None:
        deals = audit.deals(audit.copied(self.bench.site.journal, self.bench.site.root))
        deal = [deal for deal in deals if deal.service in audit.MONEY][-1]
        self._paid = True
        self.marks.append(CashOut(int(deal.batch), int(deal.trace), deal.amount_fen))

    def begin(self, key: str, page: str) -> None:
        """A service from the home page, as often as it takes until nothing keeps it."""
        self.screen.answer("home", key)
        while self.screen.expect("blocked", page).page == "blocked":
            self.screen.type("")
            self.screen.answer("home", key)


def _where(deal: audit.Deal | None) -> str:
    if deal is None:
        return "before the request"
    if deal.outcome == "unknown":
        return "reversing" if deal.doubted else "in flight"
    return deal.outcome


def withdrawal(danger: Danger) -> None:
    danger.shop.at_the_counter(danger.shop.stripe_villager())
    danger.begin("1", "amount")
    danger.screen.answer("amount", str(danger.chance.randint(1, 10) * 10))


def contribution(means: str) -> Callable[[Danger], None]:
    """A villager who has not paid yet; when all have, somebody draws cash instead."""

    def begin(danger: Danger) -> None:
        shop, screen = danger.shop, danger.screen
        person = _who_has_not_paid(shop)
        if person is None:
            withdrawal(danger)
            return
        shop.at_the_counter(person)
        danger.begin("2", "person")
        screen.answer("person", person["id_number"])
        screen.answer("echo", "")
        years = re.findall(r"^ +(\d) +\d{4} 年", screen.expect("year").text, re.MULTILINE)
        screen.type(years[-1])
        screen.answer("tier", "1")
        screen.answer("part", "")
        screen.answer("payer", "1")
        screen.answer("means", MEANS_KEYS[means])
        if means == "cash":
            screen.answer("count", "")

    return begin


def _who_has_not_paid(shop: Day) -> dict[str, Any] | None:
    try:
        person = shop.stripe_villager(pays_in=True)
    except ValueError:  # nobody left
        return None
    shop.served.add(person["key"])
    return person


MEANS_KEYS: Mapping[str, str] = {"card": "1", "cash": "2"}
BEGINNINGS: tuple[Callable[[Danger], None], ...] = (
    withdrawal,
    withdrawal,
    contribution("card"),
    contribution("cash"),
)
