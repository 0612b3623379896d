"""The counter desk: how a simulation uses the bank in its own process, and that it is the bank."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.bank_sim import frames
from tests.bank_sim.conftest import COUNTY_FILE, SEED
from tests.bank_sim.counter import MERCHANT, TERMINAL, TMK_M, TMK_P, Clock
from tests.bank_sim.frames import Fields
from tests.bank_sim.journal import head, leaves, root
from tests.bank_sim.teller import Teller
from tests.bank_sim.terminal import Terminal as HttpsTerminal
from tests.bank_sim.terminal import enrol
from tests.hw_sim.bank.counter_desk import CounterDesk, Refused
from tests.hw_sim.bank.county import County
from tests.hw_sim.bank.running import running_bank
from tests.hw_sim.bank.state import Terminal


@pytest.fixture
def villager(people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = people["villagers"][0]
    return found


def test_a_day_at_the_desk(desk: CounterDesk, villager: dict[str, Any]) -> None:
    signed_in = desk.exchange(TERMINAL, 1, frames.frame("0800", frames.sign_in("000001")))
    assert signed_in is not None
    pik, mak = frames.keys_of(frames.fields_of(signed_in))

    drawing = frames.withdrawal("000002", 20_000, villager, pik)
    paid = desk.exchange(TERMINAL, 2, frames.frame("0200", drawing, mak))
    assert paid is not None
    assert frames.fields_of(paid)["39"] == "00"

    lost = frames.withdrawal("000003", 10_000, villager, pik)
    assert desk.exchange(TERMINAL, 3, frames.frame("0200", lost, mak), ["drop_after"]) is None
    back = frames.frame("0400", frames.reversal_of(lost), mak)
    reversed_ = desk.exchange(TERMINAL, 4, back)
    assert reversed_ is not None
    assert frames.fields_of(reversed_)["39"] == "00"

    assert [(b.trace, b.amount_fen, b.state) for b in desk.audit.bookings()] == [
        ("000002", 20_000, "booked"),
        ("000003", 10_000, "reversed"),
    ]
    assert desk.audit.balance_fen("card:v01") == villager["balance_fen"] - 20_000
    assert sum(desk.audit.totals().values()) == 0
    assert desk.audit.violations() == []


@pytest.fixture
def drawing(teller: Teller, villager: dict[str, Any]) -> Fields:
    """A withdrawal of 200 yuan, ready to be sent."""
    return teller.withdrawal(villager, 20_000)


def states(teller: Teller) -> list[str]:
    assert sum(teller.desk.audit.totals().values()) == 0
    return [booking.state for booking in teller.desk.audit.bookings()]


def test_the_desk_answers_byte_for_byte_as_over_https(
    people: dict[str, Any], county: County, clock: Clock, tmp_path: Path
) -> None:
    enrol(tmp_path)
    chance = random.Random(f"{SEED}/1")  # as the running bank seeds its first start
    terminal = Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)
    desk = CounterDesk(county, people, [terminal], clock=clock, chance=chance)
    with (
        running_bank(tmp_path, people, COUNTY_FILE, seed=SEED, clock=clock) as bank,
        HttpsTerminal(bank.url, tmp_path, clock) as line,
    ):
        teller = Teller(desk)

        def both(mti: str, fields: Fields) -> Fields:
            reply = teller.send(mti, fields)
            assert line.post(frames.frame(mti, fields, teller.keys.mak)).content == reply
            assert reply is not None
            return frames.fields_of(reply)

        teller.keys = frames.keys_of(both("0800", frames.sign_in(teller.next_trace())))
        villager, pik = people["villagers"][0], teller.keys.pik
        drawn = teller.withdrawal(villager, 20_000)
        wrong_pin = f"{(int(villager['pin']) + 1) % 10**6:06d}"
        for mti, fields in (
            ("0200", frames.balance(teller.next_trace(), villager, pik)),
            ("0200", drawn),
            ("0400", frames.reversal_of(drawn)),
            ("0200", teller.withdrawal(villager, 20_000, wrong_pin)),
            ("0200", teller.withdrawal(villager, 201_000)),
        ):
            both(mti, fields)
        assert desk.audit.totals() == bank.control({"op": "books"})["accounts"]


def test_a_sequence_number_used_already_is_409_and_books_nothing(
    teller: Teller, drawing: Fields
) -> None:
    teller.send("0200", drawing)
    teller.seq -= 1
    with pytest.raises(Refused) as refused:
        teller.send("0200", drawing)
    assert (refused.value.status, states(teller)) == (409, ["booked"])


@pytest.mark.parametrize("off_s", [-421, 301])
def test_a_request_out_of_its_time_is_403_and_spent(
    teller: Teller, drawing: Fields, clock: Clock, off_s: int
) -> None:
    with pytest.raises(Refused) as refused:
        teller.send("0200", drawing, created_s=int(clock()) + off_s)
    assert (refused.value.status, states(teller)) == (403, [])
    assert teller.desk.audit.status(TERMINAL)["high_water"] == teller.seq


def test_a_sign_in_takes_any_clock(desk: CounterDesk) -> None:
    fields = frames.sign_in("000001")
    assert Teller(desk).send("0800", fields, created_s=0) is not None


@pytest.mark.parametrize("status", [403, 429])
def test_a_refused_terminal_is_refused_on_every_path(
    teller: Teller, drawing: Fields, status: int
) -> None:
    teller.desk.refuse(TERMINAL, status)
    for ask in (
        lambda: teller.send("0200", drawing),
        lambda: teller.statement({"batch": "000001"}),
        lambda: teller.checkpoint(0, 3),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.status == status
    teller.desk.admit(TERMINAL)
    assert teller.code("0200", drawing) == "00"


def test_a_frame_that_is_no_message_is_400(teller: Teller) -> None:
    teller.seq += 1
    with pytest.raises(Refused) as refused:
        teller.desk.exchange(TERMINAL, teller.seq, b"<html>")
    assert refused.value.status == 400


def test_the_statement_lists_what_was_booked(teller: Teller, drawing: Fields) -> None:
    teller.send("0200", drawing)
    assert [row["trace"] for row in teller.statement({"batch": "000001"})] == [drawing["11"]]
    assert teller.statement({"date": "2026-11-24"}) == []
    with pytest.raises(Refused) as refused:
        teller.statement({})
    assert refused.value.status == 400


def test_the_checkpoint_is_taken_over_or_answered_with_the_banks_own(teller: Teller) -> None:
    assert teller.checkpoint(0, 3)["size"] == 3
    with pytest.raises(Refused) as refused:
        teller.checkpoint(0, 5)
    own = {"size": 3, "root": root(leaves(3)).hex()}
    assert (refused.value.status, json.loads(refused.value.body)) == (409, own)
    note = teller.desk.audit.checkpoint_note(TERMINAL)
    assert note is not None
    assert note.startswith(head(leaves(3)))


def test_a_checkpoint_whose_answer_is_lost_is_taken_over_all_the_same(teller: Teller) -> None:
    assert teller.checkpoint(0, 3, "drop_after") is None
    assert teller.checkpoint(3, 4)["size"] == 4


def test_the_revision_stands_while_no_money_moves(teller: Teller, drawing: Fields) -> None:
    before = teller.desk.audit.revision
    teller.code("0200", drawing, "decline 91")
    assert teller.desk.audit.revision == before
    teller.send("0400", frames.reversal_of(drawing))
    assert teller.desk.audit.revision == before


def test_one_booking_is_found_by_its_trace(teller: Teller, drawing: Fields) -> None:
    before = teller.desk.audit.revision
    teller.send("0200", drawing)
    found = teller.desk.audit.booking(TERMINAL, "000001", drawing["11"])
    assert found is not None
    assert (found.service, found.amount_fen, found.state) == ("withdrawal", 20_000, "booked")
    assert teller.desk.audit.revision > before


def test_funding_comes_from_outside_and_leaves_the_books_balanced(
    teller: Teller, villager: dict[str, Any]
) -> None:
    teller.desk.fund("card:v01", 1_000)
    assert teller.desk.audit.balance_fen("card:v01") == villager["balance_fen"] + 1_000
    assert sum(teller.desk.audit.totals().values()) == 0


def test_tampering_shows_in_the_totals(teller: Teller) -> None:
    teller.desk.tamper("card:v01", 100)
    assert sum(teller.desk.audit.totals().values()) == 100
    teller.desk.tamper("card:v01", -100)


def test_a_wrong_pin_is_55_and_books_nothing(teller: Teller, villager: dict[str, Any]) -> None:
    wrong = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    assert teller.code("0200", teller.withdrawal(villager, 10_000, wrong)) == "55"
    assert states(teller) == []


def test_a_pin_block_under_another_key_does_not_pass(
    teller: Teller, villager: dict[str, Any]
) -> None:
    request = frames.withdrawal(teller.next_trace(), 10_000, villager, teller.keys.mak)
    assert teller.code("0200", request) in ("99", "55")


def test_the_same_seed_gives_the_same_day(
    people: dict[str, Any], county: County, clock: Clock, villager: dict[str, Any]
) -> None:
    replies = []
    for _ in range(2):
        terminal = Terminal(TERMINAL, MERCHANT, TMK_P, TMK_M)
        chance = random.Random(3)
        teller = Teller(CounterDesk(county, people, [terminal], clock=clock, chance=chance))
        teller.sign_in()
        replies.append(teller.send("0200", teller.withdrawal(villager, 20_000)))
    assert replies[0] == replies[1]
