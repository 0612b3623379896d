"""Reversals, scripts and PINs around the bank's answer (`emv.md` sections 11 and 16 to 18)."""

from __future__ import annotations

import pytest

from protocol.emv.bits import CryptogramType, Tvr
from protocol.emv.events import (
    Cancelled,
    CardGone,
    GoOnline,
    HostResult,
    Input,
    PinBypassed,
    PinCaptured,
    PinPadFault,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind
from tests.protocol.emv.card import Card, tlv
from tests.protocol.emv.played import play, profile, transaction
from tests.protocol.emv.test_matrix import ARPC, CVMS, HOSTS, SCRIPT, run


def tags(field_55: bytes) -> list[str]:
    """The tags of a field 55, read by hand."""
    found, at = [], 0
    while at < len(field_55):
        size = 2 if field_55[at] & 0x1F == 0x1F else 1
        found.append(field_55[at : at + size].hex().upper())
        at += size + 1 + field_55[at + size]
    return found


@pytest.mark.parametrize(
    ("card", "host", "told"),
    [
        ({"second": "AAC"}, "approves", "95 9F1E 9F10 9F36"),
        ({"second": "AAC"}, "approves with scripts", "95 9F1E 9F10 9F36 DF31"),
        ({"second": "gone"}, "approves", "95 9F1E"),
        ({"second": "6985"}, "approves with scripts", "95 9F1E DF31"),
        ({"script": "gone"}, "approves with scripts", "95 9F1E DF31"),
        ({}, "silent", "95 9F10 9F1E"),
        ({}, "bad MAC", "95 9F10 9F1E"),
    ],
)
def test_a_reversal_says_what_its_reason_asks_for(
    card: dict[str, str], host: str, told: str
) -> None:
    assert tags(run(Card(**card), HOSTS[host]).outcome.reversal_de55) == told.split()  # type: ignore[arg-type]


def test_before_anything_leaves_the_journal_has_what_a_reversal_needs() -> None:
    online = run(Card()).online
    assert isinstance(online, GoOnline)
    assert tags(online.reversal_de55) == ["95", "9F10", "9F1E"]
    assert online.record.cryptogram_type is CryptogramType.ARQC
    assert online.record.cid == 0x80
    assert (online.record.aid.hex().upper(), online.record.label) == ("A000000333010101", "DEBIT")
    assert (online.record.psn, online.expiry, online.record.atc.hex()) == ("01", "3012", "001e")


@pytest.mark.parametrize(
    ("script", "results", "bits"),
    [
        ("9000", "20000000012000000001", Tvr(0)),
        ("6283", "20000000012000000001", Tvr(0)),
        ("63C1", "20000000012000000001", Tvr(0)),
        (
            "6985",
            "11000000011100000001",
            Tvr.SCRIPT_FAILED_BEFORE_FINAL_AC | Tvr.SCRIPT_FAILED_AFTER_FINAL_AC,
        ),
    ],
)
def test_scripts_are_told_command_by_command(script: str, results: str, bits: Tvr) -> None:
    card = Card(script=script)
    outcome = run(card, HOSTS["approves with scripts"]).outcome
    assert outcome.kind is OutcomeKind.APPROVED
    assert outcome.data.script_results.hex() == results
    scripts = Tvr.SCRIPT_FAILED_BEFORE_FINAL_AC | Tvr.SCRIPT_FAILED_AFTER_FINAL_AC
    assert outcome.data.tvr & scripts == bits
    assert "DF31" in tags(outcome.script_upload)
    order = [c[1] for c in card.commands[-5:]]
    assert order == [0xAE, 0x82, 0x18, 0xAE, 0x18]


def test_a_card_pulled_during_the_last_script_stays_approved() -> None:
    host = HostResult("00", ARPC + tlv("72", SCRIPT))
    outcome = run(Card(script="gone"), host).outcome
    assert outcome.kind is OutcomeKind.APPROVED
    assert outcome.data.script_results.hex() == "1100000001"


def numbered(count: int) -> bytes:
    return b"".join(tlv("86", f"84180000{n:02X}") for n in range(count))


@pytest.mark.parametrize(
    ("template", "fails_from", "result"),
    [
        (numbered(3), 3, "1300000000"),
        (numbered(16), 15, "1F00000000"),
        (numbered(20), 17, "1F00000000"),
        (numbered(32), 99, "2000000000"),
        (numbered(33), 99, "0000000000"),
        (b"", 99, "0000000000"),
        (b"\x86\x7f", 99, "0000000000"),
        (tlv("86", "841800"), 99, "0000000000"),
        (tlv("9F18", "0000AA") + numbered(1), 99, "2000000000"),
    ],
)
def test_a_script_result_names_the_command_that_failed(
    template: bytes, fails_from: int, result: str
) -> None:
    class Counting(Card):
        ran = 0

        def answer(self, command: bytes) -> bytes | None:
            if command[1] != 0x18:
                return super().answer(command)
            self.ran += 1
            return bytes.fromhex("6985" if self.ran >= fails_from else "9000")

    size = len(template).to_bytes(2, "big")
    outcome = run(Counting(), HostResult("00", b"\x72\x82" + size + template)).outcome
    assert outcome.data.script_results.hex().upper() == result
    assert outcome.kind is OutcomeKind.APPROVED
    failed = Tvr.SCRIPT_FAILED_AFTER_FINAL_AC in outcome.data.tvr
    assert failed == (not result.startswith("20"))


def test_all_scripts_together_are_bounded() -> None:
    card = Card()
    field_55 = tlv("71", numbered(14)) + tlv("71", numbered(14)) + tlv("72", numbered(5))
    outcome = run(card, HostResult("00", field_55)).outcome
    assert outcome.data.script_results[::5].hex() == "202000"
    assert sum(c[1] == 0x18 for c in card.commands) == 28


@pytest.mark.parametrize(
    ("pin", "kind", "reason"),
    [
        (PinCaptured(), OutcomeKind.APPROVED, "card TC"),
        (PinBypassed(), OutcomeKind.CANCELLED, "no PIN"),
        (PinPadFault(), OutcomeKind.CANCELLED, "no PIN"),
        (Cancelled(), OutcomeKind.CANCELLED, "cancelled"),
        (CardGone(), OutcomeKind.CARD_MUTE, "card gone"),
    ],
)
@pytest.mark.parametrize("cvm", CVMS)
def test_no_request_leaves_without_a_pin(
    cvm: str, pin: Input, kind: OutcomeKind, reason: str
) -> None:
    played = play(
        Kernel(profile(), transaction()), Card(cvm=CVMS[cvm]), pin=pin, host=HOSTS["approves"]
    )
    assert (played.outcome.kind, played.outcome.reasons) == (kind, (reason,))
    assert (played.online is None) == (kind is not OutcomeKind.APPROVED)


@pytest.mark.parametrize("pin", [PinBypassed(), PinPadFault()])
def test_without_the_bank_s_rule_the_card_and_the_issuer_judge_a_missing_pin(pin: Input) -> None:
    kernel = Kernel(profile(pin_always=False), transaction())
    played = play(kernel, Card(), pin=pin, host=HOSTS["declines"])
    assert played.online is not None
    bit = Tvr.PIN_NOT_ENTERED if pin == PinBypassed() else Tvr.PIN_PAD_NOT_WORKING
    assert bit | Tvr.CVM_UNSUCCESSFUL in played.online.record.tvr


@pytest.mark.parametrize("denied", [True, False])
def test_denial_codes_ask_for_an_aac_and_nothing_is_sent(denied: bool) -> None:
    codes = "0080000000" if denied else "0040000000"  # versions differ: they do; expired: it is not
    card = Card(extra=tlv("9F0E", codes) + tlv("9F08", "0020"))
    played = run(card)
    assert (played.outcome.kind is OutcomeKind.DECLINED_OFFLINE) is denied
    assert (played.online is None) is denied
    assert next(c[2] for c in card.commands if c[1] == 0xAE) == (0x00 if denied else 0x80)


def test_an_answer_to_a_refusal_that_is_no_refusal_is_a_decline() -> None:
    card = Card(first="ARQC", extra=tlv("9F0E", "0000FFFFFF"))
    outcome: Outcome = run(card).outcome
    assert outcome.kind is OutcomeKind.DECLINED_OFFLINE
    assert outcome.reasons == ("ARQC instead of AAC",)


def test_a_card_that_declines_is_told_apart_from_one_that_errs() -> None:
    assert run(Card(first="AAC")).outcome.reasons == ("AAC",)
    assert run(Card(first="TC")).outcome.reasons == ("TC instead of ARQC",)


@pytest.mark.parametrize(("size", "sent"), [(3, False), (4, True), (261, True), (262, False)])
def test_a_script_command_is_a_command(size: int, sent: bool) -> None:
    command = b"\x84\x18" + bytes(size - 2)
    template = b"\x86\x82" + size.to_bytes(2, "big") + command
    card = Card()
    run(card, HostResult("00", b"\x72\x82" + len(template).to_bytes(2, "big") + template))
    assert (command in card.commands) is sent
