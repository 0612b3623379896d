"""Amounts, times and table sentences as pages say them, in the language of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from terminal.feed.views import Bar, DealView, Lamp, View
from terminal.i18n import CHINESE, N_, Translate
from terminal.receipts.amounts import in_words, yuan
from terminal.ui import sentences
from terminal.ui.codes import CODES, Advice
from terminal.ui.sentences import Told
from terminal.ui.state import UiState

SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991 (design, decision 14)
NOTES_FEN = (10000, 5000, 2000, 1000)  # banknotes that pay multiples of 10 yuan

NETWORK: dict[Lamp, str] = {
    Lamp.GOOD: N_("网络正常"),
    Lamp.TROUBLE: N_("网络中断"),
    Lamp.OFF: N_("网络未连"),
}
PAPER: dict[Lamp, str] = {
    Lamp.GOOD: N_("纸正常"),
    Lamp.LOW: N_("纸快用完"),
    Lamp.TROUBLE: N_("纸有问题"),
    Lamp.OFF: N_("打印机未连"),
}
PAD: dict[Lamp, str] = {
    Lamp.GOOD: N_("键盘正常"),
    Lamp.TROUBLE: N_("键盘故障"),
    Lamp.OFF: N_("键盘未连"),
}
READER: dict[Lamp, str] = {
    Lamp.GOOD: "",  # the fourth lamp lights only when something is wrong: the line is 80 columns
    Lamp.TROUBLE: N_("读卡器故障"),
    Lamp.OFF: N_("读卡器未连"),
}


def hour(at_ms: int) -> str:
    return _local(at_ms).strftime("%H:%M")


def second(at_ms: int) -> str:
    return _local(at_ms).strftime("%H:%M:%S")


def when(at_ms: int, now_ms: int) -> str:
    """The hour, with the day in front where it is not today."""
    return hour(at_ms) if _same_day(at_ms, now_ms) else day_and_hour(at_ms)


def hour_or_day(at_ms: int, now_ms: int) -> str:
    """Five characters for a list: of an older line its day matters more."""
    return hour(at_ms) if _same_day(at_ms, now_ms) else _local(at_ms).strftime("%m-%d")


def day_and_second(at_ms: int) -> str:
    return _local(at_ms).strftime("%m-%d %H:%M:%S")


def day_and_hour(at_ms: int) -> str:
    return _local(at_ms).strftime("%m-%d %H:%M")


def local_year(at_ms: int) -> int:
    return _local(at_ms).year


def capitals(fen: int) -> str:
    """大写: the legal form of an amount, the same in both languages."""
    return in_words(fen)


def whole_yuan(fen: int) -> str:
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def notes_for(fen: int) -> tuple[tuple[int, int], ...]:
    """The fewest banknotes that make `fen`: (note in fen, count)."""
    notes: list[tuple[int, int]] = []
    for note in NOTES_FEN:
        count, fen = divmod(fen, note)
        if count:
            notes.append((note, count))
    return tuple(notes)


def notes(pairs: tuple[tuple[int, int], ...], _: Translate) -> str:
    """`100 元 × 3，50 元 × 1`."""
    each = (_("{note} 元 × {count}").format(note=whole_yuan(n), count=c) for n, c in pairs)
    return _("，").join(each)


def service(deal: DealView, _: Translate) -> str:
    return word(sentences.SERVICES, deal.service, _)


def word(table: Mapping[str, str], kind: str, _: Translate) -> str:
    """The word of a kind; a kind of a later release keeps its own name in brackets."""
    text = table.get(kind)
    if text is None:
        return _(sentences.UNKNOWN_WORD).format(kind=kind)
    return _(text) if text else ""


def told(table: Mapping[str, Told], kind: str, view: View, _: Translate) -> tuple[str, str, str]:
    """Three sentences: what happened, is the money safe, what to do."""
    row, device = table.get(kind), ""
    if row is None:
        device, row = _fault(kind)
    named = _(sentences.DEVICES[device]) if device else ""
    return said(row, view, _, kind=kind, device=named)


def said(row: Told, view: View, _: Translate, **filled: str) -> tuple[str, str, str]:
    """The three sentences of a row."""
    what = _(row.what).format(**filled)
    return (what[:1].upper() + what[1:], _(row.safe), _(row.do).format(phone=view.phone))


def _fault(kind: str) -> tuple[str, Told]:
    """The device and the sentences of `pad_gone` or `gone`; of neither, the general ones."""
    device, _blank, fault = kind.partition("_")
    if device in sentences.DEVICES and fault in sentences.FAULTS:
        return device, sentences.FAULTS[fault]
    if kind in sentences.FAULTS:
        return sentences.ANY_DEVICE, sentences.FAULTS[kind]
    return "", sentences.UNKNOWN_REASON


def code_words(deal: DealView, state: UiState, _: Translate) -> str:
    """What the answer code means: the profile's own words in Chinese, the table's otherwise."""
    known = CODES.get(deal.code)
    if state.language == CHINESE and deal.code_text:
        return deal.code_text
    return _(known[0]) if known else _("交易失败")


def code_advice(deal: DealView, view: View, _: Translate) -> str:
    known = CODES.get(deal.code)
    advice = known[1] if known else Advice.STATION
    return _(advice.value).format(phone=view.phone)


def code_meaning(code: str, _: Translate) -> str:
    """An answer code and its meaning, as in `64 金额与原交易不匹配`."""
    known = CODES.get(code)
    return f"{code} {_(known[0])}" if known else code


def when_again(kind: str, detail: str, _: Translate) -> str:
    """What a refused PIN leaves: how many tries, or until when it is locked."""
    if kind == "locked" and detail.isdigit():
        return _("到 {time}。").format(time=hour(int(detail)))
    if kind == "wrong" and detail.isdigit():
        return _("还可以错 {count} 次。").format(count=detail)
    return ""


def joined(*said: str) -> str:
    """Sentences one after the other: a blank between them only where the writing has blanks."""
    line = ""
    for sentence in said:
        line += " " + sentence if line and line[-1].isascii() and sentence else sentence
    return line


def slip_line(view: View, deal: DealView, _: Translate) -> str:
    """How the paper stands; empty when none was asked for."""
    if not deal.slip:
        return ""
    text = sentences.SLIPS.get(deal.slip)
    if text is None:
        return word({}, deal.slip, _)
    return _(text).format(phone=view.phone)


def lamps(bar: Bar, _: Translate) -> str:
    """The state of link, paper and pad in words, the reader's when it is wrong."""
    said = (NETWORK[bar.link], PAPER[bar.paper], PAD[bar.pad], READER[bar.reader])
    return " ".join(_(text) for text in said if text)


def amount(fen: int) -> str:
    return yuan(fen)


def _same_day(at_ms: int, now_ms: int) -> bool:
    return _local(at_ms).date() == _local(now_ms).date()


def _local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, SHANGHAI)
