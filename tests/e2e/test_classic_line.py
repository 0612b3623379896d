"""A station with the classic profile over TCP: real processes, no signatures, no witness."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.bench import site
from tests.bench.processes import Bench
from tests.config.written import EXAMPLES
from tests.e2e.counter import Counter

CLASSIC = (EXAMPLES / "cup-classic.toml").read_text("utf-8")


class ClassicBench(Bench):
    """The sandbox with its TCP door; the station's profile is the example, pointed at it."""

    def start_bank(self) -> None:
        made = self.site
        county, people = made.root / "etc" / "county.toml", made.root / "people.json"
        command = ["-m", "tests.hw_sim.bank", "--dir", str(made.bank), "--people", str(people)]
        command += ["--county", str(county), "--tcp", "0"]
        told = json.loads(self._start("bank", [sys.executable, *command]))
        lines = [line for line in CLASSIC.splitlines() if not line.startswith("other_urls")]
        text = "\n".join(lines).replace("tcp://10.0.0.1:5000", told["tcp"])
        (made.root / "etc" / "bank.toml").write_text(text)
        site.wait_less(
            made, connect_timeout_s=2, answer_timeout_s=2, reversal_timeout_s=2, interval_s=1
        )


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("b")
    made = site.make(folder, 7)
    copies = folder / "copies"
    copies.mkdir()
    with ClassicBench(made) as running:
        counter = Counter(running, copies)
        counter.open()
        yield counter


def test_a_withdrawal_is_paid_over_bare_frames(counter: Counter) -> None:
    counter.withdraw("approved")
    counter.screen.answer("approved", "1")
    counter.screen.expect("home")
    assert counter.settled().outcome == "approved"


def test_a_lost_answer_is_unknown_and_taken_back(counter: Counter) -> None:
    counter.bench.bank(op="fault", name="drop_after", match={"mti": "0200"})
    counter.withdraw("unknown")
    assert "请付现金" not in "".join(counter.told)
    counter.screen.type("")
    counter.screen.expect("home")
    deal = counter.settled()
    assert (deal.outcome, counter.booked(deal)) == ("reversed", "reversed")


def test_the_books_agree_and_no_checkpoint_was_sent(counter: Counter) -> None:
    assert counter.differences() == []
    assert not list((counter.bench.site.bank / "checkpoints").glob("*"))
