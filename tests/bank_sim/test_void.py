"""撤销: bank-wire.md 4.1, sections 10 and 11; county-wire.md, approved but cash not handed over."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import DAY_S, TERMINAL, Counter, Villager
from tests.hw_sim.bank import batches, statement
from tests.hw_sim.bank.wire import Message

IK = "50efea39fd2150a7"


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def drawn(counter: Counter, villager: Villager) -> tuple[dict[int, str], Message]:
    """A withdrawal of 200 yuan and its answer."""
    asked = counter.withdrawal(villager, 20_000)
    return asked, counter.send("0200", asked)


def void_of(counter: Counter, original: tuple[dict[int, str], Message]) -> dict[int, str]:
    """Without a card: the villager may be gone."""
    asked, reply = original
    fields = counter.money("200000", "23", f4=asked[4])
    return fields | {37: reply.get(37), 61: asked[60][2:8] + asked[11]}


def test_a_void_gives_the_money_back(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    reply = counter.send("0200", void_of(counter, drawn))
    assert (reply.mti, reply.get(39), 64 in reply.fields) == ("0210", "00", True)
    assert counter.balance_fen("card:v01") == villager["balance_fen"]


def test_the_voided_stays_in_the_debit_total_and_its_void_adds_to_credit(
    counter: Counter, drawn: tuple[dict[int, str], Message]
) -> None:
    counter.send("0200", void_of(counter, drawn))
    assert batches.totals(counter.bank, TERMINAL, "000001") == (20_000, 1, 20_000, 1)


def test_the_statement_says_that_the_original_is_undone_and_lists_no_void(
    counter: Counter, drawn: tuple[dict[int, str], Message]
) -> None:
    counter.send("0200", void_of(counter, drawn))
    rows = statement.asked_bookings(counter.bank, TERMINAL, b'{"batch":"000001"}')
    assert rows is not None
    assert [(row["service"], row["state"]) for row in rows] == [("withdrawal", "reversed")]


def test_a_void_gives_the_fee_and_the_days_limit_back(counter: Counter) -> None:
    guest = counter.villagers[4]
    asked = counter.withdrawal(guest, 150_000, fee_fen=750)
    counter.send("0200", void_of(counter, (asked, counter.send("0200", asked))))
    again = counter.withdrawal(guest, 150_000, fee_fen=750)
    assert counter.send("0200", again).get(39) == "00"
    assert counter.balance_fen("fee_income") == 750


def test_a_void_is_reversed_like_any_debit(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    asked = void_of(counter, drawn)
    counter.send("0200", asked)
    undo = {n: text for n, text in asked.items() if n != 37} | {39: "98"}
    assert counter.send("0400", undo).get(39) == "00"
    assert counter.balance_fen("card:v01") == villager["balance_fen"] - 20_000
    assert batches.totals(counter.bank, TERMINAL, "000001") == (20_000, 1, 0, 0)


def test_after_its_void_was_reversed_a_booking_can_be_voided_again(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    asked = void_of(counter, drawn)
    counter.send("0200", asked)
    counter.send("0400", {n: text for n, text in asked.items() if n != 37} | {39: "98"})
    assert counter.send("0200", void_of(counter, drawn)).get(39) == "00"
    assert counter.balance_fen("card:v01") == villager["balance_fen"]


def test_a_void_with_the_card_judges_its_pin(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    codes = [
        counter.send("0200", counter.by_stripe(void_of(counter, drawn), villager, pin)).get(39)
        for pin in (wrong, None)
    ]
    assert codes == ["55", "00"]


def test_a_void_with_another_card_is_25(
    counter: Counter, drawn: tuple[dict[int, str], Message]
) -> None:
    asked = counter.by_stripe(void_of(counter, drawn), counter.villagers[5], None)
    assert counter.send("0200", asked).get(39) == "25"


@pytest.mark.parametrize("change", [{37: "000000000000"}, {61: "000001000999"}])
def test_a_void_of_something_else_is_25(
    counter: Counter, drawn: tuple[dict[int, str], Message], change: dict[int, str]
) -> None:
    assert counter.send("0200", void_of(counter, drawn) | change).get(39) == "25"


def test_a_void_of_another_amount_is_64(
    counter: Counter, drawn: tuple[dict[int, str], Message]
) -> None:
    asked = void_of(counter, drawn) | {4: f"{10_000:012d}"}
    assert counter.send("0200", asked).get(39) == "64"


def test_a_second_void_is_12(counter: Counter, drawn: tuple[dict[int, str], Message]) -> None:
    asked = [void_of(counter, drawn) for _ in range(2)]
    assert [counter.send("0200", one).get(39) for one in asked] == ["00", "12"]


def test_what_has_been_reversed_cannot_be_voided(
    counter: Counter, drawn: tuple[dict[int, str], Message]
) -> None:
    counter.send("0400", counter.reversal_of(drawn[0]))
    assert counter.send("0200", void_of(counter, drawn)).get(39) == "12"


def test_what_has_been_voided_cannot_be_reversed(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    counter.send("0200", void_of(counter, drawn))
    assert counter.send("0400", counter.reversal_of(drawn[0])).get(39) == "25"
    assert counter.balance_fen("card:v01") == villager["balance_fen"]


def test_a_void_works_over_the_day_cut_but_not_over_the_batch(
    counter: Counter, villager: Villager, drawn: tuple[dict[int, str], Message]
) -> None:
    other = counter.withdrawal(villager, 10_000)
    other_reply = counter.send("0200", other)
    counter.clock.now_s += DAY_S
    next_day = counter.send("0200", void_of(counter, drawn)).get(39)
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    counter.batch = "000002"
    next_batch = counter.send("0200", void_of(counter, (other, other_reply))).get(39)
    assert (next_day, next_batch) == ("00", "12")


def test_a_queued_contribution_cannot_be_voided(counter: Counter, villager: Villager) -> None:
    asked = counter.cash_contribution(
        villager, 2026, 10_000, 10_000, ik=IK, queued="20261123080000"
    )
    original = (asked, counter.send("0200", asked))
    assert counter.send("0200", void_of(counter, original)).get(39) == "12"


def test_a_voided_contribution_frees_the_year_and_counts_on_the_other_side(
    counter: Counter, villager: Villager
) -> None:
    asked = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    counter.send("0200", void_of(counter, (asked, counter.send("0200", asked))))
    assert batches.totals(counter.bank, TERMINAL, "000001") == (10_000, 1, 10_000, 1)
    again = counter.cash_contribution(villager, 2026, 20_000, 20_000, ik="0" * 16)
    assert counter.send("0200", again).get(39) == "00"


@pytest.mark.parametrize("change", [{61: "000001"}, {37: None}, {22: "031"}, {53: "26" + "1" * 14}])
def test_a_void_of_another_shape_is_30(
    counter: Counter, drawn: tuple[dict[int, str], Message], change: dict[int, str | None]
) -> None:
    asked = {**void_of(counter, drawn), **change}
    fields = {n: text for n, text in asked.items() if text is not None}
    assert counter.send("0200", fields).get(39) == "30"
