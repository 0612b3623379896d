"""The kernel on a simulated card and a simulated issuer, through the session that drives them.

Card and issuer are written by other hands (`tests/hw_sim`): what agrees here agrees by the sheet.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from drivers.api import CardFailure, DeviceFault, Fault
from protocol.atr import Atr
from protocol.emv import events as emv
from protocol.emv.ca_keys import ca_key
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind
from protocol.emv.profile import Application, Profile, Transaction
from protocol.errors import OurMistake
from protocol.values import Fen
from terminal.chip import ChipSession, said
from terminal.core.effects import ChipWord, EndChip, GoOnWithChip
from tests.hw_sim.cards.authority import ca_keys
from tests.hw_sim.cards.deck import card_of, deal
from tests.hw_sim.people import make_people

PIN_IN = said(GoOnWithChip(ChipWord.PIN))


class Reader:
    """A reader that is only wire: the card's answers as they come."""

    def __init__(self, card: Any) -> None:
        self.card, self.powered, self.gone = card, False, False

    def power_on(self) -> Atr | CardFailure:
        self.card.reset()
        self.powered = True
        return Atr  # type: ignore[return-value]

    def exchange(self, apdu: bytes) -> bytes | CardFailure:
        if self.gone:
            raise DeviceFault(Fault.GONE)
        return self.card.transmit(apdu) or CardFailure.MUTE

    def power_off(self) -> None:
        self.powered = False


@pytest.fixture(scope="module")
def people() -> dict[str, Any]:
    return make_people(seed=1, count=12, townships=("101", "103"), own_bins=("622999",))


@pytest.fixture
def reader(people: dict[str, Any]) -> Reader:
    return Reader(card_of(people, next(iter(deal(people).values()))))


@pytest.fixture
def session(people: dict[str, Any]) -> ChipSession:
    keys = tuple(ca_key(key.record()) for key in ca_keys(str(people["seed"])))
    names = (Application(bytes.fromhex("A0000003330101")),)
    wanted = Transaction(
        1, Fen(30_000), date(2026, 11, 23), time(9, 30), bytes.fromhex("01020304"), "00000104"
    )
    return ChipSession(Kernel(Profile(names, "00000001", keys), wanted))


def test_a_card_asks_for_the_pin_then_signs(session: ChipSession, reader: Reader) -> None:
    asked = session.begin(reader)  # type: ignore[arg-type]
    assert isinstance(asked, emv.NeedOnlinePin)
    ready = session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    assert isinstance(ready, emv.GoOnline)
    assert ready.pan == asked.pan
    assert ready.record.tvr.wire.hex() == "0000048000"  # `emv.md` section 19: a healthy card
    assert reader.powered


def test_without_the_banks_answer_the_card_declines_and_is_let_go(
    session: ChipSession, reader: Reader
) -> None:
    session.begin(reader)  # type: ignore[arg-type]
    session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    ended = session.go_on(reader, said(EndChip(1)))  # type: ignore[arg-type]
    assert isinstance(ended, Outcome)
    assert ended.kind is not OutcomeKind.APPROVED
    assert not reader.powered


def test_an_approval_without_the_issuers_proof_is_for_the_card_to_judge_and_never_lost(
    session: ChipSession, reader: Reader
) -> None:
    """No 91: this card's issuer demands one, so it refuses, and the debit is undone."""
    session.begin(reader)  # type: ignore[arg-type]
    session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    ended = session.go_on(reader, said(EndChip(1, "00", bytes.fromhex("910A") + bytes(10))))  # type: ignore[arg-type]
    assert isinstance(ended, Outcome)
    assert (ended.kind is OutcomeKind.APPROVED) == (ended.reversal is None)


@pytest.mark.parametrize("after", ["pin", "request"])
def test_a_reader_that_loses_its_power_ends_it_by_the_kernels_rules(
    session: ChipSession, reader: Reader, after: str
) -> None:
    session.begin(reader)  # type: ignore[arg-type]
    if after == "pin":
        reader.gone = True
        ended = session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
        assert isinstance(ended, Outcome)
        assert ended.reversal is None
        return
    session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    reader.gone = True
    ended = session.go_on(reader, said(EndChip(1, "00")))  # type: ignore[arg-type]
    assert isinstance(ended, Outcome)
    assert ended.kind is OutcomeKind.REVERSE
    assert ended.reversal is not None


def test_a_card_without_an_answer_to_reset_is_told_as_it_is(
    session: ChipSession, reader: Reader
) -> None:
    reader.power_on = lambda: CardFailure.MUTE  # type: ignore[method-assign]
    assert session.begin(reader) is CardFailure.MUTE  # type: ignore[arg-type]


def test_a_reader_that_fails_after_the_end_changes_nothing(
    session: ChipSession, reader: Reader
) -> None:
    session.begin(reader)  # type: ignore[arg-type]
    session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    ended = session.go_on(reader, said(EndChip(1)))  # type: ignore[arg-type]
    assert session.without_reader() is ended


def test_a_script_of_the_issuer_that_is_no_command_never_reaches_the_card(
    session: ChipSession, reader: Reader
) -> None:
    """`emv.md` section 16: it ends that script, not the transaction."""

    def refuse(apdu: bytes) -> bytes:
        raise OurMistake("no short APDU")

    session.begin(reader)  # type: ignore[arg-type]
    session.go_on(reader, PIN_IN)  # type: ignore[arg-type]
    reader.exchange = refuse  # type: ignore[method-assign]
    ended = session.go_on(reader, said(EndChip(1)))  # type: ignore[arg-type]
    assert isinstance(ended, Outcome)
