"""What stands on the screen: a total, pure function of the engine's view and the screen's own
state.
"""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import AFTER_RESTART, Page, View
from terminal.i18n import Translate, texts
from terminal.ui.pages.connecting import connecting
from terminal.ui.sheet import Lines, Sheet
from terminal.ui.state import UiState, Where


def sheet_of(view: View | None, state: UiState) -> Sheet:
    """The sheet for this instant. Without an engine there is one page only."""
    _ = texts(state.language)
    return replace(_page(view, state), enter=_("回车"))


def _page(view: View | None, state: UiState) -> Sheet:
    if view is None or not state.connected:
        return connecting(state)
    # late: the first frame is the page above, and the others take a tenth of its time to load
    from terminal.ui.pages.table import LOCAL_PAGE_OF, PAGE_OF

    if state.where is Where.PAGE:
        return _again(PAGE_OF[view.page](view, state), view, texts(state.language))
    return LOCAL_PAGE_OF[state.where](view, state)


def _again(sheet: Sheet, view: View, _: Translate) -> Sheet:
    """An outcome that a restart has brought back says that it is no new one."""
    deal = view.deal
    if deal is None or deal.reason != AFTER_RESTART or view.page is Page.APPROVED:
        return sheet
    return replace(sheet, blocks=(Lines((_("停电或重启前的最后一笔："),)), *sheet.blocks))


def name_of(view: View | None, state: UiState) -> str:
    """The name of the page on the screen, for who reads plain lines."""
    if view is None or not state.connected:
        return "connecting"
    return view.page.value if state.where is Where.PAGE else state.where.value
