"""What became of the last key, where the page itself does not show it (`View.note`)."""

from __future__ import annotations

from terminal.feed.views import View
from terminal.i18n import N_, Translate
from terminal.ui import phrases, sentences
from terminal.ui.sentences import Told
from terminal.ui.sheet import Block, Lines, Problem

DONE_NOTES: dict[str, str] = {  # first word of `View.note`
    "closed": N_("已记下：这笔已经了结。"),
    "delivered": N_("已记下：银行送来现金 {amount}。"),
    "banked": N_("已记下：送存银行现金 {amount}。"),
    "shift_closed": N_("已关班。"),
    "handed_over": N_("已交班，请操作员 {number} 登录。"),
}
REFUSED_NOTES: dict[str, Told] = {  # the same, of what was not done
    "count": Told(
        N_("点的数不对，或者没有说明为什么不符。"), N_("钱没有动。"), N_("请重新点一遍。")
    ),
    "to": Told(
        N_("不能交给这个操作员号。"), N_("钱没有动。"), N_("请选另一位在本站登记的操作员。")
    ),
    "drawer": Told(
        N_("钱箱里没有这么多现金，或者太多了。"), N_("钱没有动。"), N_("请核对金额再记。")
    ),
    "not_open": Told(N_("这笔没有要了结的事。"), N_("钱没有动。"), N_("请按 6 再看一遍。")),
    "reference": Told(N_("银行来函的编号不对。"), N_("钱没有动。"), N_("请核对来函再输。")),
    "wrong": Told(N_("技术员号或密码不对，没有销账。"), N_("钱没有动。"), N_("请再试一次。")),
    "locked": Told(
        N_("错误次数太多，这个号已暂时锁住。"), N_("钱没有动。"), N_("请等到时间过后再试。")
    ),
    "blocked": Told(N_("这个号已停用，没有销账。"), N_("钱没有动。"), sentences.CALL),
    "role": Told(N_("这个号不是技术员的，没有销账。"), N_("钱没有动。"), N_("请技术员本人来办。")),
    "disk": Told(N_("磁盘满了，没有记下。"), N_("钱没有动。"), sentences.CALL),
}


def noted(view: View, _: Translate) -> tuple[Block, ...]:
    """Done, in one sentence; refused, in three."""
    if not view.note:
        return ()
    kind, _blank, detail = view.note.partition(" ")
    done = DONE_NOTES.get(kind)
    if done is not None:
        amount = phrases.amount(int(detail)) if detail.isdigit() else ""
        return (Lines((_(done).format(amount=amount, number=detail),)),)
    what, safe, do = phrases.told(REFUSED_NOTES, kind, view, _)
    return (Problem(what), Lines((phrases.joined(safe, do, phrases.when_again(kind, detail, _)),)))
