"""In flight: no key, only the seconds, in words."""

from __future__ import annotations

from terminal.feed.views import DealView, View
from terminal.i18n import N_, texts
from terminal.ui import kinds, phrases
from terminal.ui.sheet import Big, Frame, Lines, Sheet, Tone
from terminal.ui.state import UiState

WARNINGS: dict[str, str] = {
    kinds.WITHDRAWAL: N_("请勿关机，请勿付现金"),
    kinds.CONTRIBUTION_CARD: N_("请勿关机，请勿收现金"),
    kinds.CONTRIBUTION_CASH: N_("请勿关机，现金先放在柜台上"),
}
WARNING = N_("请勿关机")


def wait(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    amount = Big(phrases.amount(deal.amount_fen), phrases.capitals(deal.amount_fen))
    second = _("正在联系银行 …  第 {second} 秒").format(second=seconds(view, deal, state))
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            *((amount,) if deal.amount_fen else ()),
            Lines((second, _("最多等 {limit} 秒").format(limit=deal.wait_s))),
            Frame(Tone.NOTICE, (_(WARNINGS.get(deal.service, WARNING)),)),
        ),
        hint=_("按键已锁定"),
    )


def seconds(view: View, deal: DealView, state: UiState) -> int:
    """Which second of the wait is running, from 1 to the limit."""
    running = (view.at_ms + state.age_ms - deal.since_ms) // 1000 + 1
    return max(1, min(running, deal.wait_s or running))
