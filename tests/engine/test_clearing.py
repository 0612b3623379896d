"""People close what the station cannot: by the bank's reference, or with the cash given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core import facts
from terminal.feed.views import Act
from terminal.keys.api import Vault
from tests.engine.counter import Counter, OpenGate
from tests.engine.test_beside import REFUSED, excepted, forward, kinds, pay_in_cash, queueing

assert queueing  # the fixture


class Gate(OpenGate):
    """Operator 01 and technician 77; nobody else's proof holds."""

    def check(self, number: str, nonce: str, proof: str, now_ms: int) -> str:
        return {"01": "", "77": "technician"}.get(number, "wrong 4")


class Staffed(Counter):
    gate = Gate()


@pytest.fixture
def counter(tmp_path: Path, vault: Vault) -> Counter:
    counter = Staffed(tmp_path / "journal.sqlite", vault)
    counter.open_for_business()
    return counter


def tx_of(counter: Counter) -> int:
    return next(counter.engine.state.ledger.exceptions()).tx


def close(counter: Counter, who: str, reference: str = "BR-2026-0017") -> None:
    excepted(counter)
    counter.press(Act.DONE)
    counter.press(Act.CLOSE_EXCEPTION, f"{tx_of(counter)} {reference} {who} aa bb")


def test_operator_and_technician_together_close_by_the_banks_reference(counter: Counter) -> None:
    close(counter, "77")
    assert kinds(counter) == []
    assert counter.facts(facts.ExceptionClosed) == [
        facts.ExceptionClosed("reference", "BR-2026-0017", "77")
    ]


@pytest.mark.parametrize("who", ["01", "99"])
def test_nobody_else_closes_one_and_the_try_is_a_fact(counter: Counter, who: str) -> None:
    close(counter, who)
    assert kinds(counter) == ["exception"]
    assert counter.facts(facts.Refused) == [facts.Refused("close_exception", who)]


def test_without_a_reference_nothing_is_closed(counter: Counter) -> None:
    close(counter, "77", reference="?")
    assert kinds(counter) == ["exception"]
    assert counter.view.note == "reference"


@pytest.mark.parametrize(("who", "note"), [("01", "role"), ("99", "wrong 4"), ("77", "closed")])
def test_the_operator_is_told_what_became_of_it(counter: Counter, who: str, note: str) -> None:
    close(counter, who)
    assert counter.view.note == note


def test_a_technician_alone_does_not_serve_at_the_counter(tmp_path: Path, vault: Vault) -> None:
    counter = Staffed(tmp_path / "journal.sqlite", vault)
    counter.press(Act.SIGN_ON, "77 aa bb")
    assert counter.engine.state.ledger.operator == ""
    assert counter.view.note == "role"


def test_a_refused_contribution_is_over_when_its_cash_is_given_back(queueing: Counter) -> None:
    pay_in_cash(queueing)
    forward(queueing, REFUSED)
    queueing.press(Act.CASH_RETURNED, str(tx_of(queueing)))
    assert kinds(queueing) == []
    assert queueing.view.drawer_fen == 800_000


def test_cash_is_given_back_once(queueing: Counter) -> None:
    pay_in_cash(queueing)
    forward(queueing, REFUSED)
    tx = tx_of(queueing)
    queueing.press(Act.CASH_RETURNED, str(tx))
    queueing.press(Act.CASH_RETURNED, str(tx))
    assert queueing.view.note == "not_open"
    assert queueing.view.drawer_fen == 800_000
