"""The card's list of methods, walked (`emv.md` section 11)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv import cvm
from protocol.emv.bits import (
    Aip,
    Capability,
    CvmMethod,
    CvmResult,
    CvmResults,
    Tvr,
)
from protocol.emv.events import Input, PinBypassed, PinCaptured, PinPadFault
from protocol.emv.session import Session
from protocol.errors import PeerMistake
from protocol.values import Fen
from tests.protocol.emv.begun import card_data, session
from tests.protocol.emv.played import profile, transaction
from tests.vectors import rows_of

Case = dict[str, Any]
CVM_CASES = rows_of("emv/cvm_list.json", "cases")
PIN_EVENTS: dict[str | None, Input | None] = {
    "captured": PinCaptured(),
    "bypassed": PinBypassed(),
    "pinpad_broken": PinPadFault(),
    None: None,
}


def verified(case: Case) -> Session:
    records = {"9F42": "0156"} | ({"8E": case["8E"]} if case["8E"] else {})
    s = session(
        records=card_data(records),
        aip=Aip(int(case.get("aip", "7C00"), 16)),
        txn=transaction(type=int(case["9C"], 16), amount_fen=Fen(int(case.get("amount", "50000")))),
    )
    steps = cvm.verify_cardholder(s)
    try:
        next(steps)
        given = PIN_EVENTS[case["pin_event"]]
        assert given is not None, "the PIN was asked for"
        steps.send(given)
    except StopIteration:
        return s
    raise AssertionError("asked twice")


@pytest.mark.parametrize(
    "case", [c for c in CVM_CASES if "expect" in c], ids=lambda c: f"{c['8E']}-{c['9C']}"
)
def test_the_card_s_list_is_walked_as_the_vectors_say(case: Case) -> None:
    s, expected = verified(case), case["expect"]
    assert s.cvm.wire.hex().upper() == expected["9F34"]
    assert s.tvr.wire.hex().upper() == expected["95"]
    assert s.tsi.wire.hex().upper() == expected["9B"]


@pytest.mark.parametrize("case", [c for c in CVM_CASES if "error" in c])
def test_a_short_or_odd_list_is_a_card_error(case: Case) -> None:
    with pytest.raises(PeerMistake):
        verified(case)


X, Y = 20_000, 50_000  # fen


@pytest.mark.parametrize(
    ("condition", "changes", "holds"),
    [
        (0x00, {}, True),
        (0x01, {}, False),
        (0x01, {"unattended": True}, True),
        (0x01, {"unattended": True, "type": 0x00}, False),
        (0x02, {}, False),
        (0x02, {"type": 0x00}, True),
        (0x02, {"type": 0x09}, False),
        (0x03, {}, True),
        (0x03, {"capabilities": Capability(0x6000C8)}, False),
        (0x04, {}, True),
        (0x04, {"unattended": True}, False),
        (0x04, {"type": 0x00}, False),
        (0x05, {}, False),
        (0x05, {"type": 0x09}, True),
        (0x06, {"amount_fen": X - 1}, True),
        (0x06, {"amount_fen": X}, False),
        (0x06, {"amount_fen": X - 1, "currency_is_the_cards": False}, False),
        (0x06, {"amount_fen": X - 1, "currency_is_the_cards": None}, False),
        (0x07, {"amount_fen": X + 1}, True),
        (0x07, {"amount_fen": X}, False),
        (0x08, {"amount_fen": Y - 1}, True),
        (0x08, {"amount_fen": Y}, False),
        (0x09, {"amount_fen": Y + 1}, True),
        (0x09, {"amount_fen": Y}, False),
        (0x0A, {}, False),
        (0xFF, {}, False),
    ],
)
def test_each_condition_holds_when_the_chapter_says(
    condition: int, changes: Case, holds: bool
) -> None:
    usual: Case = {
        "type": 0x01,
        "unattended": False,
        "amount_fen": 30_000,
        "currency_is_the_cards": True,
        "capabilities": Capability(0x6040C8),
    }
    rule = cvm.Rule(0x02, condition)
    listed = cvm.CvmList(X, Y, (rule,))
    assert cvm.applies(rule, listed, cvm.Case(**{**usual, **changes})) is holds


@pytest.mark.parametrize(
    ("rules", "capabilities", "stands", "tvr"),
    [
        # Signature and "no CVM" count when 9F33 names them; the offline PIN never does.
        ("1E03", 0x6060C8, "1E0300", 0),
        ("1F00", 0x6048C8, "1F0002", 0),
        ("2000", 0x6041C8, "200000", 0),
        ("0103", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL),
        ("0100", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0300", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0400", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0500", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("0200", 0x6000C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.PIN_PAD_NOT_WORKING),
        ("1E00", 0x6040C8, "3F0001", Tvr.CVM_UNSUCCESSFUL),
        ("3F00", 0x60F8C8, "3F0001", Tvr.CVM_UNSUCCESSFUL | Tvr.CVM_UNRECOGNISED),
        # "Fail" needs nothing of the terminal, and stops although its bit says: try the next.
        ("40001F00", 0x6048C8, "400001", Tvr.CVM_UNSUCCESSFUL),
        ("0000", 0x000000, "000001", Tvr.CVM_UNSUCCESSFUL),
    ],
)
def test_a_method_counts_only_if_this_terminal_performs_it(
    rules: str, capabilities: int, stands: str, tvr: Tvr
) -> None:
    s = session(
        records=card_data({"8E": "00" * 8 + rules}),
        aip=Aip.CARDHOLDER_VERIFICATION,
        profile=profile(capabilities=Capability(capabilities)),
    )
    assert list(cvm.verify_cardholder(s)) == []
    assert s.cvm.wire.hex().upper() == stands
    assert s.tvr == tvr


def test_the_pin_is_asked_for_once_however_many_rules_want_it() -> None:
    case = {"8E": "00" * 8 + "42034200", "9C": "01", "pin_event": "bypassed"}
    s = verified(case)
    assert s.cvm == CvmResults(0x42, 0x00, CvmResult.FAILED)
    assert s.cvm.method is CvmMethod.ONLINE_PIN
    assert s.tvr == Tvr.PIN_NOT_ENTERED | Tvr.CVM_UNSUCCESSFUL


def test_amounts_of_a_list_are_four_bytes_each() -> None:
    listed = cvm.parse_list(bytes.fromhex("0102030405060708" + "4203"))
    assert (listed.x_fen, listed.y_fen) == (0x01020304, 0x05060708)
    assert listed.rules == (cvm.Rule(0x42, 0x03),)


def test_a_rule_without_the_bit_to_try_the_next_is_the_last() -> None:
    s = session(records=card_data({"8E": "00" * 8 + "1E004203"}), aip=Aip.CARDHOLDER_VERIFICATION)
    assert list(cvm.verify_cardholder(s)) == []
    assert (s.cvm.wire.hex(), s.tvr) == ("3f0001", Tvr.CVM_UNSUCCESSFUL)
