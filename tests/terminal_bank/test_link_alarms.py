"""What an exchange tells beside its end: a used number, elements nobody knows."""

from __future__ import annotations

import logging

import pytest

from terminal.bank.link import BankLink
from terminal.bank.posts import SEQUENCE_USED
from terminal.core.exchange import Answer, Doubt, Unknown
from tests.terminal_bank.asks import ASKS
from tests.terminal_bank.front import Front, json_answer

WITHDRAWAL = ASKS["withdrawal"]


def unknown(link: BankLink) -> Unknown:
    end = link.exchange(WITHDRAWAL)
    assert isinstance(end, Unknown)
    assert end.doubt is Doubt.NO_ANSWER
    return end


def test_a_signed_409_says_that_the_sequence_has_been_used(link: BankLink, front: Front) -> None:
    """Unknown and an alarm (`county-wire.md`): perhaps another disk has our numbers."""
    front.answer = lambda request: json_answer(b"{}", 409)
    assert unknown(link).why.startswith(f"{SEQUENCE_USED}: ")


@pytest.mark.parametrize(("status", "signs"), [(409, False), (400, True), (500, True)])
def test_nothing_else_raises_that_alarm(
    link: BankLink, front: Front, status: int, signs: bool
) -> None:
    front.answer, front.signs = lambda request: json_answer(b"{}", status), signs
    assert SEQUENCE_USED not in unknown(link).why


def test_elements_that_nobody_knows_are_logged_by_name_only(
    link: BankLink, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    front.changed = {62: b"FE0010ZZ01811010119800307873Xq7000".hex().upper()}
    assert isinstance(link.exchange(WITHDRAWAL), Answer)
    (line,) = caplog.messages
    assert line == "unknown_elements=ZZ,q7 service=withdrawal"


def test_a_reply_as_the_sheet_has_it_logs_nothing(
    link: BankLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert isinstance(link.exchange(WITHDRAWAL), Answer)
    assert caplog.messages == []
