"""A card in the slot, as the engine lives it: the card signs before, and has the last word after.

`emv.md` sections 2 and 18; `money-safety.md` I2: no cash on hope.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers.api import Cancelled, CardFailure, DeviceFault, Fault
from protocol.emv import events as emv
from protocol.emv.bits import CVM_NONE, TSI_CLEAR, TVR_CLEAR
from protocol.emv.outcome import ChipRecord, Outcome, OutcomeKind, Reversal
from protocol.values import Fen, Pan, Track2
from terminal.core import facts
from terminal.core.effects import ChipWord, EndChip, GoOnWithChip, LetCardGo, PrintSlip, ReadCard
from terminal.core.exchange import Ask, Doubt, Entry, NotSent, Unknown
from terminal.core.particulars import Told
from terminal.feed.views import Act, Page
from terminal.inputs import NOT_SENT_TX, ChipCame
from terminal.keys.api import Vault
from tests.engine.counter import WRONG_PIN, YES, Counter

PAN = Pan("6229990100000012343")
RECORD = ChipRecord(
    aid=bytes.fromhex("A000000333010101"),
    label="借记卡",
    pan=PAN,
    psn="01",
    cdol1_data=b"",
    atc=b"\x00\x1c",
    tvr=TVR_CLEAR,
    tsi=TSI_CLEAR,
    cvm=CVM_NONE,
    iad=b"",
    cryptogram=bytes(8),
    cid=0x80,
    amount_fen=Fen(30_000),
    other_fen=Fen(0),
    day="261123",
    clock="093000",
    script_results=b"",
)
ARQC = bytes.fromhex("9F26080102030405060708")
TIMEOUT_UNDO, REFUSED_UNDO = bytes.fromhex("95050000048000"), bytes.fromhex("9F36020001")
READY = emv.GoOnline(
    ARQC, Track2(f"{PAN.reveal()}=30122200000000000"), PAN, "01", "3012", RECORD, TIMEOUT_UNDO
)
BEFORE_SENDING = frozenset(OutcomeKind) - {
    *(OutcomeKind.APPROVED, OutcomeKind.DECLINED, OutcomeKind.REVERSE)
}
AGREES = Outcome(OutcomeKind.APPROVED, (), RECORD)
REFUSES = Outcome(OutcomeKind.REVERSE, ("aac",), RECORD, Reversal.CARD_REFUSED, REFUSED_UNDO)


@pytest.fixture
def business(tmp_path: Path, vault: Vault) -> Counter:
    counter = Counter(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    return counter


def insert(counter: Counter, yuan: int = 300) -> None:
    """Up to the PIN."""
    counter.press(Act.WITHDRAWAL)
    counter.press(Act.AMOUNT, str(yuan * 100))
    says(counter, emv.NeedOnlinePin(PAN, "01", Fen(yuan * 100)))


def says(counter: Counter, result: object, tx: int = NOT_SENT_TX) -> None:
    counter.engine.handle(ChipCame(tx, result))  # type: ignore[arg-type]


def send(counter: Counter) -> int:
    """Up to the request; its transaction."""
    insert(counter)
    counter.enter_pin()
    says(counter, READY)
    return counter.sent[-1].tx


def chip_of(ask: Ask) -> bytes:
    assert ask.particulars.chip is not None
    return ask.particulars.chip.data


def done(counter: Counter, kind: type) -> list[object]:
    return [effect for effect in counter.done if type(effect) is kind]


def test_the_chip_is_told_service_amount_and_trace_before_it_is_asked(business: Counter) -> None:
    insert(business)
    (asked,) = done(business, ReadCard)
    assert isinstance(asked, ReadCard)
    assert (asked.service.value, asked.amount_fen) == ("withdrawal", 30_000)
    assert business.page is Page.PIN


def test_nothing_leaves_before_the_card_has_signed(business: Counter) -> None:
    insert(business)
    before = len(business.sent)
    business.enter_pin()
    assert business.page is Page.CHIP
    assert done(business, GoOnWithChip) == [GoOnWithChip(ChipWord.PIN)]
    assert len(business.sent) == before
    says(business, READY)
    ask = business.sent[-1].ask
    assert (ask.entry, chip_of(ask)) == (Entry.CHIP, ARQC)
    assert ask.card is not None
    assert (ask.card.psn, ask.card.expiry) == ("01", "3012")
    assert ask.pin is not None


def test_the_request_on_record_has_all_that_its_reversal_needs(business: Counter) -> None:
    send(business)
    wanted = business.facts(facts.Requested)[-1]
    assert isinstance(wanted, facts.Requested)
    assert (wanted.chip, wanted.chip_undo) == (ARQC.hex(), TIMEOUT_UNDO.hex())
    assert (wanted.aid, wanted.label, wanted.psn) == ("a000000333010101", "借记卡", "01")


def test_an_approval_is_told_only_when_the_card_agrees(business: Counter) -> None:
    """I2: the bank's yes alone pays nothing out."""
    tx = send(business)
    business.bank(replace(YES, told=Told(chip=b"\x91\x02AB")))
    assert business.page is Page.CHIP
    assert done(business, EndChip) == [EndChip(tx, "00", b"\x91\x02AB")]
    assert not done(business, PrintSlip)
    says(business, AGREES, tx)
    assert business.page is Page.APPROVED
    assert len(done(business, PrintSlip)) == 2


def test_the_word_of_a_card_on_an_old_transaction_decides_nothing(business: Counter) -> None:
    """A balance inquiry's TC is no TC for the withdrawal after it."""
    tx = send(business)
    business.bank(YES)
    says(business, AGREES, tx - 1)
    assert business.page is Page.CHIP
    assert not done(business, PrintSlip)


@pytest.mark.parametrize(
    ("last", "reason", "undo"),
    [
        (REFUSES, "06", REFUSED_UNDO),
        (replace(REFUSES, reversal=Reversal.TERMINAL_FAULT), "96", REFUSED_UNDO),
        (DeviceFault(Fault.GONE), "96", TIMEOUT_UNDO),
    ],
    ids=["card refuses", "terminal fault", "reader gone"],
)
def test_an_approval_that_the_card_refuses_is_undone(
    business: Counter, last: object, reason: str, undo: bytes
) -> None:
    tx = send(business)
    business.bank(YES)
    says(business, last, tx)
    assert business.page is Page.UNKNOWN
    reversal = business.sent[-1].ask
    assert (reversal.reversal_reason, chip_of(reversal)) == (reason, undo)
    business.press(Act.CASH_HANDED)
    assert not business.facts(facts.CashHanded)


def test_a_power_cut_before_the_card_agreed_undoes_the_approval(business: Counter) -> None:
    send(business)
    business.bank(YES)
    business.power_cut()
    assert business.page is Page.LOCKED
    doubt = business.facts(facts.InDoubt)[-1]
    assert isinstance(doubt, facts.InDoubt)
    assert doubt.reason is Doubt.NO_ANSWER
    assert not business.facts(facts.Answered)


def test_two_syncs_lie_between_the_pin_and_the_cash_by_chip_too(business: Counter) -> None:
    """The bank's answer is durable with the card's word, before either is told."""
    insert(business)
    before = business.journal.syncs
    business.enter_pin()
    says(business, READY)
    business.bank(YES)
    says(business, AGREES, business.sent[-1].tx)
    assert business.page is Page.APPROVED
    assert business.journal.syncs - before == 2


@pytest.mark.parametrize(
    ("reply", "page"),
    [
        (WRONG_PIN, Page.DECLINED),
        (NotSent("refused"), Page.NOT_SENT),
        (Unknown(Doubt.NO_ANSWER, "silence"), Page.UNKNOWN),
    ],
)
def test_the_card_hears_every_end_and_its_word_changes_none(
    business: Counter, reply: object, page: Page
) -> None:
    tx = send(business)
    business.bank(reply)  # type: ignore[arg-type]
    assert business.page is page
    assert len(done(business, EndChip)) == 1
    says(business, REFUSES, tx)
    assert business.page is page


def test_results_of_issuer_scripts_are_kept_whatever_the_bank_said(business: Counter) -> None:
    tx = send(business)
    business.bank(WRONG_PIN)
    says(business, replace(REFUSES, script_upload=b"\xdf\x31\x05\x20\0\0\0\0"), tx)
    (ended,) = business.facts(facts.ChipEnded)
    assert isinstance(ended, facts.ChipEnded)
    assert ended.scripts == "df31052000000000"


def test_several_applications_are_for_the_villager_to_choose(business: Counter) -> None:
    business.press(Act.BALANCE)
    two = (emv.Candidate(b"1", "借记卡"), emv.Candidate(b"2", "贷记卡"))
    says(business, emv.ChooseApp(two))
    assert business.page is Page.APPLICATION
    assert business.view.deal is not None
    assert business.view.deal.apps == ("借记卡", "贷记卡")
    business.press(Act.APPLICATION, "3")
    assert business.page is Page.APPLICATION
    business.press(Act.APPLICATION, "2")
    assert done(business, GoOnWithChip) == [GoOnWithChip(1)]


def test_a_card_that_failed_may_come_again_twice(business: Counter) -> None:
    business.press(Act.BALANCE)
    for _ in range(2):
        says(business, CardFailure.MUTE)
        assert business.page is Page.CARD
    says(business, CardFailure.MUTE)
    assert business.page is Page.STOPPED
    assert len(done(business, ReadCard)) == 3


@pytest.mark.parametrize(
    "kind", [kind for kind in OutcomeKind if kind.name in ("CARD_BLOCKED", "DECLINED_OFFLINE")]
)
def test_a_card_that_ends_it_before_anything_was_sent_costs_nothing(
    business: Counter, kind: OutcomeKind
) -> None:
    insert(business)
    before = len(business.sent)
    business.enter_pin()
    says(business, Outcome(kind, ("x",), RECORD))
    assert business.page is Page.STOPPED
    assert len(business.sent) == before


@pytest.mark.parametrize(
    "said",
    [
        *CardFailure,
        *(Outcome(kind, ("x",), RECORD) for kind in OutcomeKind if kind in BEFORE_SENDING),
        DeviceFault(Fault.GONE),
    ],
    ids=str,
)
def test_whatever_ends_the_signing_ends_the_service_and_nothing_was_sent(
    business: Counter, said: object
) -> None:
    """Else the keys stay locked for ever: no page but this one waits for the chip alone."""
    insert(business)
    business.enter_pin()
    before = len(business.sent)
    says(business, said)
    assert business.page is Page.STOPPED
    assert len(business.sent) == before
    assert done(business, LetCardGo)


def test_a_cancel_at_the_pin_lets_the_card_go(business: Counter) -> None:
    insert(business)
    business.press(Act.CANCEL)
    business.enter_pin(Cancelled())
    assert business.page is Page.HOME
    assert done(business, LetCardGo)
