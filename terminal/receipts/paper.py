"""Puts a slip into lines: what every slip has, around what its kind says (`screens.md`, "Slip").

Lines are lean: at 9600 baud a withdrawal slip with its code must be out within 0.9 s, which is
864 bytes (`design.md`, "Figures to hold"). A rule costs a byte a column and a blank line one in
all, so parts are set apart by blank lines.
"""

from __future__ import annotations

from drivers.api import Align, Feed, Line, Qr, Text
from protocol.escpos import columns_of, printable
from terminal.core.deal import Deal
from terminal.core.exchange import Entry, Service
from terminal.core.local_time import local_time
from terminal.i18n import N_
from terminal.receipts.amounts import in_words, rmb
from terminal.receipts.bank_time import bank_moment, our_moment
from terminal.receipts.columns import labelled, pair, wrap
from terminal.receipts.content import Content, Report
from terminal.receipts.shop import Shop

LABEL_GAP = 2
ENTRIES = {Entry.STRIPE: N_("(磁条)"), Entry.CHIP: N_("(芯片)")}
RULE = Text("-" * 16, Align.CENTRE)
BIG = 2
SIGNATURE_LINES = 2

Lines = tuple[Line, ...]


def lay_out(content: Content, deal: Deal, shop: Shop, *, copy: int, code: str, check: str) -> Lines:
    """The whole slip. copy 1 is the first; code is the QR text, "" for a slip without one."""
    _ = shop.texts
    return (
        *_head(content, shop, copy),
        RULE,
        *_who(deal, shop),
        *_rows(content.rows, shop),
        Feed(),
        *_money(content, deal, shop),
        *((Feed(),) if content.amount_fen is not None else ()),
        *_reference(deal, shop),
        *(_row(_("核对码"), check, shop) if content.check_code else ()),
        *((Feed(),) if content.says else ()),
        *_sentences(content, shop),
        *_code(code, shop),
        *_foot(content, shop),
    )


def lay_out_report(report: Report, shop: Shop, *, copy: int) -> Lines:
    """A slip of the station's own: head, who and when, its sections, where to sign."""
    _ = shop.texts
    moment = f"{local_time(report.at_ms):%Y-%m-%d  %H:%M:%S}"
    sections = (_rows(rows, shop) for rows in report.sections if rows)
    return (
        *_head(report, shop, copy),
        RULE,
        *_row(_("站点"), f"{shop.terminal}  {shop.name}", shop),
        *_row(_("商户号"), shop.merchant, shop),
        *_row(_("操作员"), report.operator, shop),
        *_row(_("本站时间"), moment, shop),
        *(line for section in sections for line in (Feed(), *section)),
        *((Feed(),) if report.says else ()),
        *_texts(tuple(line for text in report.says for line in wrap(text, shop.columns))),
        *(line for text in report.signatures for line in (Feed(), Text(text), Feed(1))),
    )


def _head(content: Content | Report, shop: Shop, copy: int) -> Lines:
    _ = shop.texts
    again = _("重打印 第{n}次").format(n=copy - 1) if copy > 1 else ""
    return (
        *_centred(content.title, shop),
        *(_centred(content.subtitle, shop) if content.subtitle else ()),
        *(_centred(again, shop) if again else ()),
        *(line for text in content.alarm for line in _centred(text, shop, size=BIG)),
    )


def _who(deal: Deal, shop: Shop) -> Lines:
    """Station, merchant, operator and card."""
    _ = shop.texts
    pan = deal.requested.pan
    lines = (
        *_row(_("站点"), f"{shop.terminal}  {shop.name}", shop),
        *_row(_("商户号"), shop.merchant, shop),
        *_row(_("操作员"), deal.operator, shop),
    )
    if deal.requested.service is Service.CONTRIBUTION_CASH:
        return (*lines, *_row(_("付款"), _("现金"), shop))
    if pan is None:
        return lines
    entry = f" {_(ENTRIES[deal.requested.entry])}"
    issuer = shop.issuer_name if shop.is_own(pan) else _("其他银行")
    return (
        *lines,
        *_row(_("卡号"), pan.masked + entry, shop),
        *_row(_("发卡行"), issuer, shop),
    )


def _money(content: Content, deal: Deal, shop: Shop) -> Lines:
    _ = shop.texts
    if content.amount_fen is None:
        return ()
    rows = (
        (content.amount_label, f"RMB {rmb(content.amount_fen)}", True),
        (_("手续费"), f"RMB {rmb(deal.requested.fee_fen)}", False),
        (_("大写"), in_words(content.amount_fen), False),
    )
    label_columns = max(columns_of(label) for label, _value, _bold in rows) + LABEL_GAP
    return tuple(
        Text(line, bold=bold)
        for label, value, bold in rows
        for line in labelled(label, value, shop.columns, label_columns)
    )


def _reference(deal: Deal, shop: Shop) -> Lines:
    """Date and time of the bank, else plainly ours; the numbers by which the bank finds it."""
    _ = shop.texts
    bank = bank_moment(deal)
    moment = f"{bank or our_moment(deal):%Y-%m-%d  %H:%M:%S}"
    batch, trace = deal.requested.batch, f"{deal.requested.trace:06d}"
    if batch:
        numbers = _("批次 {batch}    流水 {trace}").format(batch=f"{batch:06d}", trace=trace)
    else:  # a queued contribution has none before it is forwarded
        numbers = _("流水 {trace}").format(trace=trace)
    answer = deal.answered
    return (
        *_row(_("日期") if bank else _("本站时间"), moment, shop),
        *_texts(wrap(numbers, shop.columns)),
        *(_row(_("参考号"), answer.rrn, shop) if answer and answer.rrn else ()),
        *(_row(_("授权码"), answer.authorisation, shop) if answer and answer.authorisation else ()),
    )


def _sentences(content: Content, shop: Shop) -> Lines:
    _ = shop.texts
    says = tuple(line for text in content.says for line in wrap(text, shop.columns))
    if not content.signature:
        return _texts(says)
    sign_here = wrap(_("签名/指印："), shop.columns)
    return (*_texts(says), *_texts(sign_here), Feed(SIGNATURE_LINES))


def _code(code: str, shop: Shop) -> Lines:
    """The code and what it is worth (`security.md` section 6, Verification)."""
    _ = shop.texts
    if not code:
        return ()
    worth = _("此码证明小票由本终端出具，不证明银行已入账")
    return (Qr(code), *_texts(wrap(worth, shop.columns)))


def _foot(content: Content, shop: Shop) -> Lines:
    _ = shop.texts
    phone = _("咨询电话 {phone}").format(phone=shop.phone)
    if content.note:
        return _texts(pair(phone, content.note, shop.columns))
    return _texts(wrap(phone, shop.columns))


def _rows(rows: tuple[tuple[str, str], ...], shop: Shop) -> Lines:
    return tuple(line for label, value in rows for line in _row(label, value, shop))


def _row(label: str, value: str, shop: Shop) -> Lines:
    """Values come from files, cards and the bank: none may hold a command for the printer."""
    return _texts(labelled(label, printable(value), shop.columns, columns_of(label) + 1))


def _centred(text: str, shop: Shop, size: int = 1) -> Lines:
    lines = wrap(text, shop.columns // size)
    return tuple(Text(line, Align.CENTRE, size) for line in lines)


def _texts(lines: tuple[str, ...]) -> Lines:
    return tuple(Text(line) for line in lines)
