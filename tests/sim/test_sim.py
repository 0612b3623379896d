"""A few seeds in the fast set, that a seed plays the same again, and that the checks can fail."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from terminal.bank.link import BankLink
from terminal.core.exchange import Answer, Ask, Reply, Unknown, Verdict
from terminal.journal.store import Journal
from tests.sim.run import Play, play
from tests.sim.station import Parts

SEEDS = range(1, 9)
SHORT = Play(transactions=120)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_invariant_is_broken(seed: int) -> None:
    report = play(seed, of=SHORT)
    assert not report.violation, f"{report.violation}; again: {report.replay}"


def test_a_quiet_station_serves_and_nothing_strikes() -> None:
    report = play(3, of=Play(transactions=60, kinds=()))
    assert (report.violation, report.faults.total()) == ("", 0)


def test_the_same_seed_is_the_same_play() -> None:
    first, second = play(5, of=SHORT), play(5, of=SHORT)
    assert (first.digest, first.events, first.faults) == (
        second.digest,
        second.events,
        second.faults,
    )


def test_another_seed_is_another_play() -> None:
    assert play(5, of=Play(transactions=20)).digest != play(6, of=Play(transactions=20)).digest


def caught(parts: Parts, kinds: Sequence[str], seeds: int = 10) -> set[str]:
    """The rules that a station with these parts has broken."""
    reports = (play(seed, parts=parts, of=Play(80, kinds)) for seed in range(seeds))
    return {report.rule for report in reports if report.violation}


class DeclinesOnSilence(BankLink):
    """A deliberate fault: silence is taken for a decline (I8)."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        if isinstance(reply, Unknown) and ask.reversal_reason is None:
            return Answer(Verdict.DECLINED, "91", "发卡方状态不正常", bank_day="")
        return reply


class AsksTwice(BankLink):
    """A deliberate fault: what was not answered is asked once more below the engine (I3)."""

    def exchange(self, ask: Ask) -> Reply:
        reply = super().exchange(ask)
        return super().exchange(ask) if isinstance(reply, Unknown) else reply


def test_silence_taken_for_a_decline_is_caught() -> None:
    assert caught(Parts(link=DeclinesOnSilence), ("drop_after",)) & {
        "books_agree",
        "a_decline_is_the_banks",
    }


def test_a_request_that_is_repeated_is_caught() -> None:
    assert "sequence_only_rises" in caught(Parts(link=AsksTwice), ("drop_before",))


class WritesLater(Journal):
    """A deliberate fault: an append returns before it is on the disk (I4)."""

    def _commit(self, entries: Sequence[tuple[int, bytes, bytes, bytes]]) -> None:
        """Nothing reaches the disk."""


def test_facts_that_are_not_on_the_disk_are_missed() -> None:
    assert "nothing_disappears" in caught(Parts(journal=WritesLater), ("power",))
