"""A stranger at the bank's place, a port that is not there, paper near its end: real processes."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench import day, site
from tests.e2e.counter import Counter, running_counter

NOTICED_S = 10.0  # the printer is asked every 2 s
THIRD, THIRD_PIN = "05", "864209"
MANAGER, MANAGER_PIN = "90", "975310"
OF_THE_AUTHORITY = ("ca.pem", "authority")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running_counter(tmp_path_factory.mktemp("b"), seed=7) as counter:
        yield counter


def test_paper_near_its_end_stands_on_the_home_page_and_stops_no_business(
    counter: Counter,
) -> None:
    counter.bench.device("printer", "paper low")
    until = time.monotonic() + NOTICED_S
    while "打印纸快用完了" not in counter.home_page():
        assert time.monotonic() < until
    counter.withdraw("approved")
    counter.screen.answer("approved", "1")
    counter.screen.expect("home")
    counter.bench.device("printer", "paper in")


@contextmanager
def bank_of_another_authority(counter: Counter) -> Iterator[None]:
    """At the bank's own address answers somebody whose certificate is of another authority."""
    bench, kept = counter.bench, counter.bench.site.root / "kept"
    bench.end("bank")
    kept.mkdir()
    for name in OF_THE_AUTHORITY:
        shutil.move(bench.site.bank / name, kept)
    bench.start_bank()
    yield
    bench.end("bank")
    shutil.rmtree(bench.site.bank / "authority")
    for name in OF_THE_AUTHORITY:
        shutil.move(kept / name, bench.site.bank / name)
    bench.start_bank()


def ping(counter: Counter) -> subprocess.CompletedProcess[str]:
    made = counter.bench.site
    command = site.huinong("wire", "ping", str(made.station_file))
    return subprocess.run(command, env=made.environment, capture_output=True, text=True)


def test_the_technician_reaches_the_bank_beside_a_working_station(counter: Counter) -> None:
    done = ping(counter)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("name lookup", "TLS", "certificate", "issued by", "valid", "echo", "again"):
        assert f"\n{word}  " in done.stdout


def test_a_bank_of_another_authority_is_sent_nothing_and_nothing_is_paid(counter: Counter) -> None:
    counter.withdraw("approved")
    counter.screen.answer("approved", "1")
    with bank_of_another_authority(counter):
        counter.withdraw("not_sent")
        assert "请付现金" not in "".join(counter.told)
        assert "请勿付现金" in counter.screen.sheet.text
        assert "没有发给银行，卡里的钱没有动" in counter.screen.sheet.text
        assert "对方的证书不是银行的" in counter.screen.sheet.text
        counter.screen.type("")
        counter.screen.expect("home")
        deal = counter.settled()
        assert (deal.outcome, counter.booked(deal)) == ("not_sent", "not booked")
        assert counter.bench.bank(op="books")["requests"][-1]["trace"] != deal.trace
    assert counter.differences() == []


def test_where_nobody_listens_at_the_bank_the_page_says_so(counter: Counter) -> None:
    counter.bench.end("bank")
    assert "nobody listens there" in ping(counter).stderr
    counter.withdraw("not_sent")
    assert "银行的系统现在不接受连接" in counter.screen.sheet.text
    counter.screen.type("")
    counter.screen.expect("home")
    counter.bench.start_bank()
    assert counter.settled().outcome == "not_sent"


def test_when_the_right_bank_is_back_business_goes_on_without_a_restart(counter: Counter) -> None:
    """The bank has forgotten the working keys: the first answer asks for a new sign-in."""
    counter.withdraw("declined")
    counter.screen.answer("declined", "")
    counter.screen.expect("home")
    counter.withdraw("approved")
    counter.screen.answer("approved", "1")
    counter.screen.expect("home")
    assert counter.differences() == []


def test_the_account_manager_unlocks_a_number_at_the_screen(counter: Counter) -> None:
    """Five wrong PINs lock (`security.md` section 8); the manager's page has digits and Enter."""
    site.admit(counter.bench.site, MANAGER, "赵敏", MANAGER_PIN, "account_manager")
    screen = counter.screen
    screen.answer("home", "0")
    for _ in range(5):
        screen.answer("locked", site.OPERATOR)
        screen.answer("operator_pin", MANAGER_PIN, secret=True)
    screen.expect("locked", says="已暂时锁住")

    screen.type(MANAGER)
    screen.answer("operator_pin", MANAGER_PIN, secret=True)
    screen.answer("unlock", site.OPERATOR)
    screen.expect("unlock", says="已解锁")
    screen.type("")

    screen.answer("locked", site.OPERATOR)
    screen.answer("operator_pin", site.OPERATOR_PIN, secret=True)
    screen.expect("home")


def test_an_operator_admitted_while_the_station_runs_can_take_the_shift_over(
    counter: Counter,
) -> None:
    site.admit(counter.bench.site, THIRD, "周红", THIRD_PIN, "operator")
    screen = counter.screen
    screen.answer("home", "6")  # whatever the engine is asked, it looks at the roster
    screen.expect("today", says="第 1")
    screen.type("c")
    screen.answer("home", "7")
    screen.answer("shift", "1")
    assert f"{THIRD} 周红" in screen.expect("shift_to").text
    screen.type("c")
    screen.answer("shift", "c")
    screen.expect("home")


def test_a_port_that_does_not_exist_is_named_and_stops_only_what_needs_it(
    counter: Counter,
) -> None:
    bench = counter.bench
    site.move_device(bench.site, "reader", "/dev/huinong/no-such-reader")
    bench.end("station")
    bench.start_station()
    counter.screen.answer("locked", site.OPERATOR)
    counter.screen.answer("operator_pin", site.OPERATOR_PIN, secret=True)
    assert "设备没有连接：读卡器" in counter.screen.expect("home").text

    counter.screen.type("1")
    told = counter.screen.expect("blocked").text
    assert "读卡器不能用" in told
    assert "还没有开始，钱没有动" in told
    counter.screen.type("")

    day.contribution_in_cash(counter.shop)
    assert counter.settled().outcome == "approved"
    assert counter.differences() == []
    assert "/dev/huinong/no-such-reader" in bench.log("station")


def test_nobody_has_seen_a_traceback(counter: Counter) -> None:
    counter.screen.leave()
    assert counter.screen.complaints == ""
    assert "Traceback" not in counter.bench.log("station")
