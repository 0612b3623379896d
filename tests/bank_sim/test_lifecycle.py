"""What the bank does between the stations' days: scheme.md, lifecycle."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import DAY_S, Counter, Villager
from tests.hw_sim.bank import lifecycle
from tests.hw_sim.bank.cards import card_of_key
from tests.hw_sim.bank.persons import verify_person

PENSIONER = 2  # hw_sim/people
IK = "50efea39fd2150a7"


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def paid(counter: Counter, villager: Villager) -> Villager:
    """Who has paid this year's 100 yuan in cash."""
    asked = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    assert counter.send("0200", asked).get(39) == "00"
    return villager


def next_batch(counter: Counter) -> None:
    counter.clock.now_s += DAY_S
    counter.bank.db.execute("UPDATE terminal SET batch = 2")


def test_a_sweep_brings_contribution_and_subsidy_to_the_person(
    counter: Counter, paid: Villager
) -> None:
    before = counter.balance_fen("person:v01")
    next_batch(counter)
    assert lifecycle.sweep(counter.bank) == 1
    assert counter.balance_fen("person:v01") == before + 10_000 + 3_000  # county.toml, subsidy_fen
    assert counter.balance_fen(f"transitional:{paid['township']}") == 0


def test_a_second_sweep_finds_nothing(counter: Counter, paid: Villager) -> None:
    next_batch(counter)
    assert [lifecycle.sweep(counter.bank) for _ in range(2)] == [1, 0]


def test_what_a_reversal_or_a_void_could_still_undo_is_not_swept(
    counter: Counter, paid: Villager
) -> None:
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    on_the_same_day = lifecycle.sweep(counter.bank)
    counter.bank.db.execute("UPDATE terminal SET batch = 1")
    counter.clock.now_s += DAY_S
    in_the_open_batch = lifecycle.sweep(counter.bank)
    assert (on_the_same_day, in_the_open_batch) == (0, 0)


def test_a_year_paid_in_parts_is_subsidised_once(counter: Counter, villager: Villager) -> None:
    before = counter.balance_fen("person:v01")
    for part, ik in ((4_000, "0" * 16), (6_000, "1" * 16)):
        asked = counter.cash_contribution(villager, 2026, 10_000, part, ik=ik)
        assert counter.send("0200", asked).get(39) == "00"
    next_batch(counter)
    assert lifecycle.sweep(counter.bank) == 2
    assert counter.balance_fen("person:v01") == before + 10_000 + 3_000


def test_a_year_not_paid_in_full_has_no_subsidy(counter: Counter, villager: Villager) -> None:
    before = counter.balance_fen("person:v01")
    asked = counter.cash_contribution(villager, 2026, 10_000, 4_000, ik=IK)
    counter.send("0200", asked)
    next_batch(counter)
    lifecycle.sweep(counter.bank)
    assert counter.balance_fen("person:v01") == before + 4_000


def test_a_pension_is_the_base_and_a_part_of_ones_own_account(counter: Counter) -> None:
    holder = counter.villagers[PENSIONER]
    own_fen = counter.balance_fen("person:v03")
    assert lifecycle.pay_pensions(counter.bank) == 1
    part_fen = own_fen // 139  # scheme.md: personal account ÷ 139
    assert counter.balance_fen("card:v03") == holder["balance_fen"] + 5_500 + part_fen
    assert counter.balance_fen("person:v03") == own_fen - part_fen


def test_a_pension_is_told_by_sms_and_stands_in_the_arrivals(counter: Counter) -> None:
    lifecycle.pay_pensions(counter.bank)
    (line,) = counter.bank.db.execute("SELECT phone FROM sms").fetchall()
    newest = counter.bank.db.execute(
        "SELECT key, date FROM pension_arrival ORDER BY date DESC LIMIT 1"
    ).fetchone()
    assert line["phone"] == counter.villagers[PENSIONER]["phone"]
    assert tuple(newest) == ("v03", "2026-11-23")


def test_a_pensioner_comes_with_the_pensions_of_three_months(counter: Counter) -> None:
    rows = counter.bank.db.execute("SELECT key, date FROM pension_arrival ORDER BY date").fetchall()
    assert [tuple(row) for row in rows] == [
        ("v03", "2026-08-10"),
        ("v03", "2026-09-10"),
        ("v03", "2026-10-10"),
    ]


def test_a_verified_person_draws_again(counter: Counter) -> None:
    counter.bank.db.execute("UPDATE card SET state = 'unverified' WHERE key = 'v01'")
    verify_person(counter.bank, "v01")
    assert card_of_key(counter.bank, "v01")["state"] == "active"


def test_a_lost_card_stays_lost_when_its_holder_is_verified(counter: Counter) -> None:
    counter.bank.db.execute("UPDATE card SET state = 'lost' WHERE key = 'v01'")
    verify_person(counter.bank, "v01")
    assert card_of_key(counter.bank, "v01")["state"] == "lost"
