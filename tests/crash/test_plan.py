"""Which disks are built: all of a few, the ends and their neighbours of many, chance after that."""

from __future__ import annotations

from random import Random

from tests.crash import plan

FEW, MANY = (2, 3), (2,) * 10


def test_of_a_few_possible_disks_all_are_taken() -> None:
    taken = set(plan.first(FEW, (1.0, 1.0), Random(1)))
    assert taken == {(a, b) for a in range(2) for b in range(3)}


def test_of_many_each_part_is_lost_alone_and_kept_alone() -> None:
    taken = set(plan.first(MANY, [1.0] * len(MANY), Random(1)))
    assert len(taken) == 2 + 2 * len(MANY)
    assert {sum(choice) for choice in taken} == {0, 1, len(MANY) - 1, len(MANY)}


def test_a_part_of_no_weight_is_never_another_alone() -> None:
    shares = [0.0] + [1.0] * (len(MANY) - 1)
    taken = set(plan.first(MANY, shares, Random(1)))
    assert (1, *(0 for _ in MANY[1:])) not in taken
    assert len(taken) == 2 + 2 * (len(MANY) - 1)


def test_chance_draws_only_what_is_possible_and_the_same_for_a_seed() -> None:
    drawn = [plan.by_chance(FEW, Random(seed)) for seed in range(200)]
    assert set(drawn) == {(a, b) for a in range(2) for b in range(3)}
    assert drawn == [plan.by_chance(FEW, Random(seed)) for seed in range(200)]


def test_a_choice_told_to_people_reads_back() -> None:
    for choice in ((), (0,), (1, 12, 0)):
        assert plan.read(plan.text(choice)) == choice
