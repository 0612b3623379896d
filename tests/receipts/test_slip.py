"""What stands on a slip, and what never does (`station-day.md`, "Paper"; I2, I6, I7)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from drivers.api import Qr
from protocol.values import PersonName
from terminal.core.deal import Deal, Outcome
from terminal.core.exchange import Service
from terminal.core.facts import SlipKind
from terminal.i18n import Translate
from terminal.receipts import proof
from terminal.receipts.proof import Kind, Result
from terminal.receipts.shop import Extras, Shop
from terminal.receipts.slip import compose
from tests.receipts.counter import (
    APPROVED,
    BALANCE,
    CARD_CONTRIBUTION,
    CASH_CONTRIBUTION,
    DECLINED,
    ID_NUMBER,
    NO_ANSWER,
    NOT_HANDED,
    OTHER_BANKS_PAN,
    PAN,
    TOO_LATE,
    UNDONE,
    WITHDRAWAL,
    code_of,
    deal_of,
    said,
    shop_of_columns,
    texts_of,
)

CASES: dict[str, tuple[SlipKind, Deal]] = {
    "store copy": (SlipKind.STORE_COPY, deal_of(WITHDRAWAL, APPROVED)),
    "customer copy": (SlipKind.CUSTOMER_COPY, deal_of(WITHDRAWAL, APPROVED)),
    "voucher by card": (SlipKind.VOUCHER, deal_of(CARD_CONTRIBUTION, APPROVED)),
    "voucher in cash": (SlipKind.VOUCHER, deal_of(CASH_CONTRIBUTION, APPROVED)),
    "declined": (SlipKind.DECLINED, deal_of(WITHDRAWAL, DECLINED)),
    "unknown": (SlipKind.UNKNOWN, deal_of(WITHDRAWAL, NO_ANSWER)),
    "unknown in cash": (SlipKind.UNKNOWN, deal_of(CASH_CONTRIBUTION, NO_ANSWER)),
    "cancelling": (SlipKind.UNKNOWN, deal_of(WITHDRAWAL, APPROVED, NOT_HANDED)),
    "too late": (SlipKind.UNKNOWN, deal_of(WITHDRAWAL, NO_ANSWER, TOO_LATE)),
    "reversal": (SlipKind.REVERSAL, deal_of(WITHDRAWAL, NO_ANSWER, UNDONE)),
    "reversal in cash": (SlipKind.REVERSAL, deal_of(CASH_CONTRIBUTION, NO_ANSWER, UNDONE)),
    "balance": (SlipKind.BALANCE, deal_of(BALANCE, APPROVED)),
}
APPROVED_WITHDRAWAL = deal_of(WITHDRAWAL, APPROVED)
UNKNOWN_WITHDRAWAL = deal_of(WITHDRAWAL, NO_ANSWER)


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "-"))
def case(request: pytest.FixtureRequest) -> tuple[SlipKind, Deal]:
    return CASES[request.param]


@pytest.fixture
def extras(extras: Extras) -> Extras:
    return replace(extras, balance_fen=123_400)


def test_every_slip_says_where_who_and_what(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    words = said(compose(*case, 1, shop, extras))
    for wanted in ("44010001", "桃源村服务站", "操作员 01", "批次 000012", "流水 000104"):
        assert wanted in words
    assert "咨询电话 000-12345" in words
    assert "此码证明小票由本终端出具，不证明银行已入账" in words


def test_every_card_is_shown_as_first_six_and_last_four(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    words = said(compose(*case, 1, shop, extras))
    assert PAN.reveal() not in words
    assert ("622999*********2343" in words) == (case[1].requested.pan is not None)


def test_no_slip_shows_an_identity_number_in_full(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    assert ID_NUMBER.reveal()[3:14] not in said(compose(*case, 1, shop, extras))


def test_every_amount_stands_in_figures_and_in_words(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    words = said(compose(*case, 1, shop, extras))
    assert "手续费  RMB 0.00" in words
    assert any(
        figures in words and capitals in words
        for figures, capitals in (
            ("RMB 300.00", "大写    叁佰元整"),
            ("RMB 200.00", "大写    贰佰元整"),
            ("RMB 1,234.00", "大写    壹仟贰佰叁拾肆元整"),
        )
    )


def test_the_first_copy_says_nothing_of_a_reprint(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    assert "重打印" not in said(compose(*case, 1, shop, extras))


def test_every_copy_after_the_first_says_which_reprint_it_is(
    case: tuple[SlipKind, Deal], shop: Shop, extras: Extras
) -> None:
    assert "重打印 第1次" in said(compose(*case, 2, shop, extras))
    assert "重打印 第4次" in said(compose(*case, 5, shop, extras))


def test_the_code_says_what_the_slip_says(shop: Shop, extras: Extras) -> None:
    code = code_of(compose(SlipKind.STORE_COPY, APPROVED_WITHDRAWAL, 1, shop, extras))
    assert (code.kind, code.result) == (Kind.WITHDRAWAL, Result.APPROVED)
    assert (code.terminal, code.seq, code.amount_fen) == ("44010001", 1234, 30_000)
    assert (code.pan, code.rrn) == ("6229992343", "326112000104")
    assert (code.key_id.hex(), code.chain.hex()) == ("5a7a78cc", "5dc9da79a70659a9")
    assert code.at_s == 1_795_397_480


@pytest.mark.parametrize(
    ("name", "kind", "result"),
    [
        ("customer copy", 1, 0),
        ("voucher by card", 2, 0),
        ("voucher in cash", 7, 0),
        ("declined", 1, 3),
        ("unknown", 1, 2),
        ("unknown in cash", 7, 2),
        ("cancelling", 1, 2),
        ("too late", 1, 2),
        ("reversal", 3, 1),
        ("balance", 4, 0),
    ],
)
def test_the_code_numbers_kind_and_result_as_the_sheet_does(
    name: str, kind: int, result: int, shop: Shop, extras: Extras
) -> None:
    code = code_of(compose(*CASES[name], 1, shop, extras))
    assert (code.kind.value, code.result.value) == (kind, result)


def test_the_code_is_signed_by_the_device_key(
    shop: Shop, extras: Extras, device_key: ec.EllipticCurvePrivateKey
) -> None:
    lines = compose(SlipKind.STORE_COPY, APPROVED_WITHDRAWAL, 1, shop, extras)
    (code,) = (line.content for line in lines if isinstance(line, Qr))
    sealed = proof.read(code)
    r, s = (
        int.from_bytes(sealed.signature[:32], "big"),
        int.from_bytes(sealed.signature[32:], "big"),
    )
    der = encode_dss_signature(r, s)
    device_key.public_key().verify(der, sealed.signed, ec.ECDSA(SHA256()))


def test_only_the_store_copy_is_signed_and_says_how_long_it_is_kept(
    shop: Shop, extras: Extras
) -> None:
    kinds = (SlipKind.STORE_COPY, SlipKind.CUSTOMER_COPY)
    store, customer = (said(compose(kind, APPROVED_WITHDRAWAL, 1, shop, extras)) for kind in kinds)
    for wanted in ("本人确认以上交易，同意将其记入本卡账户", "签名/指印：", "存根保存 24 个月"):
        assert wanted in store
        assert wanted not in customer


@pytest.mark.parametrize(
    ("kind", "facts"),
    product(
        (SlipKind.STORE_COPY, SlipKind.CUSTOMER_COPY),
        ((), (DECLINED,), (NO_ANSWER,), (APPROVED, NOT_HANDED), (NO_ANSWER, UNDONE)),
    ),
)
def test_no_copy_of_a_withdrawal_exists_unless_it_is_approved(
    kind: SlipKind, facts: tuple, shop: Shop, extras: Extras
) -> None:
    with pytest.raises(AssertionError):
        compose(kind, deal_of(WITHDRAWAL, *facts), 1, shop, extras)


@pytest.mark.parametrize("kind", [SlipKind.VOUCHER, SlipKind.DECLINED, SlipKind.REVERSAL])
def test_no_slip_says_more_than_the_facts(kind: SlipKind, shop: Shop, extras: Extras) -> None:
    assert UNKNOWN_WITHDRAWAL.outcome is Outcome.UNKNOWN
    with pytest.raises(AssertionError):
        compose(kind, UNKNOWN_WITHDRAWAL, 1, shop, extras)


def test_the_unknown_slip_says_not_to_hand_over_cash(shop: Shop, extras: Extras) -> None:
    words = said(compose(SlipKind.UNKNOWN, UNKNOWN_WITHDRAWAL, 1, shop, extras))
    assert "结果未知请勿付现金" in words
    for_the_villager = "卡里若少了钱，会自动退回；凭这张小票可拨打 000-12345 查询。"
    assert for_the_villager.replace(" ", "") in words.replace(" ", "")
    assert "核对码 1234-5DC9DA79" in words
    assert "失败" not in words


def test_cash_of_an_unknown_contribution_goes_back_to_the_villager(
    shop: Shop, extras: Extras
) -> None:
    words = said(compose(*CASES["unknown in cash"], 1, shop, extras))
    assert "结果未知请退还现金" in words
    assert "自动退回" not in words


def test_no_refund_is_promised_while_the_bank_must_look(shop: Shop, extras: Extras) -> None:
    words = said(compose(*CASES["too late"], 1, shop, extras))
    assert "结果未知请勿付现金" in words
    assert "自动退回" not in words


def test_a_voucher_names_the_participant_in_full_and_who_paid(shop: Shop, extras: Extras) -> None:
    answered = replace(APPROVED, receipt_number="RN20261123000104")
    deal = deal_of(CARD_CONTRIBUTION, answered)
    words = said(compose(SlipKind.VOUCHER, deal, 1, shop, extras))
    for wanted in ("参保人 甲某某", "身份证 110***********1234", "缴费人 配偶", "乡镇 柳河乡"):
        assert wanted in words
    for wanted in ("年度 2026", "档次 RMB 200.00", "收据号 RN20261123000104"):
        assert wanted in words


def test_a_contribution_in_cash_says_so_and_names_no_card(shop: Shop, extras: Extras) -> None:
    words = said(compose(*CASES["voucher in cash"], 1, shop, extras))
    assert "付款 现金" in words
    assert "卡号" not in words


def test_a_declined_slip_gives_the_reason_and_says_that_no_money_moved(
    shop: Shop, extras: Extras
) -> None:
    words = said(compose(SlipKind.DECLINED, deal_of(WITHDRAWAL, DECLINED), 1, shop, extras))
    assert "原因 51 可用余额不足" in words
    assert "没有扣款，钱是安全的。" in words


def test_a_year_paid_already_says_when_and_where(shop: Shop, extras: Extras) -> None:
    answered = replace(
        DECLINED, code="P2", text="该年度已缴费", paid_already="2026-03-01 10:00 44010002"
    )
    deal = deal_of(CASH_CONTRIBUTION, answered)
    words = said(compose(SlipKind.DECLINED, deal, 1, shop, extras))
    assert "已缴于 2026-03-01 10:00 44010002" in words
    assert "没有记账，请当面收回现金。" in words


def test_a_declined_query_has_no_money_and_no_code(shop: Shop, extras: Extras) -> None:
    query = replace(CASH_CONTRIBUTION, service=Service.CONTRIBUTION_QUERY, amount_fen=0)
    lines = compose(SlipKind.DECLINED, deal_of(query, DECLINED), 1, shop, extras)
    assert not any(isinstance(line, Qr) for line in lines)
    assert "RMB" not in said(lines)


def test_a_balance_is_told_once_and_cannot_be_printed_without_being_told(
    shop: Shop, extras: Extras
) -> None:
    deal = CASES["balance"][1]
    assert "余额    RMB 1,234.00" in texts_of(compose(SlipKind.BALANCE, deal, 1, shop, extras))
    with pytest.raises(AssertionError):
        compose(SlipKind.BALANCE, deal, 1, shop, replace(extras, balance_fen=None))


def test_the_banks_card_has_its_name_and_another_one_says_so(shop: Shop, extras: Extras) -> None:
    other = deal_of(replace(WITHDRAWAL, pan=OTHER_BANKS_PAN, fee_fen=150), APPROVED)
    words = said(compose(SlipKind.STORE_COPY, other, 1, shop, extras))
    assert "发卡行 其他银行" in words
    assert "手续费  RMB 1.50" in words
    own = said(compose(SlipKind.STORE_COPY, APPROVED_WITHDRAWAL, 1, shop, extras))
    assert "发卡行 测试银行" in own


def test_the_time_is_the_banks_where_the_bank_told_it(shop: Shop, extras: Extras) -> None:
    approved = texts_of(compose(SlipKind.STORE_COPY, APPROVED_WITHDRAWAL, 1, shop, extras))
    assert "日期 2026-11-23  09:31:20" in approved
    unknown = texts_of(compose(SlipKind.UNKNOWN, UNKNOWN_WITHDRAWAL, 1, shop, extras))
    assert "本站时间 2026-11-23  09:31:20" in unknown


@pytest.mark.parametrize("columns", [32, 48])
@pytest.mark.parametrize("kind", [SlipKind.STORE_COPY, SlipKind.CUSTOMER_COPY])
def test_a_withdrawal_slip_with_its_code_is_out_in_0_9_s_at_9600_baud(
    kind: SlipKind, columns: int, language: Translate, extras: Extras
) -> None:
    shop = shop_of_columns(columns, language)
    lines = compose(kind, APPROVED_WITHDRAWAL, 2, shop, extras)
    (code,) = (line.content for line in lines if isinstance(line, Qr))
    text_bytes = sum(len(text.encode("gbk")) + 1 for text in texts_of(lines))
    around = 4 + 4 * 3 + 2 * 3 + 7 + 7 + 3  # initialise, align, bold, feed, cut, fence (section 2)
    qr_bytes = 9 + 8 + 8 + 8 + 8 + len(code) + 2  # section 5, with its blank lines
    assert text_bytes + around + qr_bytes <= 0.9 * 960


def test_the_name_of_a_participant_is_left_out_once_it_was_erased(
    shop: Shop, extras: Extras
) -> None:
    erased = replace(CARD_CONTRIBUTION, name=None, person=None)
    words = said(compose(SlipKind.VOUCHER, deal_of(erased, APPROVED), 1, shop, extras))
    assert "参保人" not in words


def test_a_name_with_control_characters_stays_one_field(shop: Shop, extras: Extras) -> None:
    sly = replace(CARD_CONTRIBUTION, name=PersonName("甲\x1bi某\n金额 RMB 9.00"))
    texts = texts_of(compose(SlipKind.VOUCHER, deal_of(sly, APPROVED), 1, shop, extras))
    assert all(text.isprintable() for text in texts)
