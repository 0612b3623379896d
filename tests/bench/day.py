"""A first-light day: people come, some things go wrong, and everything is paid out or undone.

Amounts and people come from the seed. Each visit is one function; the day is the list at the end.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.drawer import cash_delivered, close, hand_over, settle, sign_on
from tests.bench.operator import Operator
from tests.bench.processes import Bench

HUMAN_S = 0.3
LOOKS_AGAIN_S = 1.0  # how soon a person tries again what was not possible yet
NOTICED_S = 2.3  # the printer is asked every 2 s
ASK_CASH_YUAN = (100, 200, 300, 500)
AMOUNT = re.compile(r"￥ ?([\d,]+)\.00")


@dataclass
class Day:
    """One day on one bench. say prints what people see; drawer_fen is what the cash boxes hold by
    the hands that put it there, whatever the station says.
    """

    bench: Bench
    operator: Operator
    chance: random.Random
    say: Callable[[str], None]
    drawer_fen: int = 0
    slips_seen: int = 0
    served: set[str] = field(default_factory=set)
    visits: Counter[str] = field(default_factory=Counter)

    def stripe_villager(self, *, pays_in: bool = False) -> dict[str, Any]:
        """Somebody with a working stripe card of the own bank, money and an age to pay in.

        Who has come least often comes next, so that nobody's card runs dry; nobody pays in twice.
        """
        people = [
            person
            for person in self.bench.site.people["villagers"]
            if person["card"]["service_code"] == "120"
            and person["card"]["pan"].startswith("622999")
            and person["balance_fen"] > 150_000
            and person["status"] == "A"
        ]
        if pays_in:
            people = [person for person in people if person["key"] not in self.served]
        fewest = min(self.visits[person["key"]] for person in people)
        person = self.chance.choice([p for p in people if self.visits[p["key"]] == fewest])
        self.visits[person["key"]] += 1
        return person

    def at_the_counter(self, person: dict[str, Any], conduct: str = "pin-ok") -> None:
        self.bench.device("pinpad", f"villager {person['key']} {conduct}")
        self.bench.device("reader", f"auto {person['key']}")

    def nobody_at_the_counter(self) -> None:
        self.bench.device("reader", "auto off")

    def slips(self) -> None:
        """Show the slips that have come out of the printer since the last look."""
        printed = sorted((self.bench.site.devices / "slips").glob("*.txt"))
        for file in printed[self.slips_seen :]:
            text = file.read_text("utf-8")
            self.say("\n".join(f"        小票 │ {line}" for line in text.splitlines()))
        self.slips_seen = len(printed)


def withdrawal(day: Day) -> None:
    """A villager draws cash."""
    person = day.stripe_villager()
    day.at_the_counter(person)
    _pay(day, _ask_for_cash(day, person))


def _ask_for_cash(day: Day, person: dict[str, Any]) -> int:
    day.say(f"\n{person['name']} 来取款")
    day.operator.answer("home", "1")
    return _key_amount(day)


def _key_amount(day: Day) -> int:
    yuan = day.chance.choice(ASK_CASH_YUAN)
    day.operator.answer("amount", str(yuan))
    return yuan


def _pay(day: Day, yuan: int) -> None:
    """The bank has approved: the cash goes over the counter."""
    day.operator.answer("approved", "1")
    day.drawer_fen -= yuan * 100
    _home(day)


def _home(day: Day) -> None:
    day.operator.expect("home")
    day.nobody_at_the_counter()
    day.slips()


def _begin_contribution(day: Day) -> dict[str, Any]:
    """Up to the question how it is paid: number, echo, year, tier, payer."""
    person = day.stripe_villager(pays_in=True)
    day.served.add(person["key"])
    day.at_the_counter(person)
    day.say(f"\n{person['name']} 来缴养老保险")
    day.operator.answer("home", "2")
    day.operator.answer("person", person["id_number"])
    if day.operator.expect("echo", "year").page == "echo":  # without the bank there is no echo
        day.operator.type("")
    (this_year,) = re.findall(r"(\d) +\d{4} 年（今年）", day.operator.expect("year").text)
    day.operator.type(this_year)  # nobody has paid for it yet
    day.operator.answer("tier", str(day.chance.randint(1, 3)))
    day.operator.answer("part", "")
    day.operator.answer("payer", "1")
    day.operator.expect("means")
    return person


def contribution_by_card(day: Day) -> None:
    """A year's contribution, paid by card."""
    _begin_contribution(day)
    day.operator.answer("means", "1")
    day.operator.answer("voucher", "")
    _home(day)


def contribution_in_cash(day: Day) -> None:
    """A year's contribution, paid in cash: counted first."""
    _begin_contribution(day)
    day.operator.answer("means", "2")
    _take_cash(day, "voucher")


def _take_cash(day: Day, page: str) -> int:
    """The villager's cash is counted and goes into the drawer; fen."""
    asked = day.operator.expect("count").text
    fen = 100 * int(AMOUNT.findall(asked)[0].replace(",", ""))
    day.operator.type("")
    day.operator.answer(page, "")
    day.drawer_fen += fen
    _home(day)
    return fen


def contribution_kept(day: Day) -> int:
    """The line is down: cash is taken all the same, and the bank will be told later; fen."""
    _begin_contribution(day)
    day.operator.answer("means", "2")
    return _take_cash(day, "queued")


def balance(day: Day) -> None:
    """What is on the card."""
    person = day.stripe_villager()
    day.at_the_counter(person)
    day.say(f"\n{person['name']} 查询余额")
    day.operator.answer("home", "3")
    day.operator.answer("balance", "")
    _home(day)


def wrong_pin(day: Day) -> None:
    """The bank refuses a wrong PIN; nothing is paid."""
    person = day.stripe_villager()
    day.at_the_counter(person, "pin-wrong")
    _ask_for_cash(day, person)
    day.operator.answer("declined", "")
    _home(day)
    day.at_the_counter(person)
    day.nobody_at_the_counter()


def chip_card(day: Day) -> None:
    """A chip card is not taken by its stripe; in the slot it is."""
    people = day.bench.site.people["villagers"]
    person = next(one for one in people if one["card"]["service_code"] == "220")
    day.at_the_counter(person)
    _ask_for_cash(day, person)
    day.operator.answer("stopped", "")
    _home(day)
    by_chip(day)


def by_chip(day: Day) -> None:
    """A villager draws cash with the chip; the card stays in until the end."""
    person = day.stripe_villager()
    yuan = _ask_for_cash(day, person)
    day.operator.expect("card")
    day.bench.device("chip", f"insert {person['key']}")
    if day.operator.expect("application", "pin").page == "application":
        day.operator.type("1")
        day.operator.expect("pin")
    day.bench.device("pinpad", f"type {person['pin']} ENTER")
    _pay(day, yuan)
    day.bench.device("chip", "remove")


def lost_reply(day: Day) -> None:
    """The bank books, its reply is lost: unknown, no cash, reversed."""
    person = day.stripe_villager()
    day.at_the_counter(person)
    day.bench.bank(op="fault", name="drop_after", times=1, match={"service": "withdrawal"})
    _ask_for_cash(day, person)
    day.operator.answer("unknown", "c")
    _home(day)


def paper_out(day: Day) -> None:
    """The paper ends before a withdrawal: named, changed, and on it goes."""
    person = day.stripe_villager()
    day.bench.device("printer", "paper out")
    day.say(f"\n{person['name']} 来取款，打印纸刚用完")
    day.at_the_counter(person)
    time.sleep(NOTICED_S)
    while True:
        day.operator.answer("home", "1")
        if day.operator.expect("blocked", "amount").page == "blocked":
            break
        day.operator.type("c")
        time.sleep(LOOKS_AGAIN_S)
    day.say("装上新纸卷")
    day.bench.device("printer", "paper in")
    time.sleep(NOTICED_S)
    day.operator.type("")
    until_amount(day)
    _pay(day, _key_amount(day))


def until_amount(day: Day) -> None:
    """Begin again until the station has noticed that all is well."""
    day.operator.answer("home", "1")
    while day.operator.expect("blocked", "amount").page == "blocked":
        day.operator.type("")
        time.sleep(LOOKS_AGAIN_S)
        day.operator.answer("home", "1")


def pulled_cable(day: Day) -> None:
    """The PIN pad's cable is pulled while the PIN is asked: nothing is sent, it works again."""
    person = day.stripe_villager()
    _ask_for_cash(day, person)
    day.operator.expect("card")
    while day.bench.device("reader", f"swipe {person['key']}") != "read":
        time.sleep(HUMAN_S)  # the reader was not ready yet: a person swipes again
    day.operator.expect("pin")
    day.say("密码键盘的线被碰掉了")
    day.bench.device("pinpad", "pull")
    day.operator.answer("stopped", "")
    day.operator.expect("home")
    day.say("插好密码键盘的线")
    day.bench.device("pinpad", "plug")
    time.sleep(LOOKS_AGAIN_S)
    day.at_the_counter(person)
    until_amount(day)
    _pay(day, _key_amount(day))


VISITS: tuple[Callable[[Day], None], ...] = (
    *(withdrawal,) * 4,
    *(contribution_by_card,) * 3,
    *(contribution_in_cash,) * 2,
    *(balance,) * 2,
    wrong_pin,
    chip_card,
    lost_reply,
    paper_out,
    pulled_cable,
)


def play(day: Day) -> None:
    """The whole day; the order of visits comes from the seed, and at noon the operators change."""
    sign_on(day)
    visits = list(VISITS)
    day.chance.shuffle(visits)
    noon = len(visits) // 2
    for visit in (*visits[:noon], cash_delivered, hand_over, *visits[noon:], settle, close):
        visit(day)
    day.operator.leave()
