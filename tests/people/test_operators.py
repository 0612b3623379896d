"""Signing in and being locked out (`security.md` section 8)."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from terminal.people import roster
from terminal.people.operators import Blocked, Limits, Locked, Operators, Wrong
from tests.people.conftest import LI, LIMITS, MINUTE_MS, NOON_MS, PIN, WRONG_PIN, Screen


def test_the_right_pin_lets_its_operator_in(screen):
    assert screen.sign_in("01", PIN) == LI


def test_a_wrong_pin_says_how_many_are_left(screen):
    assert [screen.sign_in("01", WRONG_PIN) for _ in range(4)] == [
        Wrong(left=4),
        Wrong(left=3),
        Wrong(left=2),
        Wrong(left=1),
    ]


def test_the_fifth_failure_locks_for_15_minutes_and_each_further_one_for_twice_as_long(screen):
    now_ms, waits_min = NOON_MS, []
    screen.fail("01", 4)
    for _ in range(5):
        locked = screen.fail_once("01", now_ms)
        waits_min.append((locked.until_ms - now_ms) // MINUTE_MS)
        now_ms = locked.until_ms
    assert waits_min == [15, 30, 60, 120, 240]


def test_while_locked_the_right_pin_is_refused_and_nothing_is_counted(screen):
    *_, locked = screen.fail("01", 5)
    assert screen.sign_in("01", PIN, locked.until_ms - 1) == locked
    assert screen.fail("01", 3, locked.until_ms - 1) == [locked] * 3
    assert screen.sign_in("01", PIN, locked.until_ms) == LI


def test_the_tenth_failure_blocks_until_the_account_manager_unlocks(screen, store):
    a_day_ms = 24 * 60 * MINUTE_MS
    for day in range(10):
        last = screen.fail_once("01", NOON_MS + day * a_day_ms)
    assert last == Blocked()
    assert screen.sign_in("01", PIN, NOON_MS + 1000 * a_day_ms) == Blocked()
    roster.unlock(store, "01")
    assert screen.sign_in("01", PIN) == LI


def test_a_right_pin_forgets_the_failures_before_it(screen):
    screen.fail("01", 4)
    screen.sign_in("01", PIN)
    assert screen.fail("01", 1) == [Wrong(left=4)]


def test_the_limits_are_the_countys(store, screen):
    screen.operators = Operators(store, Limits(2, 3, lock_min=1))
    *_, locked = screen.fail("01", 2)
    assert locked == Locked(NOON_MS + MINUTE_MS)
    assert screen.fail("01", 1, locked.until_ms) == [Blocked()]


def test_failures_and_locks_survive_a_restart(screen, restarted):
    screen.fail("01", 3)
    assert restarted().fail("01", 2) == [Wrong(left=1), Locked(NOON_MS + 15 * MINUTE_MS)]
    assert restarted().sign_in("01", PIN) == Locked(NOON_MS + 15 * MINUTE_MS)


def test_a_crash_while_the_proof_is_checked_has_counted_the_attempt(screen, restarted):
    challenge = screen.operators.challenge("01")
    with pytest.raises(TypeError):
        screen.operators.check("01", challenge.nonce, None, NOON_MS)
    assert restarted().fail("01", 1) == [Wrong(left=3)]


def test_a_proof_is_good_once(screen):
    challenge = screen.operators.challenge("01")
    proof = screen.proof(challenge, PIN)
    assert screen.operators.check("01", challenge.nonce, proof, NOON_MS) == LI
    assert screen.operators.check("01", challenge.nonce, proof, NOON_MS) == Wrong(left=4)


def test_a_proof_for_an_older_challenge_is_wrong(screen):
    challenge = screen.operators.challenge("01")
    screen.operators.challenge("01")
    proof = screen.proof(challenge, PIN)
    assert screen.operators.check("01", challenge.nonce, proof, NOON_MS) == Wrong(left=4)


def test_a_proof_does_not_outlive_the_engine(screen, restarted):
    challenge = screen.operators.challenge("01")
    proof = screen.proof(challenge, PIN)
    after = restarted().operators
    assert after.check("01", challenge.nonce, proof, NOON_MS) == Wrong(left=4)


def test_a_nonce_of_the_screens_own_choice_is_wrong(screen):
    challenge = screen.operators.challenge("01")
    chosen = replace(challenge, nonce=bytes(16))
    proof = screen.proof(chosen, PIN)
    assert screen.operators.check("01", chosen.nonce, proof, NOON_MS) == Wrong(left=4)


def test_a_right_proof_that_names_another_challenge_is_wrong(screen):
    challenge = screen.operators.challenge("01")
    proof = screen.proof(challenge, PIN)
    assert screen.operators.check("01", bytes(16), proof, NOON_MS) == Wrong(left=4)


def test_a_proof_for_one_number_is_wrong_for_another(screen, store):
    challenge = screen.operators.challenge("01")
    proof = screen.proof(replace(challenge, number="02"), PIN)
    assert screen.operators.check("01", challenge.nonce, proof, NOON_MS) == Wrong(left=4)


def test_a_number_nobody_has_is_answered_as_one_that_somebody_has(screen):
    a_day_ms = 24 * 60 * MINUTE_MS
    times_ms = [NOON_MS] * 6 + [NOON_MS + day * a_day_ms for day in range(1, 8)]
    somebody = [screen.fail_once("01", now_ms) for now_ms in times_ms]
    nobody = [screen.fail_once("57", now_ms) for now_ms in times_ms]
    assert nobody == somebody


def test_a_number_nobody_has_keeps_one_salt_of_its_own(screen, restarted):
    salts = [screen.operators.challenge(number).salt for number in ("57", "58", "01")]
    assert restarted().operators.challenge("57").salt == salts[0]
    assert len({*salts}) == 3
    assert {len(salt) for salt in salts} == {16}


def test_trying_a_number_nobody_has_does_not_change_its_salt(screen):
    before = screen.operators.challenge("57").salt
    screen.fail("57", 3)
    assert screen.operators.challenge("57").salt == before


def test_a_suspended_operator_is_blocked_with_the_right_pin_only(screen, store):
    roster.suspend(store, "01")
    assert screen.sign_in("01", WRONG_PIN) == Wrong(left=4)
    assert screen.sign_in("01", PIN) == Blocked()


@pytest.mark.parametrize("number", ["", "0", "00", "1", "100", "ab", "０１", "01\n", "../x"])
def test_what_is_no_number_is_a_wrong_pin_and_nothing_is_kept_of_it(screen, store, number):
    before = (store.directory / "operators.json").read_bytes()
    assert screen.fail(number, 12) == [Wrong(left=4)] * 12
    assert (store.directory / "operators.json").read_bytes() == before


def test_every_challenge_is_fresh_and_asks_for_the_sheets_cost(screen):
    challenges = [screen.operators.challenge("01") for _ in range(20)]
    assert len({challenge.nonce for challenge in challenges}) == 20
    cost = challenges[0].cost
    assert (cost.memory_kib, cost.passes, cost.lanes) == (65536, 3, 1)


def test_the_engine_never_stretches_a_pin(store):
    program = f"""
import sys
from pathlib import Path
from terminal.keys.store import open_store
from terminal.people.operators import Limits, Operators
store = open_store(Path({str(store.directory)!r}), b"0123456789abcdef")
operators = Operators(store, Limits(5, 10, 15))
for number in ("01", "57"):
    print(operators.check(number, operators.challenge(number).nonce, bytes(32), {NOON_MS}))
print("argon2" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().split("\n") == ["Wrong(left=4)", "Wrong(left=4)", "False", ""]


def test_attempts_at_the_same_moment_are_all_counted(store, screen):
    numbers = [f"{number:02}" for number in range(60, 72)]
    together = Barrier(len(numbers))

    def fail(number: str) -> object:
        of_another_process = Screen(Operators(store, LIMITS))
        together.wait(timeout=10)
        return of_another_process.fail_once(number, NOON_MS)

    with ThreadPoolExecutor(len(numbers)) as pool:
        assert list(pool.map(fail, numbers)) == [Wrong(left=4)] * len(numbers)
    assert [screen.fail_once(number, NOON_MS) for number in numbers] == [Wrong(left=3)] * 12
