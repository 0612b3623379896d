"""A morning drawn from a seed: services and mishaps in any order, so that runs differ by seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from terminal.core.deal import Outcome
from terminal.core.facts import WhyNoCash
from terminal.feed.views import Act
from tests.crash.line import Fate
from tests.crash.shop import Shop

VISITS = 5
OTHER_PIN = bytes(32)
PAUSE_MS = 5_000
BACK_OFF_MS = 600_000
TRIES_MAX = 4  # of a reversal before the line is good
DECLINES = ("51", "55", "61")

Visit = Callable[[Shop, Random], None]


def morning(shop: Shop, chance: Random) -> None:
    for _ in range(VISITS):
        chance.choice(ALL)(shop, chance)
        shop.go_home()


def cash(shop: Shop, chance: Random) -> None:
    shop.ask_for_cash(chance.randint(1, 30) * 10)
    shop.deliver()
    shop.print_all()
    if chance.random() < 0.7:
        shop.hand_over_cash()
        return
    shop.press(Act.CASH_NOT_HANDED, chance.choice(list(WhyNoCash)).value)
    _reverse(shop, chance)


def refused(shop: Shop, chance: Random) -> None:
    shop.ask_for_cash(100)
    shop.deliver(wish=chance.choice(DECLINES))
    shop.press(Act.DONE)


def unsent(shop: Shop, chance: Random) -> None:
    shop.ask_for_cash(100)
    shop.deliver(Fate.NOT_SENT)
    shop.press(Act.DONE)


def unanswered(shop: Shop, chance: Random) -> None:
    shop.ask_for_cash(chance.randint(1, 30) * 10)
    shop.deliver(chance.choice((Fate.REPLY_LOST, Fate.REQUEST_LOST)))
    shop.print_all()
    _reverse(shop, chance)


def contribution(shop: Shop, chance: Random) -> None:
    """By card or in cash, answered or not; once each year of this participant."""
    years = [year for year in (2025, 2026) if not _paid(shop, year)]
    if not years:
        return
    shop.ask_to_contribute(chance.choice(("card", "cash")), chance.choice(years))
    shop.deliver(chance.choice((Fate.ANSWERED, Fate.ANSWERED, Fate.REPLY_LOST)))
    shop.print_all()
    _reverse(shop, chance)


def without_bank(shop: Shop, chance: Random) -> None:
    """A start that reaches nobody; cash is taken all the same, and forwarded, perhaps repeated."""
    years = [year for year in (2025, 2026) if not _paid(shop, year)]
    assert shop.station is not None
    shop.station.close()
    shop.power_on(shop.assemble())
    shop.deliver_post(Fate.NOT_SENT)
    shop.deliver(Fate.NOT_SENT)
    shop.go_home()
    for year in years:
        shop.contribute_without_bank(year)
    shop.pass_time(PAUSE_MS)
    shop.deliver()
    while shop.outbox and shop.engine.state.awaited:
        shop.deliver(chance.choice(list(Fate)))
    _until_all_is_answered(shop)


def another_operator(shop: Shop, chance: Random) -> None:
    shop.press(Act.LOCK)
    for _ in range(chance.randint(0, 2)):
        shop.sign_on(OTHER_PIN)
    shop.sign_on()


def restart(shop: Shop, chance: Random) -> None:
    """The service is stopped in order and started again."""
    assert shop.station is not None
    shop.station.close()
    shop.power_on(shop.assemble())
    shop.deliver_post(chance.choice(list(Fate)))
    shop.open_for_business()


def closes_the_batch(shop: Shop, chance: Random) -> None:
    """Balanced or not, and some answers are lost on the way."""
    shop.press(Act.SETTLEMENT)
    shop.press(Act.SETTLE)
    if shop.outbox:
        shop.deliver(chance.choice(list(Fate)), wish=chance.choice(("", "2")))
        for _ in range(TRIES_MAX):
            if shop.outbox:
                shop.deliver(chance.choice(list(Fate)))
            shop.pass_time(PAUSE_MS)
    while shop.engine.state.ledger.settling:
        shop.deliver_all()
        shop.pass_time(BACK_OFF_MS)
    shop.deliver_all()
    shop.print_all()


def _reverse(shop: Shop, chance: Random) -> None:
    """Until nothing is owed: some tries fail, then the line is good."""
    for _ in range(TRIES_MAX):
        if shop.outbox:
            shop.deliver(chance.choice(list(Fate)))
            shop.pass_time(PAUSE_MS)
    _until_all_is_answered(shop)


def _until_all_is_answered(shop: Shop) -> None:
    while shop.engine.state.beside:
        shop.deliver_all()
        shop.pass_time(BACK_OFF_MS)
    shop.print_all()


def _paid(shop: Shop, year: int) -> bool:
    return any(
        deal.requested.year == year and deal.outcome in (Outcome.APPROVED, Outcome.QUEUED)
        for deal in shop.engine.state.ledger.book.values()
    )


ALL: tuple[Visit, ...] = (
    *(cash,) * 4,
    refused,
    unsent,
    *(unanswered,) * 2,
    *(contribution,) * 2,
    another_operator,
    restart,
    without_bank,
    closes_the_batch,
)
