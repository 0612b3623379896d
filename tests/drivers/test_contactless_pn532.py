"""The PN532 driver against the worked exchanges (`pn532.md` sections 3 to 8)."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from drivers.api import CardFailure, DeviceFault, Fault, Tapped
from drivers.contactless_pn532 import Pn532
from drivers.port import Port
from protocol.link.pn532_frame import ACK, WAKE
from tests.drivers.peer import HangsUp, Host, Passes, Peer, Says, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("pn532")
APDU = bytes.fromhex(VECTORS["ppse"].decoded["apdu"])
LIST = Host(VECTORS["list-two"].sent_by("host"))  # up to two, so that a second card shows


def turn(name: str) -> list[Step]:
    """One worked exchange."""
    return [Host(VECTORS[name].sent_by("host")), Says(VECTORS[name].sent_by("device"))]


def listed(name: str) -> list[Step]:
    return [LIST, Says(VECTORS[name].sent_by("device"))]


OPENS = [step for name in ("wake-sam", "set-parameters", "retries", "rf-on") for step in turn(name)]


@pytest.fixture
def reader(open_line: Callable[[], Port], peer: Peer) -> Pn532:
    peer.plays(*OPENS)
    opened = Pn532(open_line())
    peer.finish()
    return opened


@pytest.fixture
def tapped(reader: Pn532, peer: Peer) -> Pn532:
    peer.plays(*listed("list-a"))
    assert reader.await_card(wait_s=30) == Tapped()
    peer.finish()
    return reader


def exchange(reader: Pn532, peer: Peer, *steps: Step) -> object:
    peer.plays(*steps)
    got = reader.exchange(APDU)
    peer.finish()
    return got


def test_it_names_itself(reader: Pn532, peer: Peer) -> None:
    peer.plays(*turn("firmware"))
    assert reader.identify() == "PN532 1.6"
    peer.finish()


def test_a_module_still_asleep_is_woken_again(open_line: Callable[[], Port], peer: Peer) -> None:
    peer.plays(OPENS[0], Passes(0.05), Host(ACK), *OPENS)
    Pn532(open_line())
    peer.finish()


def test_a_module_that_never_wakes_is_silent(open_line: Callable[[], Port], peer: Peer) -> None:
    asked = [step for _ in range(3) for step in (OPENS[0], Passes(0.05), Host(ACK))]
    peer.plays(*asked)
    with pytest.raises(DeviceFault) as silent:
        Pn532(open_line())
    assert silent.value.fault is Fault.SILENT


def test_an_empty_field_is_looked_at_until_a_card_comes(reader: Pn532, peer: Peer) -> None:
    peer.plays(*listed("list-none"), *listed("list-none"), *listed("list-a"))
    assert reader.await_card(wait_s=30) == Tapped()
    peer.finish()


@pytest.mark.parametrize(
    ("name", "why"),
    [("list-two", CardFailure.CROWDED), ("list-a-7byte", CardFailure.UNSUPPORTED)],
)
def test_what_is_not_one_bank_card_says_why(
    reader: Pn532, peer: Peer, name: str, why: CardFailure
) -> None:
    peer.plays(*listed(name))
    assert reader.await_card(wait_s=30) is why
    peer.finish()


def test_an_apdu_is_the_worked_exchange(tapped: Pn532, peer: Peer) -> None:
    got = exchange(tapped, peer, *turn("ppse"))
    assert got == bytes.fromhex(VECTORS["ppse"].decoded["rapdu"])


def test_a_chained_answer_is_asked_for_to_its_end(tapped: Pn532, peer: Peer) -> None:
    rest = Host(bytes.fromhex("00 00 FF 03 FD D4 40 01 EB 00"))
    last = Says(ACK + bytes.fromhex("00 00 FF 05 FB D5 41 00 90 00 5A 00"))
    got = exchange(tapped, peer, *turn("mi"), rest, last)
    assert got == bytes.fromhex("6F 1A 84 0E 32 50 41 59 2E 53 59 53 2E 44 44 46 90 00")


@pytest.mark.parametrize("name", ["card-gone", "card-swapped"])
def test_a_card_that_left_ends_the_session(tapped: Pn532, peer: Peer, name: str) -> None:
    assert exchange(tapped, peer, *turn(name)) is CardFailure.REMOVED
    assert tapped.exchange(APDU) is CardFailure.REMOVED


def test_a_damaged_answer_is_asked_for_again_and_the_apdu_is_not_repeated(
    tapped: Pn532, peer: Peer
) -> None:
    answer = VECTORS["ppse"].steps[2][1]
    damaged = Says(ACK + answer[:-2] + bytes([answer[-2] ^ 1, 0]))
    nack = Host(VECTORS["bad-dcs-nack"].steps[3][1])
    got = exchange(tapped, peer, turn("ppse")[0], damaged, nack, Says(answer))
    assert got == bytes.fromhex(VECTORS["ppse"].decoded["rapdu"])


def test_an_apdu_without_acknowledgement_is_not_repeated(tapped: Pn532, peer: Peer) -> None:
    steps = (turn("ppse")[0], Passes(0.05), Host(ACK), *turn("firmware"))
    assert exchange(tapped, peer, *steps) is CardFailure.MUTE


def test_a_cable_pulled_during_an_exchange_is_gone(tapped: Pn532, peer: Peer) -> None:
    peer.plays(turn("ppse")[0], HangsUp())
    with pytest.raises(DeviceFault) as gone:
        tapped.exchange(APDU)
    assert gone.value.fault is Fault.GONE


def test_the_wake_up_is_one_write_with_its_command() -> None:
    assert VECTORS["wake-sam"].sent_by("host").startswith(WAKE)


def test_an_exchange_leaves_no_trace_in_the_log(
    tapped: Pn532, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    exchange(tapped, peer, *turn("ppse"))
    assert caplog.text == ""
