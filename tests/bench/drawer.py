"""The drawer and the batch through a day: open, cash in, hand-over, settlement, close."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.bench.site import OPERATOR, OPERATOR_PIN, SECOND, SECOND_NAME, SECOND_PIN

if TYPE_CHECKING:
    from tests.bench.day import Day

OPENING_YUAN = 8000
DENOMINATIONS_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100, 10)  # as the screen asks for them
DELIVERED_YUAN = 2000
WITNESS_S = 20.0  # a checkpoint, a sign-in and their answers
HUMAN_S = 0.3


def sign_on(day: Day) -> None:
    """The operator signs on and counts the opening cash."""
    _sign_in(day, OPERATOR, OPERATOR_PIN)
    day.drawer_fen = OPENING_YUAN * 100
    count_drawer(day, "open_shift", day.drawer_fen)
    day.operator.answer("open_shift", "")
    day.operator.expect("home")


def _sign_in(day: Day, number: str, pin: str) -> None:
    day.operator.answer("locked", number)
    day.operator.answer("operator_pin", pin, secret=True)


def count_drawer(day: Day, page: str, fen: int) -> None:
    """Key a count of the drawer, kind by kind; on the last page stands its sum."""
    for note in DENOMINATIONS_FEN:
        count, fen = divmod(fen, note)
        day.operator.answer(page, str(count) if count else "")


def cash_delivered(day: Day) -> None:
    """The bank brings cash: it is counted in."""
    day.say(f"\n银行送来现金 {DELIVERED_YUAN} 元")
    day.operator.answer("home", "7")
    day.operator.answer("shift", "3")
    day.operator.answer("cash_moved", str(DELIVERED_YUAN))
    day.operator.expect("home", says="已记下")
    day.drawer_fen += DELIVERED_YUAN * 100


def hand_over(day: Day) -> None:
    """At noon another operator takes over: both count, and the count fits to the fen."""
    day.say(f"\n交班给 {SECOND_NAME}")
    day.operator.answer("home", "7")
    day.operator.answer("shift", "1")
    day.operator.answer("shift_to", SECOND)
    count_drawer(day, "shift_count", day.drawer_fen)
    day.operator.expect("shift_count", says="一分不差")
    day.operator.type("")
    _sign_in(day, SECOND, SECOND_PIN)
    day.operator.expect("home")


def settle(day: Day) -> None:
    """The batch is closed with the bank, which has left a booking out: the details put it right."""
    day.say("\n批结算")
    day.bench.bank(op="fault", name="miscount", times=1, match={"service": "settlement"})
    day.operator.answer("home", "7")
    day.operator.answer("shift", "5")
    day.operator.answer("settlement", "")
    day.operator.expect("settlement", says="本批已结算")
    day.operator.expect("settlement", says="对账不平")
    day.operator.type("")
    day.operator.expect("home")
    day.slips()


def close(day: Day) -> None:
    """The evening: the drawer is counted, the shift is closed, and the bank gets the day's head."""
    day.say("\n关班")
    before = day.bench.bank(op="checkpoint")["size"]
    day.operator.answer("home", "7")
    day.operator.answer("shift", "2")
    count_drawer(day, "shift_count", day.drawer_fen)
    day.operator.expect("shift_count", says="一分不差")
    day.operator.type("")
    day.operator.expect("locked", says="已关班")
    until = time.monotonic() + WITNESS_S
    while day.bench.bank(op="checkpoint")["size"] == before and time.monotonic() < until:
        time.sleep(HUMAN_S)
    day.slips()
