"""People close what the station cannot: by the bank's reference, or with the cash given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.core import facts
from terminal.core.effects import PrintSlip
from terminal.core.exchange import Answer, Verdict
from terminal.core.facts import SlipKind
from terminal.feed.views import Act, Page
from terminal.inputs import BankCame
from terminal.keys.api import Vault
from tests.engine.counter import SIGNED_IN, Counter, OpenGate
from tests.engine.test_beside import (
    REFUSED,
    SILENCE,
    UNDONE,
    excepted,
    forward,
    kinds,
    pay_in_cash,
    queueing,
    tell,
)

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


def test_a_reversal_that_the_bank_refuses_for_ever_is_closed_by_its_reference(
    counter: Counter,
) -> None:
    """Else it would block all money with no way out (I5)."""
    counter.ask_for(300)
    counter.bank(SILENCE)
    for _ in range(3):
        counter.bank(Answer(Verdict.DECLINED, "64", "金额不符", bank_day="1123"))
        counter.pass_time(2_000)
    counter.press(Act.DONE)
    tx = next(counter.engine.state.ledger.owing()).tx
    counter.press(Act.CLOSE_EXCEPTION, f"{tx} BR-2026-0017 77 aa bb")
    assert list(counter.engine.state.ledger.owing()) == []
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.AMOUNT


def test_a_reversal_that_is_still_being_tried_is_not_closed(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    counter.press(Act.DONE)
    tx = next(counter.engine.state.ledger.owing()).tx
    counter.press(Act.CLOSE_EXCEPTION, f"{tx} BR-2026-0017 77 aa bb")
    assert len(list(counter.engine.state.ledger.owing())) == 1


def test_a_statement_that_comes_after_people_have_closed_is_no_news(counter: Counter) -> None:
    excepted(counter)
    counter.press(Act.DONE)
    counter.press(Act.CLOSE_EXCEPTION, f"{tx_of(counter)} BR-2026-0017 77 aa bb")
    tell(counter, ())
    assert [fact.by for fact in counter.facts(facts.ExceptionClosed)] == ["reference"]


def test_an_answer_that_comes_after_people_have_closed_is_a_late_one(counter: Counter) -> None:
    counter.ask_for(300)
    counter.bank(SILENCE)
    for _ in range(3):
        counter.bank(Answer(Verdict.DECLINED, "64", "金额不符", bank_day="1123"))
        counter.pass_time(2_000)
    counter.press(Act.DONE)
    counter.press(Act.TRY_NOW)
    tx = next(counter.engine.state.ledger.owing()).tx
    sent = next(s for s in reversed(counter.sent) if s.tx == tx)
    counter.press(Act.CLOSE_EXCEPTION, f"{tx} BR-2026-0017 77 aa bb")
    counter.engine.handle(BankCame(tx, sent.ask, UNDONE))
    assert counter.facts(facts.LateReply) == [facts.LateReply("00")]


def test_after_a_restart_a_refused_contribution_is_an_alert_and_no_page_again(
    queueing: Counter,
) -> None:
    """Its cash is in the drawer: handed back from a page it would be handed back twice."""
    pay_in_cash(queueing)
    forward(queueing, REFUSED)
    queueing.power_cut()
    queueing.open_for_business()
    assert queueing.page is Page.HOME
    assert kinds(queueing) == ["queued_refused"]


def test_a_refused_queued_one_prints_no_promise_to_send_it(queueing: Counter) -> None:
    pay_in_cash(queueing)
    queueing.press(Act.TRY_NOW)
    queueing.bank(SIGNED_IN)
    queueing.bank(REFUSED)
    queueing.done.clear()
    queueing.press(Act.PRINT_AGAIN)
    printed = [effect.slip for effect in queueing.done if isinstance(effect, PrintSlip)]
    assert printed == [SlipKind.EXCEPTION]
