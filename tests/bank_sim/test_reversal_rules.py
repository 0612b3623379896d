"""Rules 3 and 4 of county-wire.md: what a reversal undoes, and what it must not."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import Counter, Villager
from tests.hw_sim.bank import ledger
from tests.hw_sim.people import OTHER_BANK

IK = "50efea39fd2150a7"


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def drawn(counter: Counter, villager: Villager) -> dict[int, str]:
    """A withdrawal of 200 yuan that the bank has booked."""
    request = counter.withdrawal(villager, 20_000)
    assert counter.send("0200", request).get(39) == "00"
    return request


def test_a_booked_withdrawal_is_undone(
    counter: Counter, villager: Villager, drawn: dict[int, str]
) -> None:
    assert counter.send("0400", counter.reversal_of(drawn)).get(39) == "00"
    assert counter.balance_fen("card:v01") == villager["balance_fen"]
    assert counter.books_sum() == 0


def test_the_fee_is_undone_with_the_amount(counter: Counter) -> None:
    guest = counter.villagers[OTHER_BANK]
    request = counter.withdrawal(guest, 50_000, fee_fen=250)
    counter.send("0200", request)
    counter.send("0400", counter.reversal_of(request))
    assert counter.balance_fen("card:v05") == guest["balance_fen"]
    assert counter.balance_fen(ledger.FEE_INCOME) == 0


def test_a_second_reversal_finds_no_original(counter: Counter, drawn: dict[int, str]) -> None:
    reversal = counter.reversal_of(drawn)
    codes = [counter.send("0400", reversal).get(39) for _ in range(2)]
    assert codes == ["00", "25"]


def test_a_reversal_of_a_declined_request_has_nothing_to_undo(
    counter: Counter, villager: Villager
) -> None:
    request = counter.withdrawal(villager, 999_000)
    declined = counter.send("0200", request)
    reply = counter.send("0400", counter.reversal_of(request))
    assert (reply.get(39), reply.get(37)) == ("00", declined.get(37))


def test_a_reversal_of_what_never_came_is_00_and_repeatable(
    counter: Counter, villager: Villager
) -> None:
    reversal = counter.reversal_of(counter.withdrawal(villager, 20_000))
    assert [counter.send("0400", reversal).get(39) for _ in range(2)] == ["00", "00"]


def test_an_original_that_comes_after_its_reversal_is_refused(
    counter: Counter, villager: Villager
) -> None:
    request = counter.withdrawal(villager, 20_000)
    counter.send("0400", counter.reversal_of(request))
    assert counter.send("0200", request).get(39) == "94"
    assert counter.balance_fen("card:v01") == villager["balance_fen"]


def test_an_original_is_refused_even_days_after_its_reversal(
    counter: Counter, villager: Villager
) -> None:
    request = counter.withdrawal(villager, 20_000)
    counter.send("0400", counter.reversal_of(request))
    counter.bank.cut_day()
    assert counter.send("0200", request).get(39) == "94"


def test_after_the_day_cut_a_booking_is_not_undone(
    counter: Counter, villager: Villager, drawn: dict[int, str]
) -> None:
    counter.bank.cut_day()
    reply = counter.send("0400", counter.reversal_of(drawn))
    assert (reply.get(39), reply.get(15)) == ("25", "1124")
    assert counter.balance_fen("card:v01") == villager["balance_fen"] - 20_000


def test_after_the_day_cut_nothing_to_undo_is_still_00(
    counter: Counter, villager: Villager
) -> None:
    counter.bank.cut_day()
    reversal = counter.reversal_of(counter.withdrawal(villager, 20_000))
    assert counter.send("0400", reversal).get(39) == "00"


def test_another_amount_is_64_and_undoes_nothing(
    counter: Counter, villager: Villager, drawn: dict[int, str]
) -> None:
    reversal = counter.reversal_of(drawn) | {4: f"{10_000:012d}"}
    assert counter.send("0400", reversal).get(39) == "64"
    assert counter.balance_fen("card:v01") == villager["balance_fen"] - 20_000


def test_a_reversal_may_name_a_batch_that_is_closed(
    counter: Counter, drawn: dict[int, str]
) -> None:
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    assert counter.send("0400", counter.reversal_of(drawn)).get(39) == "00"


def test_a_reversal_of_another_batch_leaves_the_booking(
    counter: Counter, villager: Villager, drawn: dict[int, str]
) -> None:
    reversal = counter.reversal_of(drawn) | {60: "0100000911160"}
    assert counter.send("0400", reversal).get(39) == "00"
    assert counter.balance_fen("card:v01") == villager["balance_fen"] - 20_000


def test_a_reversal_asks_for_no_pin_and_minds_no_lost_card(
    counter: Counter, drawn: dict[int, str]
) -> None:
    counter.bank.db.execute("UPDATE card SET state = 'lost', wrong_pins = 3 WHERE key = 'v01'")
    assert counter.send("0400", counter.reversal_of(drawn)).get(39) == "00"


@pytest.mark.parametrize("reason", ["00", "25", "99"])
def test_a_reason_that_is_none_is_30(counter: Counter, drawn: dict[int, str], reason: str) -> None:
    assert counter.send("0400", counter.reversal_of(drawn, reason)).get(39) == "30"


@pytest.mark.parametrize("secret", [35, 52])
def test_a_reversal_with_track_or_pin_is_30(
    counter: Counter, drawn: dict[int, str], secret: int
) -> None:
    reversal = counter.reversal_of(drawn) | {secret: drawn[secret]}
    assert counter.send("0400", reversal).get(39) == "30"


def test_a_queued_contribution_is_not_undone(counter: Counter, villager: Villager) -> None:
    request = counter.cash_contribution(
        villager, 2026, 10_000, 10_000, ik=IK, queued="20261123080000"
    )
    assert counter.send("0200", request).get(39) == "00"
    assert counter.send("0400", counter.reversal_of(request)).get(39) not in ("00", "12", "25")


def test_a_reversed_contribution_frees_the_year(counter: Counter, villager: Villager) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    counter.send("0200", request)
    counter.send("0400", counter.reversal_of(request))
    again = counter.cash_contribution(villager, 2026, 50_000, 50_000, ik="7" * 16)
    assert counter.send("0200", again).get(39) == "00"
