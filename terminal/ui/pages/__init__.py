"""What stands on the screen: a total, pure function of the engine's view and the screen's own
state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from terminal.feed.views import Page, View
from terminal.i18n import texts
from terminal.ui.pages.amount import amount, open_shift, part
from terminal.ui.pages.approved import approved, why_not_handed
from terminal.ui.pages.balance import balance
from terminal.ui.pages.card import card, leaving, pin
from terminal.ui.pages.connecting import connecting
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
from terminal.ui.pages.refused import blocked, declined, not_sent, stopped
from terminal.ui.pages.today import today, today_one
from terminal.ui.pages.unknown import cancelled, unknown
from terminal.ui.pages.wait import wait
from terminal.ui.sheet import Sheet
from terminal.ui.state import UiState, Where

PAGE_OF: dict[Page, Callable[[View, UiState], Sheet]] = {
    Page.LOCKED: locked,
    Page.OPEN_SHIFT: open_shift,
    Page.HOME: home,
    Page.BLOCKED: blocked,
    Page.AMOUNT: amount,
    Page.CARD: card,
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
    Page.VOUCHER: voucher,
    Page.BALANCE: balance,
}

LOCAL_PAGE_OF: dict[Where, Callable[[View, UiState], Sheet]] = {
    Where.OPERATOR_PIN: operator_pin,
    Where.PART: part,
    Where.WHY_NOT_HANDED: why_not_handed,
    Where.TODAY: today,
    Where.TODAY_ONE: today_one,
    Where.HELP: help_page,
    Where.TIPS: tips,
}


def sheet_of(view: View | None, state: UiState) -> Sheet:
    """The sheet for this instant. Without an engine there is one page only."""
    _ = texts(state.language)
    return replace(_page(view, state), enter=_("回车"))


def _page(view: View | None, state: UiState) -> Sheet:
    if view is None or not state.connected:
        return connecting(state)
    if state.where is Where.PAGE:
        return PAGE_OF[view.page](view, state)
    return LOCAL_PAGE_OF[state.where](view, state)


def name_of(view: View | None, state: UiState) -> str:
    """The name of the page on the screen, for who reads plain lines."""
    if view is None or not state.connected:
        return "connecting"
    return view.page.value if state.where is Where.PAGE else state.where.value
