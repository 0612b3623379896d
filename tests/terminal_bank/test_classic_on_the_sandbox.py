"""`cup-classic.toml` on the running sandbox bank, over each line that it may name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from terminal.bank.line_profile import Link
from terminal.bank.link import BankLink
from terminal.core.exchange import Answer, Unknown, Verdict
from tests.bank_sim.conftest import COUNTY_FILE
from tests.bank_sim.terminal import enrol
from tests.hw_sim.bank.running import Doors, RunningBank, running_bank
from tests.terminal_bank.test_classic_line import CARD, PEOPLE, drawing, lay, signed_in

PATH = "/mjc/webtrans/VPB_lb"
LINES = ["tcp", "tcp, kept", "tls", "tls, kept", "https"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bank")


@pytest.fixture(scope="module")
def bank(folder: Path) -> Iterator[RunningBank]:
    enrol(folder)
    with running_bank(folder, PEOPLE, COUNTY_FILE, seed=7, doors=Doors(tcp=0, tls=0)) as running:
        yield running


@pytest.fixture(params=LINES)
def link(request: pytest.FixtureRequest, bank: RunningBank, folder: Path) -> Iterator[BankLink]:
    scheme, _, kept = request.param.partition(", ")
    urls = {"tcp": bank.tcp_url, "tls": bank.tls_url, "https": f"{bank.url}{PATH}"}
    place = Link(
        url=urls[scheme] or "",
        signed=False,
        ca_file="" if scheme == "tcp" else "ca.pem",
        content_type="x-ISO-TPDU/x-auth",
        user_agent="Donjin Http 0.1",
        keep_alive=bool(kept),
        connect_timeout_s=5,
        answer_timeout_s=2,
    )
    laid = lay(place, folder, time.time_ns() // 1_000_000)
    yield laid
    laid.close()


def test_a_day_at_the_counter(link: BankLink, bank: RunningBank) -> None:
    """Sign in, pay, lose an answer, take it back; the bank's books say the same."""
    before = len(bank.control({"op": "books"})["bookings"])
    pik = signed_in(link)
    ask = drawing(pik, 2 + before)
    paid = link.exchange(ask)
    assert isinstance(paid, Answer)
    assert paid.verdict is Verdict.APPROVED

    lost = drawing(pik, 3 + before)
    bank.control({"op": "fault", "name": "drop_after", "match": {"mti": "0200"}})
    assert isinstance(link.exchange(lost), Unknown)
    undo = replace(lost, card=replace(CARD, track2=None), pin=None, reversal_reason="98")
    undone = link.exchange(undo)
    assert isinstance(undone, Answer)
    assert undone.verdict is Verdict.APPROVED

    books = bank.control({"op": "books"})
    states = [row["state"] for row in books["bookings"][before:]]
    assert (states, books["sum"]) == (["booked", "reversed"], 0)


@pytest.mark.parametrize("link", ["tcp, kept", "https"], indirect=True)
@pytest.mark.parametrize(
    "fault", ["bad_mac", "other_terminal", "garbage", "truncate", "slow_drip", "drop_before"]
)
def test_a_spoilt_answer_is_unknown_and_never_an_approval(
    link: BankLink, bank: RunningBank, fault: str
) -> None:
    """slow_drip takes longer than the profile waits."""
    pik = signed_in(link)
    number = 2 + len(bank.control({"op": "books"})["requests"])
    bank.control({"op": "fault", "name": fault, "match": {"mti": "0200"}})
    assert isinstance(link.exchange(drawing(pik, number)), Unknown)
    bank.control({"op": "clear"})
