"""Loss, collection, SMS, PIN, identity, pensions: the services of county-wire.md without money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from psec import pinblock

from tests.bank_sim.counter import TERMINAL, Counter, Villager, elements, read_elements
from tests.hw_sim.bank.block_cipher import encrypt
from tests.hw_sim.bank.county import County
from tests.hw_sim.bank.opening import STATION_OPENING_FEN

NEW_PIN = "135790"


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def fresh(people: dict[str, Any], county: County) -> Counter:
    """A county where the first two villagers are newly come: card not collected, not verified."""
    first, second, *rest = people["villagers"]
    newly = [
        {**first, "collected": False},
        {**second, "verified": False, "register": "HK440100017"},
    ]
    counter = Counter({"villagers": [*newly, *rest]}, replace(county), STATION_OPENING_FEN)
    counter.sign_in()
    return counter


def loss(counter: Counter, villager: Villager) -> dict[int, str]:
    told = elements(("ID", villager["id_number"]), ("PH", "13800000009"))
    return counter.money("900000", "87", f62=told)


def collection(counter: Counter, villager: Villager, number: str, **ids: str) -> dict[int, str]:
    told = elements(("ID", ids.get("ID", villager["id_number"])), ("CN", number))
    fields = counter.money("910000", "88", f62=told)
    track = villager["card"]["track2"].replace("=", "D")
    return fields | {22: "022", 35: track, 53: "0600000000000000"}


def new_pin(counter: Counter, villager: Villager, pin: str) -> dict[int, str]:
    pik = counter.bank.sessions[TERMINAL].pik
    block = pinblock.encode_pinblock_iso_0(pin, villager["card"]["pan"])
    told = elements(("NP", encrypt(pik, block).hex().upper()))
    return counter.by_stripe(counter.money("700000", "90", f62=told), villager, None)


def check(counter: Counter, **pairs: str) -> str:
    asked = counter.money("930000", "91", f62=elements(*pairs.items()))
    reply = counter.send("0200", asked)
    assert reply.get(39) == "00"
    return read_elements(reply)["ST"]


def test_a_lost_card_is_blocked_from_now_on(counter: Counter, villager: Villager) -> None:
    assert counter.send("0200", loss(counter, villager)).get(39) == "00"
    assert counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) == "41"


def test_the_loss_report_shows_the_card_masked(counter: Counter, villager: Villager) -> None:
    pan = villager["card"]["pan"]
    told = read_elements(counter.send("0200", loss(counter, villager)))
    assert told["CR"] == f"{pan[:6]}{'*' * 9}{pan[-4:]}"


def test_a_repeated_loss_report_gets_the_first_receipt(
    counter: Counter, villager: Villager
) -> None:
    replies = [counter.send("0200", loss(counter, villager)) for _ in range(2)]
    first, second = (read_elements(reply)["RN"] for reply in replies)
    assert first == second
    assert read_elements(counter.send("0200", loss(counter, counter.villagers[1])))["RN"] != first


def test_a_loss_report_for_nobody_is_p1(counter: Counter, villager: Villager) -> None:
    asked = loss(counter, {**villager, "id_number": "110101195001010014"})
    assert counter.send("0200", asked).get(39) == "P1"


def test_a_card_that_waits_for_its_holder_is_21_until_it_is_collected(fresh: Counter) -> None:
    holder = fresh.villagers[0]
    before = fresh.send("0200", fresh.withdrawal(holder, 1_000)).get(39)
    collected = fresh.send("0200", collection(fresh, holder, "000017"))
    after = fresh.send("0200", fresh.withdrawal(holder, 1_000)).get(39)
    assert (before, collected.get(39), after) == ("21", "00", "00")
    assert read_elements(collected)["RN"]


def test_a_collection_repeated_gets_the_first_receipt_and_another_number_12(
    fresh: Counter,
) -> None:
    holder = fresh.villagers[0]
    asked = [collection(fresh, holder, number) for number in ("000017", "000017", "000018")]
    replies = [fresh.send("0200", one) for one in asked]
    assert [reply.get(39) for reply in replies] == ["00", "00", "12"]
    assert read_elements(replies[0]) == read_elements(replies[1])


def test_a_card_is_given_to_its_holder_only(fresh: Counter) -> None:
    holder, other = fresh.villagers[0], fresh.villagers[2]
    asked = [
        collection(fresh, holder, "000017", ID=other["id_number"]),
        collection(fresh, holder, "000017", ID="110101195001010014"),
    ]
    assert [fresh.send("0200", one).get(39) for one in asked] == ["05", "P1"]
    assert fresh.send("0200", fresh.withdrawal(holder, 1_000)).get(39) == "21"


@pytest.mark.parametrize("change", [{22: "021"}, {26: "12"}, {52: "00" * 8}, {53: "2" + "6" * 15}])
def test_a_collection_with_a_pin_is_30(fresh: Counter, change: dict[int, str]) -> None:
    asked = collection(fresh, fresh.villagers[0], "000017") | change
    assert fresh.send("0200", asked).get(39) == "30"


def test_after_the_sign_up_sms_lines_go_to_the_new_number(
    counter: Counter, villager: Villager
) -> None:
    fields = counter.money("920000", "89", f62=elements(("PH", "13899990000")))
    reply = counter.send("0200", counter.by_stripe(fields, villager, None))
    counter.send("0200", counter.withdrawal(villager, 1_000))
    (line,) = counter.bank.db.execute("SELECT phone FROM sms").fetchall()
    assert (reply.get(39), 62 in reply.fields, line["phone"]) == ("00", False, "13899990000")


def test_after_the_change_the_new_pin_is_right_and_the_old_one_wrong(
    counter: Counter, villager: Villager
) -> None:
    assert counter.send("0200", new_pin(counter, villager, NEW_PIN)).get(39) == "00"
    codes = [
        counter.send("0200", counter.withdrawal(villager, 1_000, pin=pin)).get(39)
        for pin in (NEW_PIN, None)
    ]
    assert codes == ["00", "55"]


def test_a_change_with_a_wrong_old_pin_is_55(counter: Counter, villager: Villager) -> None:
    asked = counter.by_stripe(new_pin(counter, villager, NEW_PIN), villager, NEW_PIN)
    assert counter.send("0200", asked).get(39) == "55"


@pytest.mark.parametrize("pin", ["1234", "1234567"])
def test_a_new_pin_of_another_length_is_99_and_the_old_one_stays(
    counter: Counter, villager: Villager, pin: str
) -> None:
    assert counter.send("0200", new_pin(counter, villager, pin)).get(39) == "99"
    assert counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) == "00"


def test_name_and_number_that_belong_together_are_verified(
    counter: Counter, villager: Villager
) -> None:
    found = check(counter, ID=villager["id_number"], NM=villager["name"])
    with_register = check(counter, ID=villager["id_number"], NM=villager["name"], HB="HK1")
    assert (found, with_register) == ("V", "V")


@pytest.mark.parametrize("wrong", [{"NM": "别人"}, {"ID": "110101195001010014"}])
def test_what_does_not_belong_together_fails(
    counter: Counter, villager: Villager, wrong: dict[str, str]
) -> None:
    pairs = {"ID": villager["id_number"], "NM": villager["name"]} | wrong
    assert check(counter, **pairs) == "F"


def test_who_opened_with_the_household_register_waits(fresh: Counter) -> None:
    person = fresh.villagers[1]
    assert check(fresh, ID=person["id_number"], NM=person["name"], HB="HK440100017") == "W"


def test_who_is_not_verified_draws_nothing_but_may_ask(fresh: Counter) -> None:
    person = fresh.villagers[1]
    balance = fresh.by_stripe(fresh.money("310000", "01"), person, None)
    codes = [
        fresh.send("0200", asked).get(39) for asked in (fresh.withdrawal(person, 1_000), balance)
    ]
    assert codes == ["P8", "00"]


def test_a_participant_is_found_by_the_household_register(fresh: Counter) -> None:
    asked = fresh.money("390000", "80", f62=elements(("HB", "HK440100017"), ("SC", "XNB")))
    assert read_elements(fresh.send("0200", asked))["NM"] == fresh.villagers[1]["name"]


def arrivals(counter: Counter, holder: Villager) -> str:
    fields = counter.by_stripe(counter.money("380000", "85"), holder, None)
    reply = counter.send("0200", fields)
    assert reply.get(39) == "00"
    return read_elements(reply)["AL"]


def test_arrivals_are_listed_newest_first(counter: Counter, villager: Villager) -> None:
    counter.bank.db.executemany(
        "INSERT INTO pension_arrival (key, date, fen) VALUES ('v01', ?, ?)",
        [("2026-09-10", 5_600), ("2026-11-10", 5_800), ("2026-10-10", 5_700)],
    )
    assert arrivals(counter, villager) == "20261110:5800;20261010:5700;20260910:5600"


def test_at_most_twelve_arrivals_are_listed(counter: Counter, villager: Villager) -> None:
    counter.bank.db.executemany(
        "INSERT INTO pension_arrival (key, date, fen) VALUES ('v01', ?, 5500)",
        [(f"2025-{month:02d}-10",) for month in range(1, 13)] + [("2026-01-10",)],
    )
    listed = arrivals(counter, villager).split(";")
    assert (len(listed), listed[0], listed[-1]) == (12, "20260110:5500", "20250210:5500")


def test_who_gets_no_pension_has_an_empty_list(counter: Counter, villager: Villager) -> None:
    assert arrivals(counter, villager) == ""
