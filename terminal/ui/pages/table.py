"""Which function makes the sheet of which page: total over the engine's pages and our own."""

from __future__ import annotations

from collections.abc import Callable

from terminal.feed.views import Page, View
from terminal.ui.pages.amount import amount, part
from terminal.ui.pages.approved import approved, why_not_handed
from terminal.ui.pages.balance import balance
from terminal.ui.pages.card import application, card, chip, leaving, pin
from terminal.ui.pages.closing import cash_back, reference, technician, technician_pin
from terminal.ui.pages.contribution import (
    count,
    echo,
    means,
    payer,
    person,
    tier,
    voucher,
    year,
)
from terminal.ui.pages.help import help_page, tips
from terminal.ui.pages.home import home
from terminal.ui.pages.locked import locked, operator_pin
from terminal.ui.pages.queued import queued
from terminal.ui.pages.refused import blocked, declined, not_sent, stopped
from terminal.ui.pages.settlement import settlement
from terminal.ui.pages.shift import cash_moved, open_shift, shift, shift_count, shift_to
from terminal.ui.pages.today import today, today_one
from terminal.ui.pages.unknown import cancelled, unknown
from terminal.ui.pages.unlock import unlock
from terminal.ui.pages.wait import wait
from terminal.ui.sheet import Sheet
from terminal.ui.state import UiState, Where

PAGE_OF: dict[Page, Callable[[View, UiState], Sheet]] = {
    Page.LOCKED: locked,
    Page.UNLOCK: unlock,
    Page.OPEN_SHIFT: open_shift,
    Page.HOME: home,
    Page.BLOCKED: blocked,
    Page.AMOUNT: amount,
    Page.CARD: card,
    Page.APPLICATION: application,
    Page.CHIP: chip,
    Page.PIN: pin,
    Page.LEAVING: leaving,
    Page.WAIT: wait,
    Page.APPROVED: approved,
    Page.DECLINED: declined,
    Page.NOT_SENT: not_sent,
    Page.UNKNOWN: unknown,
    Page.STOPPED: stopped,
    Page.CANCELLED: cancelled,
    Page.PERSON: person,
    Page.ECHO: echo,
    Page.YEAR: year,
    Page.TIER: tier,
    Page.PAYER: payer,
    Page.MEANS: means,
    Page.COUNT: count,
    Page.QUEUED: queued,
    Page.VOUCHER: voucher,
    Page.BALANCE: balance,
    Page.SETTLEMENT: settlement,
}

LOCAL_PAGE_OF: dict[Where, Callable[[View, UiState], Sheet]] = {
    Where.OPERATOR_PIN: operator_pin,
    Where.PART: part,
    Where.WHY_NOT_HANDED: why_not_handed,
    Where.TODAY: today,
    Where.TODAY_ONE: today_one,
    Where.HELP: help_page,
    Where.TIPS: tips,
    Where.SHIFT: shift,
    Where.SHIFT_TO: shift_to,
    Where.SHIFT_COUNT: shift_count,
    Where.CASH_MOVED: cash_moved,
    Where.CASH_BACK: cash_back,
    Where.REFERENCE: reference,
    Where.TECHNICIAN: technician,
    Where.TECHNICIAN_PIN: technician_pin,
}
