"""The invented population: reproducible, valid on paper, one of each kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from stdnum import luhn
from stdnum.cn import ric

from tests.hw_sim.bank.persons import age_on
from tests.hw_sim.people import make_people

TODAY = date(2026, 11, 23)
POPULATIONS = [make_people(seed, 12, ["101", "103", "201"], ["622999"]) for seed in (0, 7, 99)]


@pytest.fixture(params=POPULATIONS, ids=lambda people: f"seed {people['seed']}")
def villagers(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return list(request.param["villagers"])


def test_the_same_seed_gives_the_same_people() -> None:
    assert make_people(7, 12, ["101", "103", "201"], ["622999"]) == POPULATIONS[1]


def test_every_identity_number_is_valid_and_its_own(villagers: list[dict[str, Any]]) -> None:
    numbers = [v["id_number"] for v in villagers]
    assert all(ric.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_card_number_is_nineteen_digits_and_passes_luhn(
    villagers: list[dict[str, Any]],
) -> None:
    pans = [v["card"]["pan"] for v in villagers]
    assert all(len(pan) == 19 and luhn.is_valid(pan) for pan in pans)
    assert len(set(pans)) == len(pans)


def test_track_two_says_what_the_card_says(villagers: list[dict[str, Any]]) -> None:
    for card in (v["card"] for v in villagers):
        assert card["track2"].startswith(f"{card['pan']}={card['expiry']}{card['service_code']}")
        assert len(card["track2"]) <= 37


def test_exactly_one_card_has_a_chip(villagers: list[dict[str, Any]]) -> None:
    assert [v["card"]["service_code"] for v in villagers].count("220") == 1


def test_exactly_one_card_is_of_another_bank(villagers: list[dict[str, Any]]) -> None:
    assert [v["card"]["pan"][:6] for v in villagers].count("621234") == 1


def test_exactly_one_person_is_over_sixty_and_receives(villagers: list[dict[str, Any]]) -> None:
    old = [v for v in villagers if age_on(v["id_number"], TODAY) >= 60]
    assert [v["status"] for v in old] == ["R"]
    assert [v["status"] for v in villagers].count("R") == 1


def test_one_account_is_nearly_empty(villagers: list[dict[str, Any]]) -> None:
    assert sum(v["balance_fen"] < 1_000 for v in villagers) == 1


def test_a_household_is_mutual_and_of_one_township(villagers: list[dict[str, Any]]) -> None:
    by_key = {v["key"]: v for v in villagers}
    for villager in villagers:
        for other in (by_key[key] for key in villager["household"]):
            assert villager["key"] in other["household"]
            assert villager["township"] == other["township"]
