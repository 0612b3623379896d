"""How the kernel is used, and what it never shows (`emv.md` sections 2 and 21)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv.commands import PSE
from protocol.emv.events import (
    Apdu,
    CardGone,
    Chosen,
    GoOnline,
    Input,
    NeedOnlinePin,
    PinCaptured,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome
from protocol.emv.profile import Application
from protocol.errors import OurMistake
from protocol.values import Fen, Pan
from tests.protocol.emv.card import NAME, PAN, Card
from tests.protocol.emv.played import Played, play, profile, transaction
from tests.protocol.emv.test_selection import CASES, CREDIT, DEBIT, kernel, until_question


def test_an_answer_to_what_was_not_asked_is_our_mistake_and_changes_nothing() -> None:
    k = kernel()
    with pytest.raises(OurMistake):
        k.step(CardGone())
    first = k.step()
    wrong: list[Input | None] = [None, PinCaptured(), Chosen(0)]
    for given in wrong:
        with pytest.raises(OurMistake):
            k.step(given)
    assert isinstance(first, Apdu)
    assert first.command[5:-1] == PSE
    assert isinstance(k.step(Rapdu(b"\x6a\x82")), Apdu)


def test_a_choice_outside_the_list_is_our_mistake() -> None:
    case = CASES["two apps ordered by 87"]
    k = kernel()
    until_question(k, [tuple(pair) for pair in case["io"]])
    for index in (-1, 2):
        with pytest.raises(OurMistake):
            k.step(Chosen(index))


@pytest.mark.parametrize(("index", "name"), [(0, DEBIT), (1, CREDIT)])
def test_the_chosen_application_is_selected(index: int, name: str) -> None:
    k = kernel()
    until_question(k, [tuple(pair) for pair in CASES["two apps ordered by 87"]["io"]])
    event = k.step(Chosen(index))
    assert isinstance(event, Apdu)
    assert event.command.hex().upper() == f"00A4040008{name}00"


def test_a_kernel_is_used_once() -> None:
    k = kernel()
    k.step()
    assert isinstance(k.step(CardGone()), Outcome)
    for given in (None, CardGone(), Rapdu(b"\x90\x00")):
        with pytest.raises(OurMistake):
            k.step(given)


def test_a_card_on_the_exception_file_is_told_to_the_bank() -> None:
    hot = frozenset({Pan(PAN.rstrip("F"))})
    played = play(Kernel(profile(exception_file=hot), transaction()), Card())
    assert played.online is not None
    assert played.online.record.tvr.wire.hex() == "1000048000"


@pytest.mark.parametrize(("floor", "over"), [(0, True), (50_000, True), (50_001, False)])
def test_the_floor_limit_is_exceeded_when_it_is_reached(floor: int, over: bool) -> None:
    row = Application(bytes.fromhex(NAME), floor_limit_fen=Fen(floor))
    played = play(Kernel(profile(applications=(row,)), transaction()), Card())
    assert played.online is not None
    assert (played.online.record.tvr.wire.hex() == "0000048000") is over


@pytest.mark.parametrize(
    "changes",
    [{"unpredictable": b"123"}, {"amount_fen": -1}, {"amount_fen": 10**12}, {"other_fen": -1},
     {"sequence": "1234567"}, {"sequence": "1234567x"}],
)  # fmt: skip
def test_a_transaction_that_does_not_fit_the_wire_is_our_mistake(changes: dict[str, Any]) -> None:
    with pytest.raises(OurMistake):
        transaction(**changes)


@pytest.mark.parametrize(
    "changes", [{"ifd_serial": "1"}, {"ifd_serial": "一二三四五六七八"}, {"country": b"\1"},
                {"currency": b"\1"}, {"additional": b"\1"}],
)  # fmt: skip
def test_a_terminal_that_does_not_fit_the_wire_is_our_mistake(changes: dict[str, Any]) -> None:
    with pytest.raises(OurMistake):
        profile(**changes)


def test_nothing_secret_shows() -> None:
    played: Played = play(Kernel(profile(), transaction()), Card())
    assert isinstance(played.events[0], NeedOnlinePin)
    assert isinstance(played.events[1], GoOnline)
    pan = PAN.rstrip("F")
    rapdu = Rapdu(Card().records()[(2, 1)])
    said = repr((played.events, Apdu(played.commands[-1]), rapdu, played.events[1].track2))
    for secret in (pan, pan[6:-4], "=3012", "D3012", played.commands[-1][5:].hex()):
        assert secret.lower() not in said.lower()
    assert "622848*********0010" in said
