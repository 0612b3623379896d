"""助农取款 at the bank: postings, fees, limits, PIN, in the order of rule 2."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import DAY_S, TERMINAL, Counter, Villager, elements, read_elements
from tests.hw_sim.bank import ledger
from tests.hw_sim.people import CHIP_CARD, OTHER_BANK, POOR

STATION = ledger.station(TERMINAL)


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


def test_an_approved_withdrawal_moves_the_amount_to_the_station(
    counter: Counter, villager: Villager
) -> None:
    before = counter.balance_fen(STATION)
    reply = counter.send("0200", counter.withdrawal(villager, 20_000))
    assert reply.get(39) == "00"
    assert counter.balance_fen(STATION) == before + 20_000
    assert counter.balance_fen("card:v01") == villager["balance_fen"] - 20_000


def test_an_approved_withdrawal_answers_card_authorisation_and_fee(
    counter: Counter, villager: Villager
) -> None:
    reply = counter.send("0200", counter.withdrawal(villager, 20_000))
    assert reply.get(2) == villager["card"]["pan"]
    assert len(reply.get(38)) == 6
    assert read_elements(reply) == {"FE": "0"}


def test_a_declined_withdrawal_has_the_card_but_no_authorisation(counter: Counter) -> None:
    poor = counter.villagers[POOR]
    reply = counter.send("0200", counter.withdrawal(poor, 1_000))
    assert (reply.get(39), reply.get(2), 38 in reply.fields) == ("51", poor["card"]["pan"], False)


def test_another_banks_card_pays_half_a_percent(counter: Counter) -> None:
    guest = counter.villagers[OTHER_BANK]  # county.toml: 50 per 10,000, at least 100 fen
    reply = counter.send("0200", counter.withdrawal(guest, 50_000, fee_fen=250))
    assert reply.get(39) == "00"
    assert counter.balance_fen(ledger.FEE_INCOME) == 250


def test_the_smallest_fee_is_a_yuan(counter: Counter) -> None:
    guest = counter.villagers[OTHER_BANK]
    assert counter.send("0200", counter.withdrawal(guest, 1_000, fee_fen=100)).get(39) == "00"


@pytest.mark.parametrize("told_fen", [0, 249, 251])
def test_a_fee_other_than_the_banks_own_is_23_and_books_nothing(
    counter: Counter, told_fen: int
) -> None:
    guest = counter.villagers[OTHER_BANK]
    reply = counter.send("0200", counter.withdrawal(guest, 50_000, fee_fen=told_fen))
    assert reply.get(39) == "23"
    assert counter.balance_fen("card:v05") == guest["balance_fen"]


def test_more_than_one_transaction_may_carry_is_61(counter: Counter, villager: Villager) -> None:
    assert counter.send("0200", counter.withdrawal(villager, 201_000)).get(39) == "61"


def test_the_days_limit_of_a_card_is_61(counter: Counter) -> None:
    rich = max(counter.villagers, key=lambda v: int(v["balance_fen"]))
    fee_fen = 0 if rich["card"]["pan"].startswith("622999") else 750
    first = counter.send("0200", counter.withdrawal(rich, 150_000, fee_fen=fee_fen))
    second = counter.send("0200", counter.withdrawal(rich, 60_000))
    assert (first.get(39), second.get(39)) == ("00", "61")


def test_a_reversed_withdrawal_gives_the_days_limit_back(
    counter: Counter, villager: Villager
) -> None:
    request = counter.withdrawal(villager, 150_000)
    counter.send("0200", request)
    counter.send("0400", counter.reversal_of(request))
    assert counter.send("0200", counter.withdrawal(villager, 150_000)).get(39) == "00"


def test_the_days_limit_begins_again_on_the_next_day(counter: Counter, villager: Villager) -> None:
    counter.send("0200", counter.withdrawal(villager, 150_000))
    counter.clock.now_s += DAY_S
    assert counter.send("0200", counter.withdrawal(villager, 20_000)).get(39) == "00"


def test_the_twenty_first_withdrawal_of_a_day_is_65(counter: Counter, villager: Villager) -> None:
    codes = [counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) for _ in range(21)]
    assert codes == ["00"] * 20 + ["65"]


@pytest.mark.parametrize("fen", [500, 1_500])
def test_an_amount_off_the_steps_is_13(counter: Counter, villager: Villager, fen: int) -> None:
    assert counter.send("0200", counter.withdrawal(villager, fen)).get(39) == "13"


def test_a_wrong_pin_is_55_twice_and_75_the_third_time(
    counter: Counter, villager: Villager
) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    asked = [counter.withdrawal(villager, 1_000, pin=wrong) for _ in range(3)]
    assert [counter.send("0200", one).get(39) for one in asked] == ["55", "55", "75"]


def test_a_locked_card_stays_locked_with_the_right_pin(
    counter: Counter, villager: Villager
) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    for _ in range(3):
        counter.send("0200", counter.withdrawal(villager, 1_000, pin=wrong))
    assert counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) == "75"


def test_the_right_pin_forgets_the_wrong_ones(counter: Counter, villager: Villager) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    codes = [
        counter.send("0200", counter.withdrawal(villager, 1_000, pin=pin)).get(39)
        for pin in (wrong, wrong, None, wrong)
    ]
    assert codes == ["55", "55", "00", "55"]


def test_a_pin_block_that_does_not_parse_is_99(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000) | {52: "00" * 8}
    assert counter.send("0200", request).get(39) == "99"


def test_a_card_the_bank_does_not_know_is_14(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000)
    request[35] = "6229990000000000000" + request[35][19:]
    assert counter.send("0200", request).get(39) == "14"


def test_a_card_past_its_month_is_54(counter: Counter, villager: Villager) -> None:
    counter.bank.db.execute("UPDATE card SET expiry = '2610' WHERE key = 'v01'")
    assert counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) == "54"


def test_a_chip_in_its_slot_draws_like_a_stripe(counter: Counter) -> None:
    holder = counter.villagers[CHIP_CARD]
    chip = {2: holder["card"]["pan"], 14: "3012", 22: "051", 23: "001", 55: "9F3602000A"}
    reply = counter.send("0200", counter.withdrawal(holder, 1_000) | chip)
    assert reply.get(39) == "00"


def test_every_booking_writes_one_line_to_the_holder(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 20_000)
    counter.send("0200", request)
    lines = counter.bank.db.execute("SELECT phone, text FROM sms").fetchall()
    assert [line["phone"] for line in lines] == [villager["phone"]]
    assert "200.00" in lines[0]["text"]
    assert villager["card"]["pan"] not in lines[0]["text"]


def test_balance_says_what_is_available(counter: Counter, villager: Villager) -> None:
    request = counter.by_stripe(counter.money("310000", "01"), villager, None)
    reply = counter.send("0200", request)
    assert reply.get(54) == f"1002156C{villager['balance_fen']:012d}"


def test_balance_carries_no_element(counter: Counter, villager: Villager) -> None:
    fields = counter.money("310000", "01", f62=elements(("FE", "0")))
    assert counter.send("0200", counter.by_stripe(fields, villager, None)).get(39) == "30"
