"""A cash contribution taken while the line was down: repeated, booked once (rules 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bank_sim.counter import DAY_S, TERMINAL, Counter, Villager
from tests.hw_sim.bank import ledger, statement

IK = "50efea39fd2150a7"
QUEUED = "20261122180000"  # the evening before


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def queued(counter: Counter, villager: Villager) -> dict[int, str]:
    return counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK, queued=QUEUED)


def listed(counter: Counter, asked: bytes) -> list[dict[str, Any]] | None:
    return statement.asked_bookings(counter.bank, TERMINAL, asked)


def moved_fen(counter: Counter, villager: Villager) -> int:
    return counter.balance_fen(ledger.transitional(villager["township"]))


def test_it_is_booked_in_the_batch_and_on_the_day_of_its_first_forwarding(
    counter: Counter, queued: dict[int, str]
) -> None:
    counter.send("0200", queued)
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    counter.clock.now_s += DAY_S
    counter.send("0200", queued)
    rows = listed(counter, b'{"batch": "000001"}')
    assert rows is not None
    assert [(row["date"], row["trace"]) for row in rows] == [("2026-11-23", queued[11])]


def test_moved_to_another_batch_it_is_other_contents(
    counter: Counter, villager: Villager, queued: dict[int, str]
) -> None:
    counter.send("0200", queued)
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    assert counter.send("0200", queued | {60: "8200000200060"}).get(39) == "94"
    assert moved_fen(counter, villager) == 10_000


def test_under_another_trace_it_is_other_contents(
    counter: Counter, villager: Villager, queued: dict[int, str]
) -> None:
    counter.send("0200", queued)
    assert counter.send("0200", queued | {11: counter.new_trace()}).get(39) == "94"
    assert moved_fen(counter, villager) == 10_000


def test_the_first_answer_keeps_its_day_when_it_is_repeated_on_the_next(
    counter: Counter, queued: dict[int, str]
) -> None:
    first = counter.send("0200", queued)
    counter.bank.cut_day()
    again = counter.send("0200", queued)
    assert (again.get(15), again.get(37)) == ("1123", first.get(37))


def test_before_the_sign_in_it_is_77_and_may_come_again(
    counter: Counter, villager: Villager, queued: dict[int, str]
) -> None:
    counter.bank.sessions.clear()
    assert counter.send("0200", queued, mac=False).get(39) == "77"
    counter.sign_in()
    assert counter.send("0200", queued).get(39) == "00"
    assert moved_fen(counter, villager) == 10_000


def test_a_wrong_mac_is_a0_even_when_the_key_is_known(
    counter: Counter, queued: dict[int, str]
) -> None:
    counter.send("0200", queued)
    assert counter.send("0200", queued, mac=False).get(39) == "A0"
    assert counter.send("0200", queued).get(39) == "00"


def test_a_known_key_is_answered_before_the_batch_is_looked_at(
    counter: Counter, queued: dict[int, str]
) -> None:
    first = counter.send("0200", queued)
    counter.bank.db.execute("UPDATE terminal SET batch = 7")
    again = counter.send("0200", queued)
    assert (again.get(39), again.get(62)) == ("00", first.get(62))


def test_its_repetition_is_no_violation_and_writes_no_second_line_to_the_holder(
    counter: Counter, queued: dict[int, str]
) -> None:
    for _ in range(3):
        counter.send("0200", queued)
    assert statement.status(counter.bank, TERMINAL)["violations"] == []
    assert len(statement.sms(counter.bank)) == 1


def test_one_that_was_not_queued_must_not_be_repeated(counter: Counter, villager: Villager) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    for _ in range(2):
        counter.send("0200", request)
    assert len(statement.status(counter.bank, TERMINAL)["violations"]) == 1


def test_the_same_year_paid_elsewhere_meanwhile_is_p2_again_and_again(
    counter: Counter, villager: Villager, queued: dict[int, str]
) -> None:
    elsewhere = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik="1" * 16)
    counter.send("0200", elsewhere)
    assert [counter.send("0200", queued).get(39) for _ in range(2)] == ["P2", "P2"]


def test_a_reversed_contribution_cannot_come_back_by_its_key(
    counter: Counter, villager: Villager
) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    counter.send("0200", request)
    counter.send("0400", counter.reversal_of(request))
    assert counter.send("0200", request).get(39) == "94"
    assert moved_fen(counter, villager) == 0


def test_the_statement_of_a_day_is_that_of_the_accounting_day(
    counter: Counter, villager: Villager
) -> None:
    first = counter.withdrawal(villager, 1_000)
    counter.send("0200", first)
    counter.bank.cut_day()
    second = counter.withdrawal(villager, 1_000)
    counter.send("0200", second)
    days = [listed(counter, b'{"date": "2026-11-%d"}' % day) for day in (23, 24, 25)]
    assert [[row["trace"] for row in rows or []] for rows in days] == [
        [first[11]],
        [second[11]],
        [],
    ]


def test_the_statement_of_a_batch_says_what_was_reversed(
    counter: Counter, villager: Villager
) -> None:
    request = counter.withdrawal(villager, 1_000)
    counter.send("0200", request)
    counter.send("0400", counter.reversal_of(request))
    assert [row["state"] for row in listed(counter, b'{"batch": "000001"}') or []] == ["reversed"]


@pytest.mark.parametrize(
    "asked",
    [
        b'{"batch": 100000}',
        b'{"batch": "1"}',
        b'{"date": "20261123"}',
        b'{"batch": "000001", "date": "2026-11-23"}',
        b'{"trace": "000001"}',
        b"[]",
    ],
)
def test_a_question_that_is_not_in_the_sheet_has_no_answer(counter: Counter, asked: bytes) -> None:
    assert listed(counter, asked) is None
