"""What a day leaves behind can be proven by anybody, and no change of it goes unseen.

The files are those that `make run` keeps in `build/day/`, the command is the inspector's.
"""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench import __main__ as make_run
from tests.bench import audit, day, drawer
from tests.e2e.counter import POLL_S, Counter, running_counter

SEEN_S = 20.0  # sign-in with its checkpoint, on a busy machine


@dataclass
class Evening:
    """kept is what the day has left; noon a copy of the journal as it was at noon."""

    counter: Counter
    kept: Path
    noon: Path


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("b")
    with running_counter(folder, seed=11) as counter:
        bench, shop = counter.bench, counter.shop
        day.withdrawal(shop)
        noon = folder / "noon"
        noon.mkdir()
        at_noon = audit.copied(bench.site.journal, noon)
        drawer.hand_over(shop)
        day.withdrawal(shop)
        drawer.close(shop)
        bench.end("station")
        make_run.keep(bench.site, folder / "kept")
        yield Evening(counter, folder / "kept", at_noon)


@pytest.fixture
def journal(evening: Evening, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copy(evening.kept / make_run.JOURNAL, tmp_path))


def verified(
    evening: Evening, journal: Path, *, witnessed: bool = False
) -> subprocess.CompletedProcess[str]:
    checkpoint = evening.kept / make_run.CHECKPOINT if witnessed else None
    return audit.verified(journal, evening.kept / make_run.CERTIFICATE, checkpoint)


def change(journal: Path, *statements: str) -> None:
    """As somebody does who has the file and knows SQL; the triggers are no obstacle to them."""
    with sqlite3.connect(journal) as db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert db.execute(statement).rowcount == 1 or "DELETE" in statement
    db.close()


def size(journal: Path) -> int:
    return len(audit.facts(journal))


@pytest.mark.parametrize("number", [0, 1])
def test_the_commands_that_the_day_prints_prove_it(evening: Evening, number: int) -> None:
    command = make_run.inspections(evening.kept)[number]
    done = subprocess.run(shlex.split(command), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "all their signatures hold" in done.stdout


def test_what_the_bank_has_seen_reaches_to_the_close_of_the_shift(evening: Evening) -> None:
    closed = 1 + next(
        place
        for place, fact in enumerate(audit.facts(evening.kept / make_run.JOURNAL))
        if fact["t"] == "ShiftClosed"
    )
    stated = (evening.kept / make_run.CHECKPOINT).read_text("utf-8").splitlines()
    assert int(stated[1]) >= closed


@pytest.mark.parametrize("seq", [1, 9, 20])
def test_one_changed_byte_of_a_fact_is_found_and_its_place_is_named(
    evening: Evening, journal: Path, seq: int
) -> None:
    last = "substr(entry, 1, length(entry) - 1)"
    change(journal, f"UPDATE facts SET entry = CAST({last} || x'7e' AS BLOB) WHERE seq = {seq}")
    done = verified(evening, journal)
    assert done.returncode == 1
    assert f"fact {seq}" in done.stderr


def test_a_fact_taken_out_is_found_and_its_place_is_named(evening: Evening, journal: Path) -> None:
    change(journal, "DELETE FROM facts WHERE seq = 12")
    done = verified(evening, journal)
    assert done.returncode == 1
    assert "fact 12" in done.stderr


def test_a_tail_cut_off_shows_only_against_what_the_bank_has_stored(
    evening: Evening, journal: Path
) -> None:
    cut_at = size(journal) - 10
    change(journal, f"DELETE FROM facts WHERE seq > {cut_at}")
    assert verified(evening, journal).returncode == 0
    done = verified(evening, journal, witnessed=True)
    assert done.returncode == 1
    assert f"fact {cut_at + 1} is missing" in done.stderr


def test_an_older_copy_of_the_journal_is_known_by_the_bank_s_checkpoint(evening: Evening) -> None:
    assert verified(evening, evening.noon).returncode == 0
    done = verified(evening, evening.noon, witnessed=True)
    assert done.returncode == 1
    assert f"fact {size(evening.noon) + 1} is missing" in done.stderr


def test_a_station_on_an_older_copy_of_its_state_is_locked_at_its_next_sign_in(
    evening: Evening, tmp_path: Path
) -> None:
    """`security.md` threat 9: what only the bank remembers is missed, and no money moves."""
    counter = evening.counter
    bench, state = counter.bench, counter.bench.site.state
    older = shutil.copytree(state, tmp_path / "older")
    seen = bench.bank(op="checkpoint")["size"]
    bench.start_station()
    until = time.monotonic() + SEEN_S
    while bench.bank(op="checkpoint")["size"] == seen and time.monotonic() < until:
        time.sleep(POLL_S)
    bench.end("station")

    shutil.rmtree(state)
    shutil.copytree(older, state)
    bench.start_station()
    drawer.sign_on(counter.shop)
    until = time.monotonic() + SEEN_S
    while "本机的流水比银行的旧，已停止办理" not in counter.home_page():
        assert time.monotonic() < until
    counter.screen.type("1")
    assert "本机的流水比银行的旧" in counter.screen.expect("blocked").text
    counter.screen.leave()
    assert counter.screen.complaints == ""
