"""The top line: station, operator, and the state of link, paper, PIN pad, reversals and clock."""

from __future__ import annotations

from terminal.feed.views import View
from terminal.i18n import texts
from terminal.ui.sheet import Top
from terminal.ui.state import UiState


def top(view: View | None, state: UiState) -> Top:
    _ = texts(state.language)
    if view is None or not state.connected:
        return Top(_("惠农服务站"), "", "", _("服务未连接"))
    from terminal.ui import phrases  # late: a view comes after the first frame

    bar = view.bar
    operator = ""
    if bar.operator:
        operator = _("操作员 {number} {name}").format(number=bar.operator, name=bar.operator_name)
    owed = _("冲正 {count} 笔").format(count=bar.reversals_open) if bar.reversals_open else ""
    now = phrases.day_and_hour(view.at_ms + state.age_ms)
    said = (phrases.lamps(bar, _), owed, now)
    state_words = "  ".join(text for text in said if text)
    return Top(bar.station, bar.terminal, operator, state_words)
