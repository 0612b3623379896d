"""Rule 2 of county-wire.md: when two things are wrong, the earlier check answers."""

from __future__ import annotations

import pytest

from tests.bank_sim.counter import TERMINAL, Counter, Villager, elements
from tests.hw_sim.bank.host import handle
from tests.hw_sim.bank.wire import Message, Unreadable, decode, encode


@pytest.fixture
def villager(counter: Counter) -> Villager:
    return counter.villagers[0]


def wrong_pin(counter: Counter, villager: Villager) -> dict[int, str]:
    pin = f"{(int(villager['pin']) + 1) % 10**6:06d}"
    return counter.withdrawal(villager, 999_000, pin=pin)


def test_format_comes_before_the_terminal(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000) | {25: "08", 41: "44010009"}
    assert counter.send("0200", request).get(39) == "30"


def test_the_terminal_comes_before_the_keys(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000) | {41: "44010009"}
    counter.bank.sessions.clear()
    assert counter.send("0200", request, mac=False).get(39) == "97"


def test_the_keys_come_before_the_mac(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000)
    counter.bank.sessions.clear()
    assert counter.send("0200", request, mac=False).get(39) == "77"


def test_another_merchant_is_97(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000) | {42: "999999999999999"}
    reply = counter.send("0200", request)
    assert (reply.get(39), 64 in reply.fields) == ("97", False)


def test_the_mac_comes_before_the_batch(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000) | {60: "0100000911160"}
    reply = counter.send("0200", request, mac=False)
    assert (reply.get(39), 64 in reply.fields) == ("A0", False)


def test_the_batch_comes_before_the_trace(counter: Counter, villager: Villager) -> None:
    used = counter.withdrawal(villager, 1_000)
    counter.send("0200", used)
    assert counter.send("0200", used | {60: "0100000211160"}).get(39) == "77"


def test_the_trace_comes_before_the_pin(counter: Counter, villager: Villager) -> None:
    used = counter.withdrawal(villager, 1_000)
    counter.send("0200", used)
    again = wrong_pin(counter, villager) | {11: used[11]}
    assert counter.send("0200", again).get(39) == "94"
    row = counter.bank.db.execute("SELECT wrong_pins FROM card WHERE key = 'v01'").fetchone()
    assert row["wrong_pins"] == 0


def test_the_pin_comes_before_the_card(counter: Counter, villager: Villager) -> None:
    counter.bank.db.execute("UPDATE card SET state = 'lost' WHERE key = 'v01'")
    assert counter.send("0200", wrong_pin(counter, villager)).get(39) == "55"


def test_the_card_comes_before_the_limits(counter: Counter, villager: Villager) -> None:
    counter.bank.db.execute("UPDATE card SET state = 'lost' WHERE key = 'v01'")
    assert counter.send("0200", counter.withdrawal(villager, 999_000)).get(39) == "41"


def test_the_limits_come_before_the_fee(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 999_000, fee_fen=77)
    assert counter.send("0200", request).get(39) == "61"


def test_a_batch_that_is_closed_is_77(counter: Counter, villager: Villager) -> None:
    counter.bank.db.execute("UPDATE terminal SET batch = 2")
    assert counter.send("0200", counter.withdrawal(villager, 1_000)).get(39) == "77"


def test_77_does_not_use_up_the_trace(counter: Counter, villager: Villager) -> None:
    request = counter.withdrawal(villager, 1_000)
    counter.send("0200", request | {60: "0100000211160"})
    assert counter.send("0200", request).get(39) == "00"


def test_a_declined_trace_is_used_up(counter: Counter, villager: Villager) -> None:
    declined = wrong_pin(counter, villager)
    counter.send("0200", declined)
    again = counter.withdrawal(villager, 1_000) | {11: declined[11]}
    assert counter.send("0200", again).get(39) == "94"


def test_a_trace_comes_back_on_another_day(counter: Counter, villager: Villager) -> None:
    used = counter.withdrawal(villager, 1_000)
    counter.send("0200", used)
    counter.bank.cut_day()
    assert counter.send("0200", used).get(39) == "00"


@pytest.mark.parametrize(
    "change",
    [
        {22: "022"},
        {26: None},
        {2: "6229990000000000000"},
        {49: "840"},
        {53: "1600000000000000"},
        {60: "01000001111"},
        {62: None},
        {62: elements(("FE", "0"), ("PH", "138"))},
        {63: "303031"},
        {4: None},
    ],
    ids=lambda change: f"field {next(iter(change))}",
)
def test_a_withdrawal_of_another_shape_is_30_with_a_mac(
    counter: Counter, villager: Villager, change: dict[int, str | None]
) -> None:
    request = {**counter.withdrawal(villager, 1_000), **change}
    reply = counter.send("0200", {n: text for n, text in request.items() if text is not None})
    assert (reply.get(39), 64 in reply.fields) == ("30", True)


def test_a_service_nobody_has_is_12(counter: Counter) -> None:
    assert counter.send("0200", counter.money("990000", "99")).get(39) == "12"


def test_an_unreadable_frame_is_30_without_a_mac(counter: Counter, villager: Villager) -> None:
    frame = encode(Message("0200", counter.withdrawal(villager, 1_000)))
    broken = frame[:-9] + frame[-8:]
    read = decode((len(broken) - 2).to_bytes(2, "big") + broken[2:])
    assert isinstance(read, Unreadable)
    reply = handle(counter.bank, TERMINAL, 99, read, None)
    assert reply is not None
    assert (reply.mti, reply.get(39), 64 in reply.fields) == ("0210", "30", False)
