"""Faults at the counter desk: named by the caller, several at once, the same every time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bank_sim import frames
from tests.bank_sim.counter import TERMINAL
from tests.bank_sim.frames import Fields
from tests.bank_sim.teller import Teller
from tests.hw_sim.bank.desk_faults import OFFERED
from tests.hw_sim.bank.faults import KINDS, UnknownFault

ELSEWHERE = {"delay", "bad_signature", "unsigned", "http_500", "redirect", "slow_drip"}


@pytest.fixture
def villager(people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = people["villagers"][0]
    return found


@pytest.fixture
def drawing(teller: Teller, villager: dict[str, Any]) -> Fields:
    """A withdrawal of 200 yuan, ready to be sent."""
    return teller.withdrawal(villager, 20_000)


def states(teller: Teller) -> list[str]:
    assert sum(teller.desk.audit.totals().values()) == 0
    return [booking.state for booking in teller.desk.audit.bookings()]


def test_every_fault_of_the_wire_is_offered_here_or_left_to_the_caller() -> None:
    assert set(KINDS) - OFFERED == ELSEWHERE


@pytest.mark.parametrize(
    "fault",
    ["earthquake", "unsigned", "delay 3", "decline", "decline 5", "drop_after 3", "restart x"],
)
def test_a_fault_nobody_has_is_an_error_before_anything_happens(
    teller: Teller, drawing: Fields, fault: str
) -> None:
    with pytest.raises(UnknownFault):
        teller.send("0200", drawing, fault)
    assert teller.desk.audit.status(TERMINAL)["high_water"] == teller.seq - 1


@pytest.mark.parametrize(
    ("fault", "booked"),
    [
        ("drop_before", []),
        ("restart", []),
        ("reorder", []),
        ("drop_after", ["booked"]),
        ("late", ["booked"]),
        ("restart after", ["booked"]),
    ],
)
def test_silence_says_nothing_about_the_booking(
    teller: Teller, drawing: Fields, fault: str, booked: list[str]
) -> None:
    assert teller.send("0200", drawing, fault) is None
    assert states(teller) == booked


def test_a_late_reply_is_kept_for_the_caller_to_deliver(teller: Teller, drawing: Fields) -> None:
    assert teller.send("0200", drawing, "late") is None
    (stray,) = teller.desk.take_strays()
    assert (stray.terminal, stray.seq) == (TERMINAL, teller.seq)
    assert frames.fields_of(stray.frame)["39"] == "00"
    assert teller.desk.take_strays() == []


def test_a_late_refusal_is_nothing_to_deliver(teller: Teller, drawing: Fields) -> None:
    teller.desk.refuse(TERMINAL, 429)
    assert teller.send("0200", drawing, "late") is None
    assert teller.desk.take_strays() == []


def test_a_reply_that_comes_twice_is_handed_over_once_and_kept_once(
    teller: Teller, drawing: Fields
) -> None:
    reply = teller.send("0200", drawing, "twice")
    assert [stray.frame for stray in teller.desk.take_strays()] == [reply]
    assert states(teller) == ["booked"]


def test_a_reordered_request_finds_its_reversal_already_there(
    teller: Teller, drawing: Fields
) -> None:
    teller.send("0200", drawing, "reorder")
    assert teller.code("0400", frames.reversal_of(drawing)) == "00"
    came = [(row["mti"], row["rc"]) for row in teller.desk.audit.requests()[-2:]]
    assert came == [("0400", "00"), ("0200", "94")]
    assert states(teller) == []


def test_a_reordered_request_is_delivered_once(teller: Teller, drawing: Fields) -> None:
    teller.send("0200", drawing, "reorder")
    for _ in range(2):
        teller.code("0400", frames.reversal_of(drawing))
    assert [row["mti"] for row in teller.desk.audit.requests()].count("0200") == 1


def test_a_reordered_request_waits_for_its_own_reversal(teller: Teller, drawing: Fields) -> None:
    teller.send("0200", drawing, "reorder")
    teller.code("0400", frames.reversal_of(drawing) | {"60": "0100000911160"})
    assert [row["mti"] for row in teller.desk.audit.requests()].count("0200") == 0


def test_a_reordered_request_that_was_not_admitted_never_comes(
    teller: Teller, drawing: Fields
) -> None:
    teller.desk.refuse(TERMINAL, 429)
    teller.send("0200", drawing, "reorder")
    teller.desk.admit(TERMINAL)
    teller.code("0400", frames.reversal_of(drawing))
    assert [row["mti"] for row in teller.desk.audit.requests()].count("0200") == 0


def test_a_reordered_question_is_lost(teller: Teller) -> None:
    assert teller.statement({"batch": "000001"}, "reorder") is None


def test_a_reordered_queued_contribution_finds_its_repetition_already_answered(
    teller: Teller, villager: dict[str, Any]
) -> None:
    elements = (
        f"ID018{villager['id_number']}YR0042026TR00510000PR0011"
        "IK01650efea39fd2150a7QD01420261123080000"
    )
    asked_for = frames.money("500000", "8200000100060", teller.next_trace())
    queued = asked_for | {"4": f"{10_000:012d}", "62": elements.encode().hex()}
    teller.send("0200", queued, "reorder")
    assert teller.code("0200", queued) == "00"
    came = [(row["mti"], row["rc"]) for row in teller.desk.audit.requests()[-2:]]
    assert came == [("0200", "00"), ("0200", "00")]
    assert states(teller) == ["booked"]


def test_a_restart_revokes_the_keys(teller: Teller, drawing: Fields) -> None:
    teller.send("0200", drawing, "restart")
    assert teller.code("0400", frames.reversal_of(drawing)) == "77"
    teller.sign_in()
    assert teller.code("0400", frames.reversal_of(drawing)) == "00"


def test_a_day_cut_makes_the_message_the_first_of_the_next_day(
    teller: Teller, drawing: Fields
) -> None:
    teller.send("0200", drawing)
    assert teller.code("0400", frames.reversal_of(drawing), "day_cut") == "25"
    assert states(teller) == ["booked"]


def test_a_forced_decline_books_nothing(teller: Teller, drawing: Fields) -> None:
    assert teller.code("0200", drawing, "decline 91") == "91"
    assert states(teller) == []


def test_a_bad_mac_is_over_a_good_reply(teller: Teller, drawing: Fields) -> None:
    reply = teller.send("0200", drawing, "bad_mac")
    assert reply is not None
    good = frames.frame("0210", fields_alone(reply), teller.keys.mak)
    assert (reply[-8:] != good[-8:], frames.fields_of(reply)["39"]) == (True, "00")


def test_a_reply_that_has_no_mac_cannot_get_a_bad_one(teller: Teller) -> None:
    assert teller.code("0800", frames.sign_in(teller.next_trace()), "bad_mac") == "00"


def test_another_terminals_reply_has_a_good_mac(teller: Teller, drawing: Fields) -> None:
    reply = teller.send("0200", drawing, "other_terminal")
    assert reply is not None
    good = frames.frame("0210", fields_alone(reply), teller.keys.mak)
    assert reply[-8:] == good[-8:]
    assert frames.fields_of(reply)["41"] != TERMINAL


def test_garbage_is_no_frame(teller: Teller, drawing: Fields) -> None:
    reply = teller.send("0200", drawing, "garbage")
    assert reply is not None
    assert int.from_bytes(reply[:2], "big") != len(reply) - 2


def test_a_truncated_reply_is_half_of_it(teller: Teller, drawing: Fields) -> None:
    reply = teller.send("0200", drawing, "truncate", "twice")
    assert reply is not None
    assert int.from_bytes(reply[:2], "big") > len(reply) - 2 > 0


def test_several_faults_may_meet_in_one_message(teller: Teller, drawing: Fields) -> None:
    assert teller.send("0200", drawing, "day_cut", "restart after") is None
    (booking,) = teller.desk.audit.bookings()
    assert booking.date == "2026-11-24"
    assert not teller.desk.audit.status(TERMINAL)["signed_in"]


def test_a_lost_request_still_stands_in_the_list(teller: Teller, drawing: Fields) -> None:
    teller.send("0200", drawing, "drop_before")
    last = teller.desk.audit.requests()[-1]
    assert (last["trace"], last["rc"], last["fault"]) == (drawing["11"], None, "drop_before")


def fields_alone(reply: bytes) -> Fields:
    return {n: v for n, v in frames.fields_of(reply).items() if n.isdecimal()}
