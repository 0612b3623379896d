"""Who comes to the counter: roles, refusals, and the account manager who unlocks a number.

`scheme.md`, "People and what they may do"; `security.md` section 8: 5 failures lock for 15 minutes,
10 until the account manager unlocks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from terminal.core.facts import (
    OperatorLocked,
    OperatorSignedIn,
    OperatorUnlocked,
    Refused,
    ShiftOpened,
)
from terminal.feed.views import Act, Lack, Page
from terminal.keys.store import KeyStore, make_store
from terminal.keys.vault import FileVault
from terminal.people import roster
from terminal.people.operators import Limits, Operators
from terminal.people.proof import Cost, proof_of, stretched
from terminal.people.records import Operator, Role
from terminal.people.sign_on import SignOn
from tests.engine.counter import SIGNED_IN, Counter

PIN, WRONG_PIN = "294170", "294171"
DAY_MS, MINUTE_MS = 86_400_000, 60_000
OPERATOR, AGENT, CLERK, MANAGER = "01", "05", "80", "90"
PEOPLE = (
    Operator(OPERATOR, "王某", Role.OPERATOR),
    Operator(AGENT, "刘某", Role.AGENT),
    Operator(CLERK, "陈某", Role.INFORMATION_CLERK),
    Operator(MANAGER, "赵某", Role.ACCOUNT_MANAGER),
)

once_stretched = cache(stretched)  # 155 ms each


@pytest.fixture(scope="module")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    made = make_store(tmp_path_factory.mktemp("gate") / "keys", b"0123456789abcdef", "44010001")
    for person in PEOPLE:
        roster.admit(made, person, PIN)
    return made


@pytest.fixture
def counter(tmp_path: Path, admitted: KeyStore, vault: FileVault) -> Counter:
    for person in PEOPLE:
        roster.unlock(admitted, person.number)  # what the test before has done
    made = Counter(tmp_path / "journal.sqlite", vault)
    made.engine.people = SignOn(Operators(admitted, Limits(5, 10, 15)))
    made.bank(SIGNED_IN)
    return made


def sign_on(counter: Counter, number: str, pin: str = PIN) -> None:
    salt, nonce, cost = counter.engine.people.challenge(number)
    tag = once_stretched(pin, bytes.fromhex(salt), Cost(*cost))
    proof = proof_of(tag, bytes.fromhex(nonce), number).hex()
    counter.press(Act.SIGN_ON, f"{number} {nonce} {proof}")


def lock_out(counter: Counter) -> None:
    """Five wrong PINs of the operator."""
    for _ in range(5):
        sign_on(counter, OPERATOR, WRONG_PIN)
    assert counter.view.note.startswith("locked ")


def block(counter: Counter) -> None:
    """Ten, with the waiting that each lock asks for."""
    for _ in range(10):
        sign_on(counter, OPERATOR, WRONG_PIN)
        counter.pass_time(DAY_MS)
    assert counter.view.note == "blocked"


def test_the_account_manager_lets_a_blocked_operator_in_again(counter: Counter) -> None:
    block(counter)
    sign_on(counter, OPERATOR)
    assert (counter.page, counter.view.note) == (Page.LOCKED, "blocked")

    sign_on(counter, MANAGER)
    assert counter.page is Page.UNLOCK
    counter.press(Act.UNLOCK, OPERATOR)
    assert (counter.page, counter.view.note) == (Page.UNLOCK, f"unlocked {OPERATOR}")
    counter.press(Act.DONE)
    assert (counter.page, counter.view.note) == (Page.LOCKED, "")

    sign_on(counter, OPERATOR)
    assert counter.page is Page.OPEN_SHIFT
    assert counter.facts(OperatorUnlocked) == [OperatorUnlocked(OPERATOR, by=MANAGER)]
    assert counter.facts(OperatorLocked)[-1] == OperatorLocked(OPERATOR, until_ms=0)


def test_a_lock_of_minutes_is_lifted_as_well(counter: Counter) -> None:
    lock_out(counter)
    sign_on(counter, MANAGER)
    counter.press(Act.UNLOCK, OPERATOR)
    counter.press(Act.DONE)
    sign_on(counter, OPERATOR)
    assert counter.page is Page.OPEN_SHIFT


@pytest.mark.parametrize(("number", "told"), [(OPERATOR, "free"), ("57", "nobody"), ("", "nobody")])
def test_where_nothing_is_locked_nothing_is_recorded(
    counter: Counter, number: str, told: str
) -> None:
    sign_on(counter, MANAGER)
    counter.press(Act.UNLOCK, number)
    assert counter.view.note == f"{told} {number}"
    assert counter.facts(OperatorUnlocked) == []


def test_only_who_has_signed_on_as_account_manager_unlocks(counter: Counter) -> None:
    lock_out(counter)
    counter.press(Act.UNLOCK, OPERATOR)
    sign_on(counter, MANAGER, WRONG_PIN)
    counter.press(Act.UNLOCK, OPERATOR)
    assert counter.page is Page.LOCKED
    assert counter.facts(OperatorUnlocked) == []
    sign_on(counter, OPERATOR)
    assert counter.page is Page.LOCKED


@pytest.mark.parametrize("act", [Act.WITHDRAWAL, Act.OPEN_SHIFT, Act.SIGN_ON, Act.TRY_NOW])
def test_the_account_manager_may_do_nothing_else_and_an_attempt_is_a_fact(
    counter: Counter, act: Act
) -> None:
    sign_on(counter, MANAGER)
    counter.press(act, "800000")
    assert counter.page is Page.UNLOCK
    assert counter.facts(Refused) == [Refused(act.value, MANAGER)]
    assert counter.facts(OperatorSignedIn) == counter.facts(ShiftOpened) == []
    assert counter.money_sent() == []


def test_an_unlocking_page_left_open_closes_itself(counter: Counter) -> None:
    lock_out(counter)
    sign_on(counter, MANAGER)
    counter.pass_time(2 * MINUTE_MS)
    assert counter.page is Page.LOCKED
    counter.press(Act.UNLOCK, OPERATOR)
    assert counter.facts(OperatorUnlocked) == []


def test_a_restart_closes_the_unlocking_page(counter: Counter) -> None:
    sign_on(counter, MANAGER)
    counter.power_cut()
    assert counter.page is Page.LOCKED


def test_whoever_has_nothing_to_do_at_the_screen_is_refused_and_that_is_a_fact(
    counter: Counter,
) -> None:
    sign_on(counter, CLERK)
    assert (counter.page, counter.view.note) == (Page.LOCKED, "role")
    assert counter.facts(Refused) == [Refused("sign_on", CLERK)]


def test_a_wrong_pin_is_a_failure_and_no_refusal(counter: Counter) -> None:
    sign_on(counter, CLERK, WRONG_PIN)
    assert counter.view.note == "wrong 4"
    assert counter.facts(Refused) == []


def test_an_agent_takes_contributions_and_queries_and_pays_out_nothing(counter: Counter) -> None:
    sign_on(counter, AGENT)
    counter.press(Act.OPEN_SHIFT, "800000")
    counter.press(Act.WITHDRAWAL)
    assert counter.page is Page.BLOCKED
    assert counter.view.lacks == (Lack("role"),)
    assert counter.facts(Refused) == [Refused("withdrawal", AGENT)]
    counter.press(Act.DONE)
    assert counter.page is Page.HOME
    counter.press(Act.BALANCE)
    assert Lack("role") not in counter.view.lacks


def test_the_operator_after_an_agent_has_all_an_operator_has(counter: Counter) -> None:
    sign_on(counter, AGENT)
    counter.press(Act.OPEN_SHIFT, "800000")
    counter.press(Act.LOCK)
    sign_on(counter, OPERATOR)
    counter.press(Act.WITHDRAWAL)
    assert Lack("role") not in counter.view.lacks
    assert counter.facts(Refused) == []
