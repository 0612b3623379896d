"""A small run of every target, and what the runner does when one does not end well."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import strategies as st

from tests.fuzz import drawn_messages
from tests.fuzz.damage import WAYS, spoilt
from tests.fuzz.iso8583 import agrees, ends_well
from tests.fuzz.run import Ends, run
from tests.fuzz.table import TARGETS
from tests.fuzz.target import FalseApproval, Hang, Target, watched


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_small_run_of_every_target_ends_well(target: Target) -> None:
    ends = run([target], seed_=1, count=300)
    assert ends.findings == []
    assert ends.inputs[target.name] >= 100


def test_a_thousand_drawn_messages_agree_with_pyiso8583_in_both_directions() -> None:
    for seed in range(1000):
        agrees(seed)


def test_drawn_messages_reach_every_field_and_every_message_type() -> None:
    drawn = [drawn_messages.message(Random(seed)) for seed in range(1000)]
    assert {mti for mti, _ in drawn} == set(drawn_messages.MTIS)
    assert {de for _, fields in drawn for de in fields} == drawn_messages.ROWS.keys()


@pytest.mark.parametrize("begins", ["", "FFFF", "000060", "02100000", "6000030000603100311000"])
def test_64_kib_of_noise_are_refused_or_read(begins: str) -> None:
    ends_well((bytes.fromhex(begins) + Random(5).randbytes(65_536))[:65_536])


def fails_with(kind: type[BaseException]) -> Callable[[int], None]:
    def judge(drawn: int) -> None:
        if drawn > 100:
            raise kind

    return judge


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        (IndexError, (1, 0, 0)),
        (RecursionError, (1, 0, 0)),
        (Hang, (0, 1, 0)),
        (FalseApproval, (0, 0, 1)),
    ],
)
def test_a_finding_is_counted_as_what_it_is_and_fails_the_run(
    kind: type[BaseException], ends: tuple[int, int, int]
) -> None:
    target = Target("bad", st.integers(0, 2**16), fails_with(kind), 1000)
    found: Ends = run([target], seed_=1)
    assert (found.crashes, found.hangs, found.false_approvals) == ends
    assert not found.clean
    assert kind.__name__ in found.findings[0]


def for_ever() -> None:
    while True:
        pass


def test_an_input_that_never_ends_is_a_hang() -> None:
    with pytest.raises(Hang), watched(cpu_s=0.05):
        for_ever()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [0, 3])
def test_every_damage_changes_the_bytes(way: str, at: int) -> None:
    assert spoilt(b"abcd", [(way, at, 9)]) != b"abcd"
