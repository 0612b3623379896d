"""Payee query, transfer by card, cash remittance: county-wire.md, services, postings, DE62."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import TERMINAL, Counter, Villager, elements, read_elements

OTHER_BANK = 4  # hw_sim/people: the villager whose card is another bank's
STATION = f"station:{TERMINAL}"


@pytest.fixture
def payer(counter: Counter) -> Villager:
    return counter.villagers[0]


@pytest.fixture
def payee(counter: Counter) -> Villager:
    return counter.villagers[5]


@pytest.fixture
def guest(counter: Counter) -> Villager:
    return counter.villagers[OTHER_BANK]


def query(counter: Counter, account: str, fen: int) -> dict[int, str]:
    return counter.money("390000", "83", f4=f"{fen:012d}", f62=elements(("AC", account)))


def transfer(
    counter: Counter, payer: Villager, payee: Villager, fen: int, fee_fen: int = 0, **changed: str
) -> dict[int, str]:
    pairs = {"AC": payee["card"]["pan"], "NM": payee["name"], "FE": str(fee_fen)} | changed
    fields = counter.money("400000", "47", f4=f"{fen:012d}", f62=elements(*pairs.items()))
    return counter.by_stripe(fields, payer, None)


def remittance(
    counter: Counter, payee: Villager, fen: int, fee_fen: int = 0, **changed: str
) -> dict[int, str]:
    pairs = {
        "AC": payee["card"]["pan"],
        "NM": payee["name"],
        "PH": "13800000000",
        "FE": str(fee_fen),
    } | changed
    return counter.money("210000", "84", f4=f"{fen:012d}", f62=elements(*pairs.items()))


def test_the_query_echoes_name_and_bank_and_tells_the_fee(
    counter: Counter, payee: Villager
) -> None:
    reply = counter.send("0200", query(counter, payee["card"]["pan"], 50_000))
    told = {"NM": payee["name"], "BN": "测试银行", "FE": "0"}
    assert (reply.get(39), read_elements(reply)) == ("00", told)


def test_the_query_tells_the_fee_of_another_bank(counter: Counter, guest: Villager) -> None:
    reply = counter.send("0200", query(counter, guest["card"]["pan"], 50_000))
    assert read_elements(reply)["FE"] == "250"  # 50 of ten thousand, county.toml
    assert read_elements(reply)["BN"] != "测试银行"


def test_a_payee_nobody_knows_is_a3(counter: Counter, payer: Villager, payee: Villager) -> None:
    unknown = "6229990000000000000"
    asked = [
        query(counter, unknown, 50_000),
        transfer(counter, payer, payee, 50_000, AC=unknown),
        remittance(counter, payee, 50_000, AC=unknown),
    ]
    assert [counter.send("0200", one).get(39) for one in asked] == ["A3"] * 3


def test_a_query_moves_nothing(counter: Counter, payee: Villager) -> None:
    counter.send("0200", query(counter, payee["card"]["pan"], 50_000))
    assert counter.bank.db.execute("SELECT COUNT(*) AS n FROM booking").fetchone()["n"] == 0


def test_a_transfer_goes_from_card_to_payee(
    counter: Counter, payer: Villager, payee: Villager
) -> None:
    reply = counter.send("0200", transfer(counter, payer, payee, 60_000))
    assert (reply.get(39), read_elements(reply)) == ("00", {"FE": "0"})
    assert counter.balance_fen("card:v01") == payer["balance_fen"] - 60_000
    assert counter.balance_fen("card:v06") == payee["balance_fen"] + 60_000


def test_a_remittance_takes_amount_and_fee_from_the_station(
    counter: Counter, guest: Villager
) -> None:
    before = counter.balance_fen(STATION)
    reply = counter.send("0200", remittance(counter, guest, 50_000, 250))
    assert (reply.get(39), read_elements(reply)) == ("00", {"FE": "250"})
    assert counter.balance_fen(STATION) == before - 50_250
    assert counter.balance_fen("card:v05") == guest["balance_fen"] + 50_000
    assert counter.balance_fen("fee_income") == 250


def test_a_reversal_gives_amount_and_fee_back(counter: Counter, guest: Villager) -> None:
    asked = remittance(counter, guest, 50_000, 250)
    counter.send("0200", asked)
    assert counter.send("0400", counter.reversal_of(asked)).get(39) == "00"
    assert counter.balance_fen("fee_income") == 0
    assert counter.balance_fen("card:v05") == guest["balance_fen"]


def test_a_transfer_is_reversed_by_its_trace(
    counter: Counter, payer: Villager, payee: Villager
) -> None:
    asked = transfer(counter, payer, payee, 60_000)
    counter.send("0200", asked)
    assert counter.send("0400", counter.reversal_of(asked)).get(39) == "00"
    assert counter.balance_fen("card:v01") == payer["balance_fen"]


def test_a_name_that_is_not_the_payees_is_p9(
    counter: Counter, payer: Villager, payee: Villager
) -> None:
    asked = [
        transfer(counter, payer, payee, 60_000, NM="别人"),
        remittance(counter, payee, 60_000, NM="别人"),
    ]
    assert [counter.send("0200", one).get(39) for one in asked] == ["P9", "P9"]


def test_another_fee_than_the_banks_is_23(counter: Counter, payer: Villager) -> None:
    guest = counter.villagers[OTHER_BANK]
    asked = [transfer(counter, payer, guest, 60_000, 1), remittance(counter, guest, 60_000, 0)]
    assert [counter.send("0200", one).get(39) for one in asked] == ["23", "23"]
    assert counter.balance_fen("card:v05") == guest["balance_fen"]


def test_a_transfer_beyond_the_balance_is_51(
    counter: Counter, payer: Villager, payee: Villager
) -> None:
    asked = transfer(counter, payer, payee, payer["balance_fen"] + 1)
    assert counter.send("0200", asked).get(39) == "51"


def test_a_transfer_to_oneself_is_a3(counter: Counter, payer: Villager) -> None:
    assert counter.send("0200", transfer(counter, payer, payer, 100)).get(39) == "A3"


def test_a_transfer_or_remittance_of_nothing_is_13(
    counter: Counter, payer: Villager, payee: Villager
) -> None:
    asked = [transfer(counter, payer, payee, 0), remittance(counter, payee, 0)]
    assert [counter.send("0200", one).get(39) for one in asked] == ["13", "13"]


def test_a_remittance_beyond_the_stations_account_is_p7(
    poor_counter: Counter,
) -> None:
    payee = poor_counter.villagers[5]
    assert poor_counter.send("0200", remittance(poor_counter, payee, 5_001)).get(39) == "P7"


def test_a_remittance_with_a_card_is_30(counter: Counter, payer: Villager, payee: Villager) -> None:
    asked = counter.by_stripe(remittance(counter, payee, 5_000), payer, None)
    assert counter.send("0200", asked).get(39) == "30"


@pytest.mark.parametrize("missing", ["AC", "NM", "PH", "FE"])
def test_a_remittance_without_one_of_its_elements_is_30(
    counter: Counter, payee: Villager, missing: str
) -> None:
    asked = remittance(counter, payee, 5_000)
    pairs = [
        pair
        for pair in (
            ("AC", payee["card"]["pan"]),
            ("NM", payee["name"]),
            ("PH", "13800000000"),
            ("FE", "0"),
        )
        if pair[0] != missing
    ]
    assert counter.send("0200", asked | {62: elements(*pairs)}).get(39) == "30"


def test_totals_count_a_transfer_as_debit_and_a_remittance_as_credit(
    counter: Counter, payer: Villager, payee: Villager, guest: Villager
) -> None:
    counter.send("0200", transfer(counter, payer, payee, 60_000))
    counter.send("0200", remittance(counter, guest, 50_000, 250))
    rows = counter.bank.db.execute("SELECT service, side, amount_fen FROM booking").fetchall()
    assert [tuple(row) for row in rows] == [
        ("transfer", "debit", 60_000),
        ("remittance", "credit", 50_000),
    ]


def test_the_payee_of_a_remittance_is_told(counter: Counter, payee: Villager) -> None:
    counter.send("0200", remittance(counter, payee, 50_000))
    lines = counter.bank.db.execute("SELECT phone, text FROM sms").fetchall()
    assert [line["phone"] for line in lines] == [payee["phone"]]
    assert "500.00" in lines[0]["text"]
