"""What people do after the power is back: until the counter is free, and one villager more."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.core.facts import WhyNoCash
from terminal.feed.views import Act, Page
from tests.crash.marks import CashOut, Mark
from tests.crash.shop import Shop

LOCKED_MS_MAX = 2 * 3_600_000
ROUNDS_MAX = 20  # of the bank answering and the operator acknowledging until the counter is free
NEXT_VILLAGER_YUAN = 10


def serve_again(shop: Shop, marks: Sequence[Mark]) -> None:
    """marks tell whether the cash had been handed over. Raises AssertionError when it is stuck."""
    shop.open_for_business()
    if shop.page is Page.LOCKED:
        shop.pass_time(LOCKED_MS_MAX)
        shop.open_for_business()
    for _ in range(ROUNDS_MAX):
        shop.deliver_all()
        if shop.page is Page.HOME:
            break
        if shop.page is Page.APPROVED:
            shop.press(Act.PRINT_AGAIN)
            shop.print_all()
            _say_what_became_of_the_cash(shop, marks)
        else:
            shop.press(Act.DONE)
    shop.withdrawal(NEXT_VILLAGER_YUAN)
    assert shop.page is Page.HOME, shop.view


def _say_what_became_of_the_cash(shop: Shop, marks: Sequence[Mark]) -> None:
    flow = shop.engine.state.counter
    assert flow is not None
    assert flow.deal is not None
    place = flow.deal.requested.batch, flow.deal.requested.trace
    paid = {(mark.batch, mark.trace) for mark in marks if isinstance(mark, CashOut)}
    if place in paid:
        shop.press(Act.CASH_HANDED)
    else:
        shop.press(Act.CASH_NOT_HANDED, WhyNoCash.LEFT.value)
