"""Authentication × cardholder verification × bank × fault: what each comes to (section 18).

The expectation is worked out here from the sheet's tables, not from the kernel.
"""

from __future__ import annotations

from itertools import product

import pytest

from protocol.emv.bits import Tsi, Tvr
from protocol.emv.events import (
    Cancelled,
    CardGone,
    HostResult,
    HostUnreachable,
    Input,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import OutcomeKind, Reversal
from protocol.values import Fen
from tests.protocol.emv.card import AIP_OF, Card, tlv
from tests.protocol.emv.played import Played, play, profile, transaction

ARPC = bytes.fromhex("910A23AF071AE0AD37203030")
SCRIPT = tlv("9F18", "00000001") + tlv("86", "8418000004A1A2A3A4")
METHODS = tuple(AIP_OF)
CVMS = {
    "PIN": "000000000000000042031F00",
    "signature": "00000000000000001E031F00",
    "none": "0000000000000000",
}
HOSTS: dict[str, Input] = {
    "approves": HostResult("00", ARPC),
    "approves with scripts": HostResult("00", ARPC + tlv("71", SCRIPT) + tlv("72", SCRIPT)),
    "approves without 91": HostResult("00"),
    "declines": HostResult("51", ARPC),
    "declines with script": HostResult("51", tlv("72", SCRIPT)),
    "unreadable": HostResult("00", b"\x91\x20\x00"),
    "declines unreadably": HostResult("51", b"\x91\x20\x00"),
    "silent": HostUnreachable(),
    "bad MAC": HostUnreachable(Reversal.BAD_MAC),
    "not sent": HostUnreachable(None),
    "card pulled meanwhile": CardGone(),
}
FAULTS = {
    "none": {},
    "first AAC": {"first": "AAC"},
    "first TC": {"first": "TC"},
    "first AAR": {"first": "AAR"},
    "first 6985": {"first": "6985"},
    "gone at first": {"first": "gone"},
    "second AAC": {"second": "AAC"},
    "second ARQC": {"second": "ARQC"},
    "second 6985": {"second": "6985"},
    "gone at second": {"second": "gone"},
    "gone at external": {"external": "gone"},
    "ARPC refused": {"external": "6300"},
    "script refused": {"script": "6985"},
    "gone at script": {"script": "gone"},
    "wrong signature": {"fault": "signature"},
    "expired": {"fault": "expired"},
    "blocked": {"fault": "blocked"},
    "no certificate": {"fault": "no certificate"},
}
BEFORE_THE_REQUEST = {
    "first AAC": OutcomeKind.DECLINED_OFFLINE,
    "first TC": OutcomeKind.DECLINED_OFFLINE,
    "first AAR": OutcomeKind.DECLINED_OFFLINE,
    "first 6985": OutcomeKind.CARD_ERROR,
    "gone at first": OutcomeKind.CARD_ERROR,
    "blocked": OutcomeKind.CARD_BLOCKED,
}
APPROVING = {"approves", "approves with scripts", "approves without 91"}
UNKNOWN = {
    "silent": Reversal.NO_ANSWER,
    "bad MAC": Reversal.BAD_MAC,
    "unreadable": Reversal.CARD_REFUSED,
    "card pulled meanwhile": Reversal.NO_ANSWER,
}


def expected(method: str, host: str, fault: str) -> tuple[OutcomeKind, Reversal | None]:
    if fault in BEFORE_THE_REQUEST:
        return BEFORE_THE_REQUEST[fault], None
    if fault == "wrong signature" and method == "CDA":
        return OutcomeKind.DECLINED_OFFLINE, None
    if host in UNKNOWN:
        return OutcomeKind.REVERSE, UNKNOWN[host]
    if host not in APPROVING:
        return OutcomeKind.DECLINED, None
    lost = fault in ("second AAC", "second ARQC", "second 6985", "gone at second")
    lost |= fault == "gone at external" and host != "approves without 91"
    lost |= fault == "gone at script" and host == "approves with scripts"  # template 71
    return (OutcomeKind.REVERSE, Reversal.CARD_REFUSED) if lost else (OutcomeKind.APPROVED, None)


def run(card: Card, host: Input = HOSTS["approves"], **changes: object) -> Played:
    return play(Kernel(profile(), transaction(**changes)), card, host=host)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_case_ends_as_section_18_says(method: str, fault: str) -> None:
    for cvm, host in product(CVMS, HOSTS):
        outcome = run(Card(method=method, cvm=CVMS[cvm], **FAULTS[fault]), HOSTS[host]).outcome
        got = (outcome.kind, outcome.reversal)
        assert got == expected(method, host, fault), f"{method} {cvm} {host} {fault}"
        assert bool(outcome.reversal_de55) == (outcome.reversal is not None)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_balance_is_never_reversed(fault: str) -> None:
    for method, host in product(METHODS, HOSTS):
        outcome = run(
            Card(method=method, **FAULTS[fault]), HOSTS[host], type=0x31, amount_fen=Fen(0)
        ).outcome
        kind, _ = expected(method, host, fault)
        declined = OutcomeKind.DECLINED if kind is OutcomeKind.REVERSE else kind
        assert (outcome.kind, outcome.reversal) == (declined, None)
        assert outcome.reversal_de55 == b""


@pytest.mark.parametrize("method", METHODS)
def test_a_card_pulled_at_any_command_is_never_approved_before_its_tc(method: str) -> None:
    whole = Card(method=method)
    assert run(whole).outcome.kind is OutcomeKind.APPROVED
    first = next(n for n, c in enumerate(whole.commands, 1) if c[1] == 0xAE)
    for at in range(1, len(whole.commands) + 1):
        for gone in (CardGone(), Cancelled()):
            outcome = run(Card(method=method, fails_at={at: gone})).outcome
            if at > first:
                assert outcome.reversal is Reversal.CARD_REFUSED
                assert outcome.kind is OutcomeKind.REVERSE
                continue
            assert outcome.reversal is None
            if gone == Cancelled():
                assert outcome.kind is OutcomeKind.CANCELLED
            else:
                mute = OutcomeKind.CARD_MUTE if at < first else OutcomeKind.CARD_ERROR
                assert outcome.kind is mute


@pytest.mark.parametrize("method", METHODS)
def test_each_method_leaves_its_bits(method: str) -> None:
    bits = {"none": Tvr.ODA_NOT_PERFORMED, "SDA": Tvr.SDA_SELECTED}
    usual = Tvr.ONLINE_PIN_ENTERED | Tvr.FLOOR_LIMIT_EXCEEDED
    outcome = run(Card(method=method)).outcome
    assert outcome.data.tvr == bits.get(method, Tvr(0)) | usual
    assert (Tsi.ODA_PERFORMED in outcome.data.tsi) is (method != "none")


@pytest.mark.parametrize("method", ["SDA", "DDA", "CDA"])
@pytest.mark.parametrize("fault", ["signature", "no certificate"])
def test_what_does_not_verify_is_told_to_the_bank(method: str, fault: str) -> None:
    failed = {"SDA": Tvr.SDA_FAILED, "DDA": Tvr.DDA_FAILED, "CDA": Tvr.CDA_FAILED}[method]
    played = run(Card(method=method, fault=fault))
    assert failed in played.outcome.data.tvr
    assert (Tvr.ICC_DATA_MISSING in played.outcome.data.tvr) == (fault == "no certificate")
    if (method, fault) == ("CDA", "signature"):
        assert played.online is None  # section 9: not even asked for
        assert played.commands[-1][:4].hex() == "80ae0000"
        assert played.commands[-1][5:7] == b"Z1"
    else:
        assert played.online is not None
        assert failed in played.online.record.tvr


@pytest.mark.parametrize("how", ["second signature", "unsigned"])
def test_a_tc_whose_signature_fails_gives_no_cash(how: str) -> None:
    card = Card(method="CDA")
    if how == "unsigned":
        card.second = how
    else:
        card.fault = how
    outcome = run(card).outcome
    assert (outcome.kind, outcome.reversal) == (OutcomeKind.REVERSE, Reversal.CARD_REFUSED)
    assert Tvr.CDA_FAILED in outcome.data.tvr


def test_a_first_answer_without_the_signature_asked_for_is_not_sent() -> None:
    played = run(Card(method="CDA", first="unsigned"))
    assert played.online is None
    assert played.outcome.kind is OutcomeKind.DECLINED_OFFLINE


def test_keys_that_fail_mean_cda_is_not_asked_for() -> None:
    card = Card(method="CDA", fault="no certificate")
    run(card)
    assert [c[2] for c in card.commands if c[1] == 0xAE] == [0x80, 0x40]
