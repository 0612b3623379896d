"""What the counter asked in each worked exchange of county.json, and what it then heard.

Both are written down from the sheet's words and values, not from our codec.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from protocol.bank.codec import Value, pack
from protocol.bank.frame import open_frame, wrap
from protocol.bank.mac import cup_ecb
from protocol.values import AccountNumber, IdNumber, Pan, PersonName, Phone, PinBlock, Track2
from terminal.bank import dialect
from terminal.bank.profile import BankProfile
from terminal.config import load
from terminal.core.exchange import (
    Answer,
    Ask,
    Balance,
    Card,
    Entry,
    Participant,
    Payer,
    Service,
    Totals,
    Verdict,
    WorkingKeys,
)
from terminal.core.particulars import FeeRow, Particulars, Payee, Told

ROOT = Path(__file__).parents[2]
PROFILE = load(ROOT / "deploy" / "examples" / "bank.toml", BankProfile)
SCHEME = "XNB"
MAK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def day_mac(data: bytes) -> bytes:
    """Field 64 under the vectors' MAK."""
    return cup_ecb(MAK, data)


def county() -> dict[str, list[dict[str, Any]]]:
    cases = json.loads((ROOT / "tests/vectors/iso8583/county.json").read_text("utf-8"))["cases"]
    return {case["id"]: case["messages"] for case in cases}


def frame(case: str, which: int) -> bytes:
    """The worked bytes: 0 is the request, 1 the answer."""
    return bytes.fromhex(county()[case][which]["hex"])


CARD = Card(Pan("6229990100000012343"), "3012", Track2("6229990100000012343=30121200000000000"))
PIN = PinBlock("2AB08E043EB682BE")
WANG = IdNumber("11010119800307873X")
LI_ACCOUNT, PHONE = AccountNumber("6229990100000098763"), Phone("13800000000")
LI = Payee(LI_ACCOUNT, PersonName("李建国"))
BASE = Ask(Service.BALANCE, trace=0, batch=12, terminal_seq=1, operator="01")
BY_CARD = replace(BASE, entry=Entry.STRIPE, card=CARD, pin=PIN)
WITHDRAWAL = replace(BY_CARD, service=Service.WITHDRAWAL, trace=104, amount_fen=30_000, fee_fen=0)

ASKS: dict[str, Ask] = {
    "sign-in": replace(BASE, service=Service.SIGN_IN, trace=1, batch=1),
    "balance": replace(BY_CARD, trace=100),
    "contribution-query": replace(BASE, service=Service.CONTRIBUTION_QUERY, trace=101, person=WANG),
    "contribution-card": replace(
        BY_CARD,
        service=Service.CONTRIBUTION_CARD,
        trace=102,
        amount_fen=20_000,
        person=WANG,
        year=2026,
        tier_fen=20_000,
        payer=Payer.SELF,
        idempotency_key="50feea39fd2150a7",
    ),
    "contribution-cash-already-paid": replace(
        BASE,
        service=Service.CONTRIBUTION_CASH,
        trace=103,
        amount_fen=10_000,
        person=IdNumber("110101195506120043"),
        year=2026,
        tier_fen=10_000,
        payer=Payer.PARENT,
        idempotency_key="d0833b8f7c5cf937",
    ),
    "contribution-cash": replace(
        BASE,
        service=Service.CONTRIBUTION_CASH,
        trace=109,
        amount_fen=10_000,
        person=WANG,
        year=2025,
        tier_fen=10_000,
        payer=Payer.CHILD,
        idempotency_key="e42a5ba259bd9d17",
    ),
    "withdrawal": WITHDRAWAL,
    "withdrawal-reversal": replace(WITHDRAWAL, card=Card(CARD.pan), pin=None, reversal_reason="98"),
    "not-signed-in": replace(BY_CARD, trace=111),
    "settlement-balanced": replace(
        BASE, service=Service.SETTLEMENT, trace=112, totals=Totals(110_000, 3, 60_000, 2)
    ),
    "payee-query": replace(
        BASE,
        service=Service.PAYEE_QUERY,
        trace=105,
        amount_fen=50_000,
        particulars=Particulars(payee=Payee(LI_ACCOUNT)),
    ),
    "cash-remittance": replace(
        BASE,
        service=Service.REMITTANCE,
        trace=106,
        amount_fen=50_000,
        fee_fen=250,
        particulars=Particulars(payee=LI, phone=PHONE),
    ),
    "transfer": replace(
        BY_CARD,
        service=Service.TRANSFER,
        trace=110,
        amount_fen=60_000,
        fee_fen=300,
        particulars=Particulars(payee=LI),
    ),
    "loss-report": replace(
        BASE,
        service=Service.LOSS_REPORT,
        trace=107,
        person=WANG,
        particulars=Particulars(phone=PHONE),
    ),
    "fee-table-download": replace(
        BASE, service=Service.FEE_TABLE, trace=108, particulars=Particulars(fee_version="7")
    ),
}

APPROVED = Answer(
    Verdict.APPROVED,
    "00",
    "承兑或交易成功",
    bank_day="1123",
    bank_date="1123",
    bank_time="093015",
    batch=12,
)
ANSWERS: dict[str, Answer] = {
    "sign-in": replace(
        APPROVED,
        rrn="326112000001",
        bank_time="080001",
        keys=WorkingKeys(
            pin_key=bytes.fromhex("5FABBA8E733579ACB2623DBB80EC770D"),
            pin_kcv=bytes.fromhex("7B83586D"),
            mac_key=bytes.fromhex("17D90EDB7B1FFBE8848A6D3E36DE9BA9"),
            mac_kcv=bytes.fromhex("08D7B4FB"),
        ),
    ),
    "balance": replace(APPROVED, rrn="326112000100", balance_fen=123_450),
    "contribution-query": replace(
        APPROVED,
        rrn="326112000101",
        subsidy_fen=3_000,
        participant=Participant(
            id_number=WANG,
            name=PersonName("王秀英"),
            status="A",
            township="103",
            paid=((2023, 10_000), (2024, 10_000)),
            years_open=(2025, 2026),
            account_fen=26_300,
            tiers_fen=(10_000, 20_000, 30_000, 40_000, 50_000),
            subsidy_fen=3_000,
        ),
    ),
    "contribution-card": replace(
        APPROVED, rrn="326112000102", receipt_number="XNB202600012345", subsidy_fen=3_000
    ),
    "contribution-cash-already-paid": replace(
        APPROVED,
        verdict=Verdict.DECLINED,
        code="P2",
        text="该年度已缴费",
        rrn="326112000103",
        paid_already="2026-03-02 10:14 44010007",
    ),
    "contribution-cash": replace(
        APPROVED, rrn="326112000109", receipt_number="XNB202500000077", subsidy_fen=3_000
    ),
    "withdrawal": replace(APPROVED, rrn="326112000104", authorisation="A1B2C3", fee_fen=0),
    "withdrawal-reversal": replace(APPROVED, rrn="326112000104"),
    "payee-query": replace(
        APPROVED,
        rrn="326112000105",
        fee_fen=250,
        told=Told(payee=Payee(LI_ACCOUNT, PersonName("李建国"), "测试银行")),
    ),
    "cash-remittance": replace(APPROVED, rrn="326112000106", fee_fen=250),
    "transfer": replace(APPROVED, rrn="326112000110", fee_fen=300),
    "loss-report": replace(
        APPROVED,
        rrn="326112000107",
        receipt_number="GS0000000042",
        told=Told(card="622999*********2343"),
    ),
    "fee-table-download": replace(
        APPROVED,
        bank_day="",
        told=Told(
            fee_version="8",
            fee_rows=(
                FeeRow("withdrawal", "own", 0, 0, 0),
                FeeRow("withdrawal", "other", 50, 100, 5_000),
                FeeRow("remittance", "own", 0, 0, 0),
                FeeRow("remittance", "other", 50, 200, 2_500),
            ),
        ),
    ),
    "not-signed-in": replace(
        APPROVED,
        verdict=Verdict.SIGN_IN_AGAIN,
        code="77",
        text="请重新签到,再作交易",
        rrn="326112000111",
    ),
    "settlement-balanced": replace(
        APPROVED,
        rrn="326112000112",
        bank_time="180000",
        totals=Totals(110_000, 3, 60_000, 2),
        balance=Balance.BALANCED,
    ),
}


def heard(reply: bytes, ask: Ask) -> Answer:
    return dialect.answer(reply, ask, PROFILE, day_mac).answer


def reply_with(
    case: str,
    changed: Mapping[int, Value | None],
    *,
    mti: str | None = None,
    signed: bool = True,
) -> bytes:
    """The worked reply with fields put, changed or taken away, and a MAC that fits again."""
    message, _ = open_frame(frame(case, 1), max_frame=2048)
    fields = {de: value for de, value in message.fields.items() if de not in changed}
    fields |= {de: value for de, value in changed.items() if value is not None}
    fields.pop(64, None)
    body = pack(mti or message.mti, fields)
    if signed:
        unsigned = pack(mti or message.mti, {**fields, 64: bytes(8)})[:-8]
        body = unsigned + day_mac(unsigned)
    return wrap(body, tpdu=bytes.fromhex("6000000003"), header=bytes.fromhex("603100311000"))
