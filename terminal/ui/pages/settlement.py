"""批结算: the totals here and at the bank side by side, and what differs."""

from __future__ import annotations

from terminal.feed.views import Act, BatchView, SideView, View
from terminal.i18n import Translate, texts
from terminal.ui import phrases, sentences
from terminal.ui.sheet import (
    ENTER,
    ESCAPE,
    Block,
    Frame,
    Key,
    Lines,
    Pairs,
    Send,
    Sheet,
    Tone,
)
from terminal.ui.state import UiState

SHOWN_MAX = 4  # lines that differ; the slip has them all
SENT, ENDED = "sent", "ended"  # flow.Stage


def settlement(view: View, state: UiState) -> Sheet:
    """Before it is begun, under way, standing still, or over."""
    _ = texts(state.language)
    batch = view.batch
    assert batch is not None
    keys: tuple[Key, ...] = (Key(ESCAPE, _("返回"), Send(Act.DONE)),)
    hint = ""
    if batch.over:
        again = Key("1", _("重打结算单"), Send(Act.PRINT_AGAIN))
        keys = (again, Key(ENTER, _("完成"), Send(Act.DONE)))
    elif batch.stage == ENDED:
        keys = (Key(ENTER, _("与银行结算"), Send(Act.SETTLE)), *keys)
    elif batch.stage == SENT:
        hint = _("正在与银行结算 …")
    else:
        keys = (Key("2", _("现在再试"), Send(Act.SETTLE)), *keys)
    return Sheet(
        title=_("批结算"),
        aside=_("批次 {batch}").format(batch=f"{batch.batch:06d}"),
        blocks=(
            *_framed(batch, _),
            Pairs(tuple(_sides(batch, _))),
            Lines(tuple(_lines(view, batch, _))),
        ),
        keys=keys,
        hint=hint,
    )


def _framed(batch: BatchView, _: Translate) -> tuple[Block, ...]:
    if batch.theirs is None:
        return ()
    if batch.ours == batch.theirs:
        return (Frame(Tone.NOTICE, (_("对账平。"),)),)
    return (Frame(Tone.NOTICE, (_("对账不平。"),)),)


def _sides(batch: BatchView, _: Translate) -> list[tuple[str, str]]:
    rows = _side(_("本站"), batch.ours, _)
    return rows + _side(_("银行"), batch.theirs, _) if batch.theirs is not None else rows


def _side(name: str, sums: SideView, _: Translate) -> list[tuple[str, str]]:
    counted = _("{count} 笔  {amount}")
    debit = counted.format(count=sums.debit_count, amount=phrases.amount(sums.debit_fen))
    credit = counted.format(count=sums.credit_count, amount=phrases.amount(sums.credit_fen))
    return [
        (_("{side}借方").format(side=name), debit),
        (_("{side}贷方").format(side=name), credit),
    ]


def _lines(view: View, batch: BatchView, _: Translate) -> list[str]:
    lines = [
        _("流水 {trace} 不一致：本站 {ours}，银行 {bank}").format(
            trace=f"{trace:06d}", ours=phrases.amount(ours_fen), bank=phrases.amount(bank_fen)
        )
        for trace, ours_fen, bank_fen in batch.differences[:SHOWN_MAX]
    ]
    if len(batch.differences) > SHOWN_MAX:
        lines.append(
            _("还有 {count} 行，见结算单。").format(count=len(batch.differences) - SHOWN_MAX)
        )
    if batch.uploaded:
        lines.append(_("已上送 {count} 笔明细。").format(count=batch.uploaded))
    lines.append(_stands(view, batch, _))
    slip = sentences.SLIPS.get(batch.slip) if batch.over else None
    return [*lines, _(slip)] if slip else lines


def _stands(view: View, batch: BatchView, _: Translate) -> str:
    if batch.over:
        return _("本批已结算，新批次 {batch}。").format(batch=f"{batch.next_batch:06d}")
    if batch.stage == ENDED:
        return _("结算不动钱；结算完成前，不办理新的存取。")
    if batch.stage == SENT:
        return _("结算不动钱；结算完成前，不办理新的存取。")
    return _("银行没有答复。钱是安全的；系统会再试，结算完成前不办理新的存取。")
