"""Signing on at the counter: what a screen sends and what it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.keys.store import KeyStore
from terminal.people import records, roster
from terminal.people.operators import Operators
from terminal.people.proof import Challenge, Cost
from terminal.people.records import Role
from terminal.people.sign_on import SignOn
from tests.people.conftest import LI, LIMITS, MINUTE_MS, NOON_MS, PIN, Screen


@pytest.fixture
def counter(store):
    return SignOn(Operators(store, LIMITS))


def sign_on(counter: SignOn, screen: Screen, number: str, pin: str) -> str:
    salt, nonce, cost = counter.challenge(number)
    asked = Challenge(number, bytes.fromhex(salt), bytes.fromhex(nonce), Cost(*cost))
    return counter.check(number, nonce, screen.proof(asked, pin).hex(), NOON_MS)


def test_the_right_pin_needs_no_note(counter, screen):
    assert sign_on(counter, screen, "01", PIN) == ""


def test_failures_are_told_as_wrong_then_locked_then_blocked(counter):
    a_day_ms = 24 * 60 * MINUTE_MS
    notes = [counter.check("01", "", "", NOON_MS + day * a_day_ms) for day in range(10)]
    until_ms = NOON_MS + 4 * a_day_ms + 15 * MINUTE_MS
    assert notes[:5] == ["wrong 4", "wrong 3", "wrong 2", "wrong 1", f"locked {until_ms}"]
    assert notes[9] == "blocked"


@pytest.mark.parametrize("text", ["", "zz", "0", "李某", "\ud800", "00" * 5000])
def test_whatever_a_screen_sends_is_answered(counter, text):
    salt, nonce, _ = counter.challenge(text)
    assert (len(salt), len(nonce)) == (32, 32)
    assert counter.check("01", text, text, NOON_MS) == "wrong 4"
    assert counter.check(text, nonce, text, NOON_MS) == "wrong 4"


def as_role(store: KeyStore, role: Role) -> None:
    """The admitted operator, in another role and with the same PIN."""
    record = records.read(store)["01"]
    records.write(store, {"01": replace(record, operator=replace(LI, role=role))})


@pytest.mark.parametrize(
    ("role", "word"),
    [
        (Role.OPERATOR, ""),
        (Role.AGENT, "agent"),
        (Role.ACCOUNT_MANAGER, "manager"),
        (Role.TECHNICIAN, "technician"),
        (Role.INFORMATION_CLERK, "role"),
    ],
)
def test_a_right_pin_is_answered_by_what_the_role_may_do(counter, screen, store, role, word):
    as_role(store, role)
    assert sign_on(counter, screen, "01", PIN) == word


def test_the_account_manager_is_told_how_a_number_stands(counter, store):
    assert counter.standing("01", NOON_MS) == "free"
    assert counter.standing("57", NOON_MS) == "nobody"
    assert counter.standing("not a number", NOON_MS) == "nobody"
    for _ in range(5):
        counter.check("01", "", "", NOON_MS)
    assert counter.standing("01", NOON_MS) == "locked"
    assert counter.standing("01", NOON_MS + 15 * MINUTE_MS) == "free"
    roster.suspend(store, "01")
    assert counter.standing("01", NOON_MS) == "suspended"


def test_ten_failures_lock_until_somebody_unlocks_and_then_the_pin_fits(counter, screen):
    a_day_ms = 24 * 60 * MINUTE_MS
    for day in range(10):
        counter.check("01", "", "", NOON_MS + day * a_day_ms)
    assert counter.standing("01", NOON_MS + 1000 * a_day_ms) == "locked"
    assert sign_on(counter, screen, "01", PIN) == "blocked"
    counter.unlock("01")
    assert counter.standing("01", NOON_MS) == "free"
    assert sign_on(counter, screen, "01", PIN) == ""


def test_failures_of_a_number_nobody_has_are_nobodys_business(counter):
    for _ in range(5):
        counter.check("57", "", "", NOON_MS)
    assert counter.standing("57", NOON_MS) == "nobody"
