"""The county's exchanges byte for byte, and what makes a reply not the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank.codec import Value, pack
from protocol.bank.frame import open_frame, wrap
from protocol.values import IdNumber
from terminal.bank import dialect
from terminal.bank.dialect import Misfit
from terminal.bank.profile import Code
from terminal.core.exchange import Answer, Ask, Doubt, Entry, Service, Verdict
from tests.terminal_bank.asks import (
    ANSWERS,
    ASKS,
    LATER,
    PROFILE,
    SCHEME,
    county,
    day_mac,
    frame,
)

MONEY = "withdrawal"


def heard(reply: bytes, ask: Ask) -> Answer:
    return dialect.answer(reply, ask, PROFILE, day_mac)


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


def test_every_worked_exchange_is_either_a_test_or_named_as_later() -> None:
    assert ASKS.keys() | LATER == county().keys()
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
    assert dialect.answer(bare, ASKS[MONEY], lenient, day_mac).code == code


def test_an_unknown_code_is_a_decline_that_shows_the_code() -> None:
    declined = heard(reply_with(MONEY, {39: "ZZ"}), ASKS[MONEY])
    assert (declined.verdict, declined.code, declined.text) == (
        Verdict.DECLINED,
        "ZZ",
        "交易失败",
    )


def test_a_banks_own_code_goes_before_the_base_table() -> None:
    own = msgspec.structs.replace(PROFILE, codes={"51": Code("余额不足，请与信用社联系", "wait")})
    told = dialect.answer(reply_with(MONEY, {39: "51"}), ASKS[MONEY], own, day_mac)
    assert (told.text, told.verdict) == ("余额不足，请与信用社联系", Verdict.WAIT)


@pytest.mark.parametrize(
    ("blocks", "fen"),
    [
        ("1002156C000000123450", 123_450),
        ("1002156D000000000100", -100),  # an overdraft
        ("1001156C0000000000011002156C000000000002", 2),  # ledger, then available
        ("1001156C000000000001", None),
    ],
)
def test_the_balance_is_the_available_one(blocks: str, fen: int | None) -> None:
    reply = reply_with("balance", {54: blocks})
    assert heard(reply, ASKS["balance"]).balance_fen == fen


def test_a_declined_balance_tells_none() -> None:
    reply = reply_with("balance", {39: "51"})
    assert heard(reply, ASKS["balance"]).balance_fen is None


@pytest.mark.parametrize(
    "elements",
    [
        "ID0181101011980030787",
        "NM006王秀英ST001ATW003103",  # no ID
        "ID01811010119800307873XNM006王秀英ST001ATW003103PD0042023",
        "ID01811010119800307873XNM006王秀英ST001ATW003103BL003abc",
        "ID01811010119800307873XNM006王秀英ST001ATW003103HN003a,b",
    ],
)
def test_an_odd_participant_makes_the_query_unknown(elements: str) -> None:
    reply = reply_with("contribution-query", {62: elements.encode("gb18030")})
    with pytest.raises(Misfit):
        heard(reply, ASKS["contribution-query"])


def test_household_members_are_read() -> None:
    told = "ID01811010119800307873XNM006王秀英ST001ATW003103HN027110101195506120043,李四,R"
    told = told.replace("HN027", f"HN{len('110101195506120043,李四,R'.encode('gb18030')):03d}")
    reply = reply_with("contribution-query", {62: told.encode("gb18030")})
    found = heard(reply, ASKS["contribution-query"]).participant
    assert found is not None
    ((number, name, status),) = found.household
    assert number == IdNumber("110101195506120043")
    assert (name.reveal(), status) == ("李四", "R")


def test_a_sign_in_with_keys_of_another_length_is_unknown() -> None:
    reply = reply_with("sign-in", {62: bytes(39)}, signed=False)
    with pytest.raises(Misfit):
        heard(reply, ASKS["sign-in"])


def test_a_sign_in_answered_for_other_management_is_unknown() -> None:
    """60.1 and 60.3 are as asked; only the batch is the bank's to say."""
    reply = reply_with("sign-in", {60: "00000012002"}, signed=False)
    with pytest.raises(Misfit):
        heard(reply, ASKS["sign-in"])


@given(st.data())
def test_a_damaged_reply_is_unknown_and_never_an_accident(data: st.DataObject) -> None:
    """One byte from the MTI on (LEN, TPDU and header are outside the MAC); sign-in has no MAC."""
    case = data.draw(st.sampled_from(sorted(ASKS.keys() - {"sign-in", "not-signed-in"})))
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
