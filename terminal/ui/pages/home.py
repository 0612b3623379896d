"""The menu, with what is still open above it."""

from __future__ import annotations

from dataclasses import replace

from terminal.feed.views import Act, Alert, View
from terminal.i18n import Translate, texts
from terminal.ui import phrases, sentences
from terminal.ui.pages.notes import noted
from terminal.ui.sheet import Alerts, Ask, Become, Block, Choices, Foot, Key, Send, Sheet
from terminal.ui.state import UiState, Where

TODAY = "today"
ALERTS_MAX = 6  # more do not fit above the menu at 24 rows; the day's list has them all


def home(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    today = Ask(
        TODAY,
        "",
        replace(state, where=Where.TODAY, today=None, chosen=0, only_open=False, problem=""),
    )
    menu = (
        Key("1", _("取款"), Send(Act.WITHDRAWAL)),
        Key("2", _("缴养老保险"), Send(Act.CONTRIBUTION)),
        Key("3", _("查询余额"), Send(Act.BALANCE)),
        Key("6", _("今日交易"), today),
        Key("7", _("交班结账"), Become(replace(state, where=Where.SHIFT))),
        Key("8", _("帮助与语言 Language"), Become(replace(state, where=Where.HELP))),
        Key("0", _("锁屏"), Send(Act.LOCK)),
    )
    totals = _("柜员现金 {cash}      今日 取款 {withdrawals} 笔  缴费 {contributions} 笔")
    foot = totals.format(
        cash=phrases.amount(view.drawer_fen),
        withdrawals=view.withdrawals,
        contributions=view.contributions,
    )
    return Sheet(
        title="",
        blocks=(*_alerts(view, _), *noted(view, _), Choices(menu, columns=2), Foot(foot)),
        hint=_("按数字选择"),
    )


def _alerts(view: View, _: Translate) -> tuple[Block, ...]:
    if not view.alerts:
        return ()
    lines = [_alert(alert, view.at_ms, _) for alert in view.alerts[:ALERTS_MAX]]
    more = len(view.alerts) - len(lines)
    if more:
        lines[-1] = _("还有 {count} 件事要处理  按 6 查看").format(count=more + 1)
    return (Alerts(tuple(lines)),)


def _alert(alert: Alert, now_ms: int, _: Translate) -> str:
    answered = alert.kind == "reversal_open" and alert.detail
    text = sentences.ALERTS.get("reversal_answered" if answered else alert.kind)
    if text is None:
        return _(sentences.UNKNOWN_ALERT).format(kind=alert.kind)
    device = sentences.DEVICES.get(alert.detail)
    detail = phrases.code_meaning(alert.detail, _) if answered else alert.detail
    filled = _(text).format(
        time=phrases.when(alert.at_ms, now_ms),
        amount=phrases.amount(alert.amount_fen),
        card=alert.card,
        detail=_(device) if device else detail,
    )
    return filled.rstrip()
