"""The villager's turn: the card, the PIN, and letting go of a device after a cancel."""

from __future__ import annotations

from terminal.feed.views import Act, DealView, View
from terminal.i18n import Translate, texts
from terminal.ui import phrases, sentences
from terminal.ui.sheet import (
    ESCAPE,
    Big,
    Block,
    Frame,
    Key,
    Lines,
    Pairs,
    Problem,
    Question,
    Send,
    Sheet,
    Tone,
)
from terminal.ui.state import UiState

APPS_MAX = 9  # by number keys


def card(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    assert view.deal is not None
    return Sheet(
        title=phrases.service(view.deal, _),
        blocks=(
            Question(_("请插卡或刷卡")),
            *_amount(view.deal),
            *_bad_swipe(view, view.deal, _),
            Lines(
                (
                    _("有芯片的卡：芯片朝上插到底，办完再取出。"),
                    _("没有芯片的卡：磁条朝读卡器，匀速刷过。"),
                )
            ),
        ),
        keys=(Key(ESCAPE, _("取消"), Send(Act.CANCEL)),),
    )


def application(view: View, state: UiState) -> Sheet:
    """The villager says which; names as the card writes them."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            Question(_("请客户选择用哪个账户")),
            *_amount(deal),
            Lines((_("这张卡有几个应用，请念给客户听，由客户选。"),)),
        ),
        keys=(
            *(
                Key(str(place), name, Send(Act.APPLICATION, str(place)))
                for place, name in enumerate(deal.apps[:APPS_MAX], 1)
            ),
            Key(ESCAPE, _("取消"), Send(Act.CANCEL)),
        ),
    )


def chip(view: View, state: UiState) -> Sheet:
    """Before the request and after the answer; seconds at most, and no key."""
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            *_amount(deal),
            Frame(Tone.NOTICE, (_("正在和卡片核对，请勿拔卡，请勿付现金"),)),
        ),
        hint=_("按键已锁定"),
    )


def pin(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    deal = view.deal
    assert deal is not None
    rows = [(_("卡号"), deal.card)]
    if deal.amount_fen:
        rows.append((_("手续费"), phrases.amount(deal.fee_fen)))
    return Sheet(
        title=phrases.service(deal, _),
        blocks=(
            Question(_("请客户输入密码")),
            *_amount(deal),
            Pairs(tuple(rows)),
            Lines(
                (
                    _("请客户看清密码键盘上的金额，输入密码后按确认。"),
                    _("请转过身去，不看、不问、不代按密码。"),
                )
            ),
        ),
        keys=(Key(ESCAPE, _("取消"), Send(Act.CANCEL)),),
    )


def leaving(view: View, state: UiState) -> Sheet:
    _ = texts(state.language)
    return Sheet(
        title=phrases.service(view.deal, _) if view.deal else "",
        blocks=(
            Frame(Tone.NOTICE, (_("正在取消…"),)),
            Lines((_("没有发给银行，卡里的钱没有动。"), _("请稍等，设备马上就好。"))),
        ),
        hint=_("按键已锁定"),
    )


def _amount(deal: DealView) -> tuple[Block, ...]:
    if not deal.amount_fen:
        return ()
    return (Big(phrases.amount(deal.amount_fen), phrases.capitals(deal.amount_fen)),)


def _bad_swipe(view: View, deal: DealView, _: Translate) -> tuple[Block, ...]:
    if not deal.reason:
        return ()
    what, _safe, do = phrases.told(sentences.REASONS, deal.reason, view, _)
    again = _("已刷 {count} 次。").format(count=deal.tries) if deal.tries else ""
    return (Problem(phrases.joined(what, again)), Lines((do,)))
