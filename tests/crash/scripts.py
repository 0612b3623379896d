"""What people do at the counter in the recorded runs, one function a run or a part of it."""

from __future__ import annotations

from dataclasses import replace

from terminal.core.facts import WhyNoCash
from terminal.feed.views import Act
from tests.crash.line import Fate
from tests.crash.shop import Shop

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
PAUSE_MS = 5_000  # more than lies between two tries of a reversal
OTHER_PIN = bytes(32)
FOLD_AFTER = 41  # withdrawals of five facts: more than the engine's `TIDY_FACTS`


def nothing(shop: Shop) -> None:
    """A station that has its keys and was never started."""


def open_shop(shop: Shop) -> None:
    start(shop)
    shop.open_for_business()


def start(shop: Shop) -> None:
    shop.power_on(shop.assemble())


def first_start(shop: Shop) -> None:
    open_shop(shop)
    shop.withdrawal(100)


def cash_handed(shop: Shop) -> None:
    shop.withdrawal(300)
    shop.withdrawal(200)


def cash_not_handed(shop: Shop) -> None:
    shop.ask_for_cash(300)
    shop.deliver()
    shop.print_all()
    shop.press(Act.CASH_NOT_HANDED, WhyNoCash.LEFT.value)
    shop.deliver(Fate.REQUEST_LOST)
    shop.pass_time(PAUSE_MS)
    shop.deliver()
    shop.press(Act.DONE)
    shop.withdrawal(100)


def declined_and_not_sent(shop: Shop) -> None:
    shop.ask_for_cash(300)
    shop.deliver(wish="55")
    shop.press(Act.DONE)
    shop.ask_for_cash(200)
    shop.deliver(Fate.NOT_SENT)
    shop.press(Act.DONE)
    shop.withdrawal(100)


def reply_lost(shop: Shop) -> None:
    """Booked, not heard; two tries of the reversal fail, the third ends it."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REPLY_LOST)
    shop.print_all()
    for fate in (Fate.REQUEST_LOST, Fate.NOT_SENT, Fate.ANSWERED):
        shop.deliver(fate)
        shop.pass_time(PAUSE_MS)
    shop.press(Act.DONE)
    shop.withdrawal(100)


def request_lost(shop: Shop) -> None:
    """Nothing booked; a whole occasion fails, the exception opens, the next one ends it."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REQUEST_LOST)
    shop.press(Act.DONE)
    for _ in range(3):
        shop.deliver(Fate.REQUEST_LOST)
        shop.pass_time(PAUSE_MS)
    shop.pass_time(MINUTE_MS)
    shop.deliver_all()


def day_cut(shop: Shop) -> None:
    """The bank's day has changed before the reversal came: the exception stays open."""
    shop.ask_for_cash(300)
    shop.deliver(Fate.REPLY_LOST)
    shop.bank_moves("1119", shop.bank.batch)
    shop.deliver_all()
    shop.press(Act.DONE)


def contributions(shop: Shop) -> None:
    shop.ask_to_contribute("card")
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)
    shop.ask_to_contribute("cash", 2025)
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)


def contribution_unanswered(shop: Shop) -> None:
    shop.ask_to_contribute("cash")
    shop.deliver(Fate.REPLY_LOST)
    shop.print_all()
    shop.deliver_all()
    shop.press(Act.DONE)
    shop.ask_to_contribute("card", 2025)
    shop.deliver()
    shop.print_all()
    shop.press(Act.DONE)


def new_batch(shop: Shop) -> None:
    """Next month the old batch is settled first: new keys are prepared before they are used."""
    shop.bank_moves("1202", shop.bank.batch)
    shop.pass_time(14 * DAY_MS)
    shop.deliver_all()
    shop.print_all()
    shop.sign_on()
    shop.withdrawal(300)


def old_batch_open(shop: Shop) -> None:
    """Before: an old batch that is over and done, and a reversal open in the new one."""
    open_shop(shop)
    shop.withdrawal(300)
    new_batch(shop)
    shop.ask_for_cash(200)
    shop.deliver(Fate.REPLY_LOST)


def keys_destroyed(shop: Shop) -> None:
    """A batch's key goes when the batch is over and its reversals are answered, not before."""
    shop.pass_time(DAY_MS)
    shop.deliver_all()
    shop.go_home()
    shop.withdrawal(100)
    shop.bank_moves("1203", shop.bank.batch)
    shop.pass_time(DAY_MS)
    shop.deliver_all()
    shop.go_home()
    shop.withdrawal(200)


def a_withdrawal(shop: Shop) -> None:
    """Before: one booking of this batch."""
    open_shop(shop)
    shop.withdrawal(200)


def settled(shop: Shop) -> None:
    """The operator closes the batch, and both sides have the same."""
    shop.withdrawal(300)
    ask_to_settle(shop)
    shop.deliver_all()
    shop.print_all()
    shop.press(Act.DONE)
    shop.withdrawal(100)


def settled_unheard(shop: Shop) -> None:
    """The bank has closed the batch, and its answer is lost."""
    shop.withdrawal(300)
    ask_to_settle(shop)
    shop.deliver(Fate.REPLY_LOST)
    shop.pass_time(PAUSE_MS)
    shop.deliver_all()
    shop.print_all()


def not_balanced(shop: Shop) -> None:
    """Ten bookings go up in two messages, of which the second is answered at its second try."""
    for _ in range(9):
        shop.withdrawal(100)
    ask_to_settle(shop)
    shop.deliver(wish="2")
    shop.deliver_post()
    shop.deliver()
    shop.deliver(Fate.REPLY_LOST)
    shop.pass_time(PAUSE_MS)
    shop.deliver()
    shop.deliver(Fate.REPLY_LOST)
    shop.pass_time(PAUSE_MS)
    shop.deliver_all()
    shop.print_all()


def another_batch(shop: Shop) -> None:
    """The bank has opened another batch than ours, which is not empty."""
    shop.bank_moves(shop.bank.day, 20)
    shop.press(Act.TRY_NOW)
    shop.deliver_all()
    shop.print_all()


def ask_to_settle(shop: Shop) -> None:
    shop.press(Act.SETTLEMENT)
    shop.press(Act.SETTLE)


def locked_out(shop: Shop) -> None:
    """Somebody tries PINs; each failure counts before the proof is looked at."""
    shop.press(Act.LOCK)
    shop.sign_on(OTHER_PIN)
    shop.sign_on(OTHER_PIN)
    shop.sign_on()
    shop.press(Act.LOCK)
    for _ in range(4):
        shop.sign_on(OTHER_PIN)
    shop.pass_time(30 * MINUTE_MS)
    shop.sign_on()


def keys_loaded(shop: Shop) -> None:
    """The technician loads another TMK-M while the station serves."""
    assert shop.station is not None
    shop.station.store.keep(lambda held: replace(held, tmk_m=bytes(16)))
    shop.withdrawal(100)


def a_long_morning(shop: Shop) -> None:
    open_shop(shop)
    for _ in range(FOLD_AFTER):
        shop.withdrawal(10)


def folded(shop: Shop) -> None:
    """The WAL is folded into the journal in a quiet moment; then business goes on."""
    shop.pass_time(1_000)
    shop.withdrawal(300)
    shop.ask_for_cash(200)
    shop.deliver(Fate.REPLY_LOST)
    shop.deliver_all()


def closed_and_opened(shop: Shop) -> None:
    """The service is stopped in order, and started again the same evening."""
    assert shop.station is not None
    shop.station.close()
    start(shop)
    shop.open_for_business()
    shop.withdrawal(300)


def queued(shop: Shop) -> None:
    """The link is down at the start: cash is taken all the same, and forwarded when it is back."""
    link_down(shop)
    for year in (2025, 2026):
        shop.contribute_without_bank(year)
    shop.pass_time(PAUSE_MS)
    shop.deliver()
    shop.deliver(Fate.REPLY_LOST)
    shop.pass_time(MINUTE_MS)
    shop.deliver(Fate.REQUEST_LOST)
    shop.pass_time(2 * MINUTE_MS)
    shop.deliver_all()
    shop.withdrawal(100)


def link_down(shop: Shop) -> None:
    """A start that reaches nobody."""
    assert shop.station is not None
    shop.station.close()
    start(shop)
    shop.deliver_post(Fate.NOT_SENT)
    shop.deliver(Fate.NOT_SENT)
    shop.go_home()


def destroyed_too_early(shop: Shop) -> None:
    """A deliberate fault: the key of an open reversal goes."""
    shop.erase("card-000013")
    shop.pass_time(MINUTE_MS)
