"""Real processes on real pseudo-terminals: the screen dies in mid-flight and the books agree."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import audit, day, drawer, site
from tests.bench.__main__ import audited
from tests.bench.operator import Operator
from tests.bench.processes import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = site.make(tmp_path_factory.mktemp("b"), 3)
    with Bench(made) as running:
        yield running


def seen(text: str) -> None:
    """The robot's screen is not printed in a test."""


def test_the_screen_dies_in_mid_flight_and_the_next_one_shows_the_truth(bench: Bench) -> None:
    first = Operator(bench.site, seen)
    shop = day.Day(bench, first, random.Random(3), seen)
    drawer.sign_on(shop)
    shop.at_the_counter(shop.stripe_villager())
    bench.bank(op="fault", name="delay", times=1, arg=1.5, match={"service": "withdrawal"})
    first.answer("home", "1")
    first.answer("amount", "100")
    first.expect("wait")
    first.kill()

    second = Operator(bench.site, seen)
    second.answer("approved", "1")
    second.expect("home")
    second.leave()


def test_a_killed_engine_reverses_what_was_in_flight_and_never_pays_it(bench: Bench) -> None:
    screen = Operator(bench.site, seen)
    shop = day.Day(bench, screen, random.Random(4), seen)
    shop.at_the_counter(shop.stripe_villager())
    bench.bank(op="fault", name="delay", times=1, arg=3, match={"service": "withdrawal"})
    screen.answer("home", "1")
    screen.answer("amount", "100")
    screen.expect("wait")
    bench.end("station", kill=True)
    bench.start_station()
    screen.answer("locked", site.OPERATOR)
    screen.answer("operator_pin", site.OPERATOR_PIN, secret=True)
    assert "请勿付现金" in screen.expect("unknown").text
    screen.type("c")
    screen.expect("home")
    screen.leave()


def test_a_second_engine_is_refused_in_one_line_and_the_first_goes_on(bench: Bench) -> None:
    second = subprocess.run(
        site.huinong("station", str(bench.site.station_file)),
        env=bench.site.environment,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert second.returncode == 1
    assert "stop it first" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr
    assert bench.site.socket.exists()


def test_after_all_that_the_books_agree_and_a_changed_entry_or_fact_shows(bench: Bench) -> None:
    bench.end("station")
    told = audit.summary(bench.site, *audited(bench))
    assert told["differences"] == []
    assert (told["withdrawals"], told["reversed"]) == (1, 1)
    assert told["books_agree"]
    assert told["journal_verified"]

    account = next(iter(bench.bank(op="books")["accounts"]))
    bench.bank(op="tamper", account=account, fen=100)
    assert not audit.summary(bench.site, *audited(bench))["books_agree"]

    _change_one_fact(bench.site.journal)
    assert not audit.journal_verified(bench.site)


def test_no_secret_stands_in_any_file_of_the_station(bench: Bench) -> None:
    written = b"".join(p.read_bytes() for p in bench.site.state.rglob("*") if p.is_file())
    written += bench.log("station").encode()
    for person in bench.site.people["villagers"]:
        for secret in (person["card"]["pan"], person["id_number"], person["name"]):
            assert secret.encode() not in written
    assert site.OPERATOR_PIN.encode() not in written


def _change_one_fact(journal: Path) -> None:
    with sqlite3.connect(journal) as db:
        db.execute("DROP TRIGGER facts_stay")
        db.execute("UPDATE facts SET entry = CAST(entry || x'20' AS BLOB) WHERE seq = 5")


@pytest.mark.parametrize(
    ("name", "damage", "told"),
    [
        ("station.toml", "width_mm = 58\n", "width_mm"),
        ("county.toml", "part_payment = 'perhaps'\n", "part_payment"),
        ("bank.toml", "[[[", "not valid TOML"),
    ],
)
def test_a_damaged_configuration_is_one_plain_line(
    tmp_path: Path, name: str, damage: str, told: str
) -> None:
    for file in site.EXAMPLES.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"))
    with (tmp_path / name).open("a") as out:
        out.write(damage)
    done = subprocess.run(
        site.huinong("station", str(tmp_path / "station.toml")), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert name in done.stderr.splitlines()[-1]
    assert told in done.stderr.splitlines()[-1]
