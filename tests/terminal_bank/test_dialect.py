"""The county's exchanges byte for byte, and what makes a reply not the answer."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank.codec import Value
from protocol.bank.frame import open_frame
from terminal.bank import dialect
from terminal.bank.dialect import Misfit
from terminal.bank.profile import Code
from terminal.core.exchange import Doubt, Entry, Service, Verdict
from tests.terminal_bank.asks import (
    ANSWERS,
    ASKS,
    PROFILE,
    SCHEME,
    county,
    day_mac,
    frame,
    heard,
    reply_with,
)

MONEY = "withdrawal"


def test_every_worked_exchange_is_a_test() -> None:
    assert ASKS.keys() == county().keys()
    assert ASKS.keys() == ANSWERS.keys()


@pytest.mark.parametrize("case", ASKS)
def test_what_is_asked_leaves_as_the_sheets_bytes(case: str) -> None:
    asked = dialect.request(ASKS[case], PROFILE, SCHEME, day_mac)
    assert asked.hex() == frame(case, 0).hex()


@pytest.mark.parametrize("case", ASKS)
def test_the_sheets_answer_is_heard_in_words_of_the_trade(case: str) -> None:
    assert heard(frame(case, 1), ASKS[case]) == ANSWERS[case]


def test_an_echo_carries_no_mac_and_needs_no_keys() -> None:
    """0820: 41, 42, 60 (00+batch+301), optional 11 (`bank-wire.md` section 4.1)."""

    def no_key(data: bytes) -> bytes:
        raise AssertionError("an echo has no MAC")

    ask = replace(ASKS["sign-in"], service=Service.ECHO, trace=7, batch=12)
    message, _ = open_frame(dialect.request(ask, PROFILE, SCHEME, no_key), max_frame=2048)
    assert (message.mti, message.text(60), sorted(message.fields)) == (
        "0820",
        "00000012301",
        [11, 41, 42, 60],
    )


@pytest.mark.parametrize("case", ["withdrawal", "contribution-card"])
def test_a_reversal_carries_neither_track_nor_pin(case: str) -> None:
    """Even if the ask still holds them (`bank-wire.md` section 4.1: remove 26, 35, 36, 52, 53)."""
    asked = replace(ASKS[case], reversal_reason="98")
    message, _ = open_frame(dialect.request(asked, PROFILE, SCHEME, day_mac), max_frame=2048)
    assert message.mti == "0400"
    assert not {26, 35, 36, 37, 52, 53} & set(message.fields)
    assert message.text(2) == "6229990100000012343"
    assert message.raw(62) == open_frame(frame(case, 0), max_frame=2048)[0].raw(62)


def test_a_cash_contributions_reversal_names_no_card() -> None:
    asked = replace(ASKS["contribution-cash"], reversal_reason="98")
    message, _ = open_frame(dialect.request(asked, PROFILE, SCHEME, day_mac), max_frame=2048)
    assert not {2, 14, 23, 55} & set(message.fields)


def test_a_queued_contribution_says_when_it_was_queued_and_is_otherwise_the_same() -> None:
    """`ID YR TR PR IK [QD]`, QD as YYYYMMDDhhmmss (`county-wire.md`)."""
    asked = replace(ASKS["contribution-cash"], queued_at="20261123093015")
    message, _ = open_frame(dialect.request(asked, PROFILE, SCHEME, day_mac), max_frame=2048)
    live, _ = open_frame(frame("contribution-cash", 0), max_frame=2048)
    assert message.raw(62) == live.raw(62) + b"QD01420261123093015"
    assert {**message.fields, 62: b"", 64: b""} == {**live.fields, 62: b"", 64: b""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (4, "000000030001"),
        (4, None),
        (11, "000105"),
        (15, None),
        (39, None),
        (41, "44010002"),
        (42, "103440160120002"),
        (3, "310000"),
        (60, "0100001311160"),
        (60, "0100001200060"),
        (60, None),
        (62, b"FE00510000"),  # the answered fee is not the asked one
        (62, b"FE0"),
        (62, b"FE003abc"),
        (62, b"FE0010FE0010"),
        (62, b"FE0010RN021XNB202600012345678901"),
        (62, b"FE0010SB003-30"),
    ],
)
def test_a_reply_that_differs_from_the_request_is_unknown(field: int, value: Value | None) -> None:
    with pytest.raises(Misfit) as caught:
        heard(reply_with(MONEY, {field: value}), ASKS[MONEY])
    assert caught.value.doubt is Doubt.NO_ANSWER


@pytest.mark.parametrize("mti", ["0200", "0410", "0230", "0810"])
def test_a_reply_of_another_type_is_unknown(mti: str) -> None:
    with pytest.raises(Misfit):
        heard(reply_with(MONEY, {}, mti=mti), ASKS[MONEY])


def test_a_reply_without_optional_fields_is_still_the_answer() -> None:
    """All but 11, 39, 41, 42, 60, and 4 if asked, 15, and 64 is optional (`county-wire.md`)."""
    bare = dict.fromkeys((2, 3, 12, 13, 25, 32, 37, 38, 49, 62))
    assert heard(reply_with(MONEY, bare), ASKS[MONEY]).verdict is Verdict.APPROVED


@pytest.mark.parametrize(("de15", "day"), [("1124", "1124"), (None, "")])
def test_the_accounting_day_is_field_15_and_never_the_date_of_field_13(
    de15: str | None, day: str
) -> None:
    """The day decides whether a 25 says undone (`money-safety.md`, "Reversals")."""
    reply = reply_with("sign-in", {13: "1123", 15: de15}, signed=False)
    told = heard(reply, ASKS["sign-in"])
    assert (told.bank_day, told.bank_date) == (day, "1123")


def test_elements_that_the_sheet_does_not_have_are_accepted_and_named() -> None:
    reply = reply_with(MONEY, {62: b"ZZ003abcFE0010q7000"})
    told = dialect.answer(reply, ASKS[MONEY], PROFILE, day_mac)
    assert (told.answer.verdict, told.unknown_elements) == (Verdict.APPROVED, ("ZZ", "q7"))


def test_a_wrong_mac_is_unknown_with_its_own_reason() -> None:
    damaged = bytearray(frame(MONEY, 1))
    damaged[-1] ^= 1
    with pytest.raises(Misfit) as caught:
        heard(bytes(damaged), ASKS[MONEY])
    assert caught.value.doubt is Doubt.WRONG_MAC


def test_the_mac_is_proved_before_the_amount_is_looked_at() -> None:
    """`security.md` section 3: verify before parsing amounts."""
    damaged = bytearray(reply_with(MONEY, {4: "000000990000"}))
    damaged[-1] ^= 1
    with pytest.raises(Misfit) as caught:
        heard(bytes(damaged), ASKS[MONEY])
    assert caught.value.doubt is Doubt.WRONG_MAC


@pytest.mark.parametrize("code", ["00", "10", "11", "A2", "A6"])
def test_an_approval_without_mac_is_unknown(code: str) -> None:
    with pytest.raises(Misfit) as caught:
        heard(reply_with(MONEY, {39: code}, signed=False), ASKS[MONEY])
    assert caught.value.doubt is Doubt.WRONG_MAC


@pytest.mark.parametrize("code", ["77", "97", "A0", "30"])
def test_these_declines_come_without_mac(code: str) -> None:
    declined = heard(reply_with(MONEY, {39: code}, signed=False), ASKS[MONEY])
    assert (declined.code, declined.verdict is Verdict.APPROVED) == (code, False)


@pytest.mark.parametrize("code", ["51", "55", "ZZ"])
def test_another_decline_without_mac_is_unknown_where_the_profile_requires_it(
    code: str,
) -> None:
    bare = reply_with(MONEY, {39: code}, signed=False)
    keys = msgspec.structs.replace(PROFILE.keys, mac_required_on_decline=False)
    lenient = msgspec.structs.replace(PROFILE, keys=keys)
    with pytest.raises(Misfit):
        heard(bare, ASKS[MONEY])
    assert dialect.answer(bare, ASKS[MONEY], lenient, day_mac).answer.code == code


def test_an_unknown_code_is_a_decline_that_shows_the_code() -> None:
    declined = heard(reply_with(MONEY, {39: "ZZ"}), ASKS[MONEY])
    assert (declined.verdict, declined.code, declined.text) == (
        Verdict.DECLINED,
        "ZZ",
        "交易失败",
    )


def test_a_banks_own_code_goes_before_the_base_table() -> None:
    own = msgspec.structs.replace(PROFILE, codes={"51": Code("余额不足，请与信用社联系", "wait")})
    told = dialect.answer(reply_with(MONEY, {39: "51"}), ASKS[MONEY], own, day_mac).answer
    assert (told.text, told.verdict) == ("余额不足，请与信用社联系", Verdict.WAIT)


@pytest.mark.parametrize(
    ("blocks", "fen"),
    [
        ("1002156C000000123450", 123_450),
        ("1002156D000000000100", -100),  # an overdraft
        ("1001156C0000000000011002156C000000000002", 2),  # ledger, then available
        ("1001156C000000000001", None),
        ("1002840C000000000001", None),  # another currency
    ],
)
def test_the_balance_is_the_available_one(blocks: str, fen: int | None) -> None:
    reply = reply_with("balance", {54: blocks})
    assert heard(reply, ASKS["balance"]).balance_fen == fen


def test_a_declined_balance_tells_none() -> None:
    reply = reply_with("balance", {39: "51"})
    assert heard(reply, ASKS["balance"]).balance_fen is None


@pytest.mark.parametrize("number", ["1_0", "-5", " 7", "９", "9" * 13])
def test_a_declined_answer_with_an_odd_number_is_unknown_too(number: str) -> None:
    data = number.encode("gb18030")
    reply = reply_with(MONEY, {39: "51", 62: f"FE{len(data):03d}".encode() + data})
    with pytest.raises(Misfit):
        heard(reply, ASKS[MONEY])


def test_a_sign_in_with_keys_of_another_length_is_unknown() -> None:
    reply = reply_with("sign-in", {62: bytes(39)}, signed=False)
    with pytest.raises(Misfit):
        heard(reply, ASKS["sign-in"])


@pytest.mark.parametrize(
    "told",
    ["00000012002", "00000012001", "01000012003", "00000012", "0000001200", "000000120030"],
)
def test_a_sign_in_answered_for_other_management_is_unknown(told: str) -> None:
    """60.1 and 60.3 are as asked; only the batch is the bank's to say."""
    reply = reply_with("sign-in", {60: told}, signed=False)
    with pytest.raises(Misfit):
        heard(reply, ASKS["sign-in"])


def test_a_sign_in_that_names_no_batch_is_unknown() -> None:
    """A batch is 1 to 999999 (`bank-wire.md` section 11)."""
    reply = reply_with("sign-in", {60: "00000000003"}, signed=False)
    with pytest.raises(Misfit):
        heard(reply, ASKS["sign-in"])


@given(st.data())
def test_a_damaged_reply_is_unknown_and_never_an_accident(data: st.DataObject) -> None:
    """One byte from the MTI on (LEN, TPDU and header are outside the MAC); management and
    settlement have no MAC.
    """
    bare = {"sign-in", "not-signed-in", "settlement-balanced", "fee-table-download"}
    case = data.draw(st.sampled_from(sorted(ASKS.keys() - bare)))
    reply = bytearray(frame(case, 1))
    reply[data.draw(st.integers(13, len(reply) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Misfit):
        heard(bytes(reply), ASKS[case])


@given(st.dictionaries(st.sampled_from([37, 38, 43, 44, 54]), st.text(max_size=6)))
def test_odd_text_in_a_true_reply_is_no_accident(odd: dict[int, str]) -> None:
    sizes = {37: 12, 38: 6, 43: 40, 44: 25, 54: 20}
    fitting: dict[int, Value | None] = {}
    for de, text in odd.items():
        data = text.encode("gb18030", "ignore").decode("gb18030")
        filled = data + " " * (sizes[de] - len(data.encode("gb18030")))
        if len(filled.encode("gb18030")) == sizes[de]:
            fitting[de] = filled
    try:
        heard(reply_with("balance", fitting), ASKS["balance"])
    except Misfit:
        return


def test_a_refusal_tells_no_secret() -> None:
    told = []
    for changed in ({41: "44010002"}, {62: b"ID018110101198003078"}, {2: "6229990100000012351"}):
        reply = reply_with("contribution-card", changed)
        try:
            heard(reply, ASKS["contribution-card"])
        except Misfit as why:
            told.append(f"{why!r}")
    assert told
    assert not [text for text in told if "1101" in text or "6229" in text]


def test_without_a_card_nothing_of_one_is_sent() -> None:
    message, _ = open_frame(frame("contribution-cash", 0), max_frame=2048)
    assert ASKS["contribution-cash"].entry is Entry.NONE
    assert message.text(22) == "012"
