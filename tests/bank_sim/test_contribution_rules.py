"""缴费 at the bank: who, which year, which tier, how much, and never twice (rules 2, 6, 7)."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import TERMINAL, Counter, Villager, elements, read_elements
from tests.hw_sim.bank import ledger
from tests.hw_sim.people import PENSIONER

IK = "50efea39fd2150a7"
OTHER_IK = "e42a5ba259bd9d17"
QUEUED = "20261123080000"


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


def ask(counter: Counter, *pairs: tuple[str, str]) -> dict[int, str]:
    return counter.money("390000", "80", f62=elements(*pairs))


def test_the_query_tells_who_and_what_is_open(counter: Counter, villager: Villager) -> None:
    reply = counter.send("0200", ask(counter, ("ID", villager["id_number"]), ("SC", "XNB")))
    told = read_elements(reply)
    assert (told["NM"], told["TW"], told["ST"]) == (villager["name"], villager["township"], "A")
    assert told["TL"] == "10000,20000,30000,40000,50000"
    assert told["PD"] == ";".join(f"{y}:{fen}" for y, fen in sorted(villager["paid"].items()))
    assert told["BL"] == str(sum(villager["paid"].values()) + 3_000 * len(villager["paid"]))


def test_the_query_names_the_household(counter: Counter) -> None:
    member = next(v for v in counter.villagers if v["household"])
    reply = counter.send("0200", ask(counter, ("ID", member["id_number"]), ("SC", "XNB")))
    assert len(read_elements(reply)["HN"].split(";")) == len(member["household"])


def test_a_pensioner_has_no_year_open(counter: Counter) -> None:
    old = counter.villagers[PENSIONER]
    reply = counter.send("0200", ask(counter, ("ID", old["id_number"]), ("SC", "XNB")))
    assert (reply.get(39), read_elements(reply)["YS"]) == ("00", "")


def test_a_participant_nobody_knows_is_p1(counter: Counter) -> None:
    asked = ask(counter, ("ID", "110101199003070002"), ("SC", "XNB"))
    assert counter.send("0200", asked).get(39) == "P1"


def test_cash_moves_from_the_station_to_the_township(counter: Counter, villager: Villager) -> None:
    station = counter.balance_fen(ledger.station(TERMINAL))
    request = counter.cash_contribution(villager, 2026, 20_000, 20_000, ik=IK)
    assert counter.send("0200", request).get(39) == "00"
    assert counter.balance_fen(ledger.transitional(villager["township"])) == 20_000
    assert counter.balance_fen(ledger.station(TERMINAL)) == station - 20_000


def test_a_card_may_pay_for_somebody_else(counter: Counter, villager: Villager) -> None:
    payer = counter.villagers[5]
    cash = counter.cash_contribution(villager, 2026, 20_000, 20_000, ik=IK)
    request = counter.by_stripe(cash | {60: "8100000100060"}, payer, None)
    reply = counter.send("0200", request)
    assert (reply.get(39), read_elements(reply)["SB"]) == ("00", "3000")
    assert counter.balance_fen("card:v06") == payer["balance_fen"] - 20_000


def test_a_year_paid_twice_is_p2_and_says_when_and_where(
    counter: Counter, villager: Villager
) -> None:
    counter.send("0200", counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK))
    again = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=OTHER_IK)
    reply = counter.send("0200", again)
    assert reply.get(39) == "P2"
    assert read_elements(reply) == {"PA": f"2026-11-23 09:30 {TERMINAL}"}


def test_the_first_booking_fixes_the_tier(counter: Counter, villager: Villager) -> None:
    counter.send("0200", counter.cash_contribution(villager, 2026, 30_000, 10_000, ik=IK))
    other = counter.cash_contribution(villager, 2026, 20_000, 10_000, ik=OTHER_IK)
    assert counter.send("0200", other).get(39) == "P3"


def test_a_tier_that_is_none_is_p3(counter: Counter, villager: Villager) -> None:
    request = counter.cash_contribution(villager, 2026, 15_000, 15_000, ik=IK)
    assert counter.send("0200", request).get(39) == "P3"


def test_parts_add_up_to_the_tier_and_no_further(counter: Counter, villager: Villager) -> None:
    parts = [(10_000, "1" * 16), (10_001, "2" * 16), (10_000, "3" * 16), (1, "4" * 16)]
    codes = [
        counter.send("0200", counter.cash_contribution(villager, 2026, 20_000, fen, ik=ik)).get(39)
        for fen, ik in parts
    ]
    assert codes == ["00", "P6", "00", "P2"]


def test_without_part_payment_the_amount_is_the_tier(strict_counter: Counter) -> None:
    villager = strict_counter.villagers[0]
    part = strict_counter.cash_contribution(villager, 2026, 20_000, 10_000, ik=IK)
    assert strict_counter.send("0200", part).get(39) == "P6"


def test_somebody_over_fifty_nine_is_p4(counter: Counter) -> None:
    old = counter.villagers[PENSIONER]
    request = counter.cash_contribution(old, 2026, 10_000, 10_000, ik=IK)
    assert counter.send("0200", request).get(39) == "P4"


@pytest.mark.parametrize("year", [2020, 2027])
def test_a_year_that_is_closed_is_p5(counter: Counter, villager: Villager, year: int) -> None:
    request = counter.cash_contribution(villager, year, 10_000, 10_000, ik=IK)
    assert counter.send("0200", request).get(39) == "P5"


def test_a_station_short_of_money_is_p7(poor_counter: Counter) -> None:
    villager = poor_counter.villagers[0]
    request = poor_counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK)
    assert poor_counter.send("0200", request).get(39) == "P7"


def test_a_queued_contribution_repeated_gets_its_first_answer_and_is_booked_once(
    counter: Counter, villager: Villager
) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK, queued=QUEUED)
    first = counter.send("0200", request)
    counter.clock.now_s += 3_600
    again = counter.send("0200", request)
    assert dict(again.fields) == dict(first.fields)
    assert counter.balance_fen(ledger.transitional(villager["township"])) == 10_000


def test_a_declined_queued_contribution_is_declined_alike_again(
    counter: Counter, villager: Villager
) -> None:
    request = counter.cash_contribution(villager, 2020, 10_000, 10_000, ik=IK, queued=QUEUED)
    assert [counter.send("0200", request).get(39) for _ in range(2)] == ["P5", "P5"]


def test_a_queued_contribution_is_repeated_into_a_closed_batch_and_new_keys(
    counter: Counter, villager: Villager
) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK, queued=QUEUED)
    first = counter.send("0200", request)
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    counter.sign_in()
    again = counter.send("0200", request)
    assert (again.get(39), again.get(37)) == ("00", first.get(37))
    assert again.get(64) != first.get(64)


def test_a_known_key_with_other_contents_is_94(counter: Counter, villager: Villager) -> None:
    counter.send("0200", counter.cash_contribution(villager, 2026, 20_000, 10_000, ik=IK))
    other = counter.cash_contribution(villager, 2026, 20_000, 5_000, ik=IK)
    assert counter.send("0200", other).get(39) == "94"


def test_a_known_key_by_card_is_94(counter: Counter, villager: Villager) -> None:
    cash = counter.cash_contribution(villager, 2026, 20_000, 10_000, ik=IK)
    counter.send("0200", cash)
    card = counter.by_stripe(cash | {60: "8100000100060"}, villager, None)
    assert counter.send("0200", card).get(39) == "94"


def test_a_card_contribution_is_never_answered_twice(counter: Counter, villager: Villager) -> None:
    cash = counter.cash_contribution(villager, 2026, 20_000, 10_000, ik=IK)
    card = counter.by_stripe(cash | {60: "8100000100060"}, villager, None)
    assert [counter.send("0200", card).get(39) for _ in range(2)] == ["00", "94"]


def test_a_queued_contribution_refused_for_its_batch_may_come_again(
    counter: Counter, villager: Villager
) -> None:
    request = counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK, queued=QUEUED)
    counter.send("0200", request | {60: "8200000900060"})
    assert counter.send("0200", request).get(39) == "00"


def test_the_participant_is_told_not_the_payer(counter: Counter, villager: Villager) -> None:
    counter.send("0200", counter.cash_contribution(villager, 2026, 10_000, 10_000, ik=IK))
    phones = [row["phone"] for row in counter.bank.db.execute("SELECT phone FROM sms")]
    assert phones == [villager["phone"]]
