"""What happened at the counter, as facts; the paper it is printed on, as text."""

from __future__ import annotations

from dataclasses import replace

from drivers.api import Align, Feed, Line, Qr, Text
from protocol.values import IdNumber, Pan, PersonName
from terminal.core.deal import Deal, apply, begin
from terminal.core.exchange import Doubt, Entry, Payer, Service, Verdict
from terminal.core.facts import (
    Answered,
    CashNotHanded,
    CashTaken,
    ExceptionOpened,
    Fact,
    Forwarded,
    InDoubt,
    Queued,
    Recorded,
    Requested,
    Reversed,
    Trouble,
    WhyNoCash,
)
from terminal.i18n import N_, Translate
from terminal.receipts import proof
from terminal.receipts.amounts import rmb
from terminal.receipts.shop import Shop

SENT_MS = 1_795_397_477_000  # 2026-11-23 09:31:17 in Shanghai
ANSWERED_MS = SENT_MS + 3_000
PAN = Pan("6229991234567892343")
OTHER_BANKS_PAN = Pan("6212341234567892343")
ID_NUMBER = IdNumber("110101199003071234")
NAME = PersonName("甲某某")

APPROVED = Answered(
    code="00",
    verdict=Verdict.APPROVED,
    text="交易成功",
    rrn="326112000104",
    authorisation="A1B2C3",
    bank_day="1123",
    bank_date="1123",
    bank_time="093120",
)
DECLINED = replace(
    APPROVED, code="51", verdict=Verdict.DECLINED, text="可用余额不足", authorisation=""
)
NO_ANSWER = InDoubt(Doubt.NO_ANSWER, "no answer in time")
TOO_LATE = ExceptionOpened(Trouble.REVERSAL_TOO_LATE)
NOT_HANDED = CashNotHanded(WhyNoCash.LEFT)

WITHDRAWAL = Requested(
    Service.WITHDRAWAL, 104, 12, 7, entry=Entry.STRIPE, amount_fen=30_000, fee_fen=0, pan=PAN
)
BALANCE = Requested(Service.BALANCE, 104, 12, 7, entry=Entry.STRIPE, pan=PAN)
CARD_CONTRIBUTION = Requested(
    Service.CONTRIBUTION_CARD,
    trace=104,
    batch=12,
    terminal_seq=7,
    entry=Entry.STRIPE,
    amount_fen=20_000,
    pan=PAN,
    person=ID_NUMBER,
    name=NAME,
    township="103",
    year=2026,
    tier_fen=20_000,
    payer=Payer.SPOUSE,
)
CASH_CONTRIBUTION = replace(
    CARD_CONTRIBUTION, service=Service.CONTRIBUTION_CASH, entry=Entry.NONE, pan=None
)
CASH_TAKEN = CashTaken(20_000)
QUEUED = Queued(
    trace=104,
    amount_fen=20_000,
    person=ID_NUMBER,
    year=2026,
    tier_fen=20_000,
    payer=Payer.SPOUSE,
    idempotency_key="00" * 8,
)
FORWARDED = Forwarded(1, 12, 7)
REFUSED = ExceptionOpened(Trouble.QUEUED_REFUSED)
UNDONE = Reversed()


def deal_of(request: Requested | Queued, *facts: Fact) -> Deal:
    """The transaction after `facts`; its answer or doubt is fact number 1234."""
    deal = begin(Recorded(1233, SENT_MS, "01", 1233, request))
    for seq, fact in enumerate(facts, start=1234):
        deal = apply(deal, Recorded(seq, ANSWERED_MS, "01", 1233, fact))
    return deal


def shop_of_columns(columns: int, texts: Translate = N_) -> Shop:
    return Shop(
        name="桃源村服务站",
        terminal="44010001",
        merchant="103440160120001",
        phone="000-12345",
        issuer_name="测试银行",
        own_bins=("622999",),
        townships={"103": "柳河乡"},
        store_copy_months=24,
        columns=columns,
        texts=texts,
    )


def width(text: str) -> int:
    """`escpos-printer.md` section 4: ASCII 1 column, everything of the Chinese font 2."""
    return sum(1 if character < "\x80" else 2 for character in text)


def texts_of(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines if isinstance(line, Text)]


def code_of(lines: tuple[Line, ...]) -> proof.Proof:
    (code,) = [line.content for line in lines if isinstance(line, Qr)]
    return proof.read(code).proof


def said(lines: tuple[Line, ...]) -> str:
    """All words of a slip in a row, as they read across line ends."""
    return "".join(text.strip() for text in texts_of(lines))


def drawn(lines: tuple[Line, ...], columns: int) -> str:
    """The slip as it looks: centred lines centred, double size marked, the code by what it says."""
    return "".join(_drawn(line, columns) for line in lines)


def _drawn(line: Line, columns: int) -> str:
    match line:
        case Text(text=text, align=align, size=size):
            mark = "  (2x)" if size == 2 else ""
            room = columns // 2 - width(text) * size // 2 if align is Align.CENTRE else 0
            return f"{' ' * room}{text}{mark}".rstrip() + "\n"
        case Feed(lines=count):
            return "\n" * count
        case Qr(content=content):
            said = proof.read(content).proof
            amount, pan = rmb(said.amount_fen), said.pan or "no card"
            words = f"{said.kind.name} {said.result.name} {amount} {pan} seq {said.seq}"
            return f"[QR {len(content)} characters: {words}]\n"
