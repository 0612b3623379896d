"""What stays open and how people end it, by keys alone: queued, refused, too late for the bank.

The county of this bench allows cash contributions while the line is down (待上传).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.bench import day, site
from tests.e2e.counter import POLL_S, WAIT_S, Counter, running_counter

TECHNICIAN, TECHNICIAN_PIN = "77", "864209"
LETTER = "20261125017"  # the number of the bank's letter


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running_counter(tmp_path_factory.mktemp("b"), seed=13, queue=True) as counter:
        site.admit(counter.bench.site, TECHNICIAN, "孙工", TECHNICIAN_PIN, "technician")
        yield counter


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(POLL_S)


def kept_while_the_line_is_down(counter: Counter) -> int:
    """Fen of a contribution that the bank has not been told of."""
    counter.told.clear()
    counter.bench.end("bank")
    fen = day.contribution_kept(counter.shop)
    counter.bench.start_bank()
    return fen


def line_is_back(counter: Counter) -> None:
    """The next villager's request is an occasion for what waits."""
    counter.withdraw("approved", "declined")
    counter.screen.type("1" if counter.screen.sheet.page == "approved" else "")
    counter.screen.expect("home")


def open_the_newest(counter: Counter) -> str:
    """The list, only what is not settled, and the first of it; what the screen says."""
    counter.screen.answer("home", "6")
    counter.screen.answer("today", "8")
    counter.screen.expect("today", says="未了结的")
    counter.screen.type("1")
    return counter.screen.expect("today_one").text


def test_cash_is_taken_for_later_and_nobody_is_told_that_the_bank_has_it(counter: Counter) -> None:
    fen = kept_while_the_line_is_down(counter)
    said = "".join(counter.told)
    assert "网络不通，只能收现金" in said
    assert "待上传" in said
    assert "缴费成功" not in said
    assert [fact["amount_fen"] for fact in counter.facts("Queued")] == [fen]
    assert "现金缴费待上传" in counter.home_page()


def test_it_is_booked_once_when_the_line_is_back(counter: Counter) -> None:
    line_is_back(counter)
    until(lambda: "现金缴费待上传" not in counter.home_page())
    (queued,) = counter.facts("Queued")
    bookings = counter.bench.bank(op="books")["bookings"]
    found = [row for row in bookings if row["service"] == "contribution_cash"]
    assert [row["amount_fen"] for row in found] == [queued["amount_fen"]]
    assert counter.differences() == []


def test_cash_that_the_bank_will_not_book_is_given_back_after_one_question(
    counter: Counter,
) -> None:
    before_fen = counter.drawer_fen()
    fen = kept_while_the_line_is_down(counter)
    assert counter.drawer_fen() == before_fen + fen
    fault = {"name": "decline", "arg": "P4", "match": {"service": "contribution_cash"}}
    counter.bench.bank(op="fault", times=None, **fault)  # before the new sign-in they are 77
    line_is_back(counter)
    until(lambda: "银行没有受理 1 笔已收现金的缴费" in counter.home_page())
    counter.bench.bank(op="clear")

    before_fen = counter.drawer_fen()
    assert "请当面退还现金" in open_the_newest(counter)
    counter.screen.type("3")
    counter.screen.answer("cash_back", "1")
    counter.screen.expect("home", says="这笔已经了结")
    assert counter.drawer_fen() == before_fen - fen
    assert counter.differences() == []


def test_what_is_too_late_to_reverse_waits_for_the_bank(counter: Counter) -> None:
    """Booked, the reply lost, and the bank's day is over before the reversal comes: 25."""
    counter.bench.bank(op="fault", name="drop_after", times=1, match={"service": "withdrawal"})
    counter.bench.bank(op="fault", name="http_500", arg="before", times=1, match={"mti": "0400"})
    counter.withdraw("unknown")
    counter.bench.bank(op="day_cut")
    counter.screen.type("c")
    until(lambda: "疑难交易待银行查明" in counter.home_page())
    assert "要等银行查明" in open_the_newest(counter)
    counter.screen.type("c")
    counter.screen.answer("today", "c")
    counter.screen.expect("home")


@pytest.mark.parametrize(
    ("number", "pin", "told"),
    [
        (site.OPERATOR, site.OPERATOR_PIN, "不是技术员"),
        (TECHNICIAN, "135799", "密码不对"),
        (TECHNICIAN, TECHNICIAN_PIN, "已经了结"),
    ],
)
def test_it_is_closed_by_the_bank_s_letter_with_the_technician_there(
    counter: Counter, number: str, pin: str, told: str
) -> None:
    open_the_newest(counter)
    counter.screen.type("4")
    counter.screen.answer("reference", LETTER)
    counter.screen.answer("technician", number)
    counter.screen.answer("technician_pin", pin, secret=True)
    counter.screen.expect("home", says=told)
    closed = [fact for fact in counter.facts("ExceptionClosed") if fact["by"] == "reference"]
    done = told == "已经了结"
    assert [(fact["reference"], fact["technician"]) for fact in closed] == [
        (LETTER, TECHNICIAN)
    ] * done
    assert ("疑难交易待银行查明" in counter.home_page()) is not done


def test_no_pin_of_anybody_stands_in_the_journal_or_the_log(counter: Counter) -> None:
    state = counter.bench.site.state
    written = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    written += counter.bench.log("station").encode()
    assert [pin for pin in (TECHNICIAN_PIN, site.OPERATOR_PIN) if pin.encode() in written] == []
    counter.screen.leave()
    assert counter.screen.complaints == ""
    assert "Traceback" not in counter.bench.log("station")
