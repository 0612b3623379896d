"""The identity-card driver against the worked exchanges (`idcard-sam.md` sections 3 to 6)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from drivers.api import BadDocument, Cancelled, DeviceFault, Fault, IdCardReader, TimedOut
from drivers.id_card_sam import SamIdCardReader
from drivers.port import Port
from protocol.id_card import IdCard
from protocol.link import sam_v
from tests.drivers.peer import HangsUp, Host, Passes, Pauses, Peer, Says, Signal, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("idcard-sam")
WAIT_S = 30.0

OpenReader = Callable[[], IdCardReader]


def turn(name: str) -> list[Step]:
    """One worked exchange."""
    return [Host(VECTORS[name].sent_by("host")), Says(VECTORS[name].sent_by("device"))]


def refused(name: str, sw3: int) -> list[Step]:
    """The command of a worked exchange, answered by this status."""
    answer = sam_v.encode(bytes([0, 0, sw3]))  # SW1 SW2 SW3 stand where CMD PARA and data stand
    return [Host(VECTORS[name].sent_by("host")), Says(answer)]


OPENS, FOUND, SELECTED = turn("status"), turn("find-ok"), turn("select-ok")


@pytest.fixture
def reader(open_line: Callable[[], Port], peer: Peer) -> SamIdCardReader:
    peer.plays(*OPENS)
    opened = SamIdCardReader(open_line())
    peer.finish()
    return opened


def read(reader: SamIdCardReader, peer: Peer, *steps: Step) -> object:
    peer.plays(*steps)
    got = reader.read_card(wait_s=WAIT_S)
    peer.finish()
    return got


def test_a_card_on_the_reader_gives_name_and_number(reader: SamIdCardReader, peer: Peer) -> None:
    got = read(reader, peer, *FOUND, *SELECTED, *turn("read-citizen"))
    said = VECTORS["read-citizen"].decoded
    assert isinstance(got, IdCard)
    assert (got.name.reveal(), got.number.reveal()) == (said["name"], said["number"])


def test_an_empty_field_is_asked_again_until_a_card_comes(
    reader: SamIdCardReader, peer: Peer
) -> None:
    steps = (*turn("find-none"), *turn("find-none"), *FOUND, *SELECTED, *turn("read-longterm"))
    assert isinstance(read(reader, peer, *steps), IdCard)


def test_garbage_before_the_answer_does_no_harm(reader: SamIdCardReader, peer: Peer) -> None:
    steps = (*turn("find-garbage"), *SELECTED, *turn("read-citizen"))
    assert isinstance(read(reader, peer, *steps), IdCard)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*FOUND, *turn("select-fail")), BadDocument.MOVED),
        ((*FOUND, *SELECTED, *turn("read-fail")), BadDocument.MOVED),
        ((*FOUND, *SELECTED, *refused("read-fail", 0x33)), BadDocument.NOT_VERIFIED),
        ((*FOUND, *refused("select-fail", 0x40)), BadDocument.WRONG_KIND),
        ((*FOUND, *SELECTED, *turn("read-bad-number")), BadDocument.INCONSISTENT),
    ],
)
def test_a_card_that_gives_no_identity_says_why(
    reader: SamIdCardReader, peer: Peer, steps: tuple[Step, ...], why: BadDocument
) -> None:
    assert read(reader, peer, *steps) is why


def test_a_damaged_reading_is_repeated_from_the_beginning(
    reader: SamIdCardReader, peer: Peer
) -> None:
    damaged = (*FOUND, *SELECTED, *turn("read-bad-chk"), *turn("status"))
    assert isinstance(
        read(reader, peer, *damaged, *FOUND, *SELECTED, *turn("read-citizen")), IdCard
    )


def test_a_reading_that_is_always_damaged_is_given_up(reader: SamIdCardReader, peer: Peer) -> None:
    damaged = (*FOUND, *SELECTED, *turn("read-bad-chk"), *turn("status"))
    assert read(reader, peer, *damaged * 3) is BadDocument.MOVED


def test_a_command_that_came_damaged_is_sent_again(reader: SamIdCardReader, peer: Peer) -> None:
    steps = (*turn("our-checksum-bad"), *FOUND, *SELECTED, *turn("read-citizen"))
    assert isinstance(read(reader, peer, *steps), IdCard)


def test_a_module_without_licence_is_broken(reader: SamIdCardReader, peer: Peer) -> None:
    with pytest.raises(DeviceFault) as fault:
        read(reader, peer, *turn("not-authorised"))
    assert fault.value.fault is Fault.BROKEN


def test_a_module_after_a_brown_out_is_reset(reader: SamIdCardReader, peer: Peer) -> None:
    peer.plays(*refused("status", 0x60), *turn("reset"), *turn("status"))
    reader.check()
    peer.finish()


def test_a_silent_module_is_told_after_three_questions(reader: SamIdCardReader, peer: Peer) -> None:
    asked = [step for _ in range(3) for step in (OPENS[0], Passes(0.3))]
    peer.plays(*asked)
    with pytest.raises(DeviceFault) as silent:
        reader.check()
    assert silent.value.fault is Fault.SILENT


def test_nobody_laying_a_card_is_timed_out(reader: SamIdCardReader, peer: Peer) -> None:
    peer.plays(*turn("find-none"), *turn("find-none"))
    assert reader.read_card(wait_s=0.1) == TimedOut()
    peer.finish()


def test_a_cancel_ends_the_wait(reader: SamIdCardReader, peer: Peer) -> None:
    waits = threading.Event()
    peer.plays(*turn("find-none"), Pauses(0.05), Signal(waits))
    threading.Thread(target=lambda: waits.wait(5) and reader.cancel()).start()
    assert reader.read_card(wait_s=WAIT_S) == Cancelled()


def test_a_cable_pulled_in_the_middle_of_a_reading_is_gone(
    reader: SamIdCardReader, peer: Peer
) -> None:
    half = Says(VECTORS["read-citizen"].sent_by("device")[:700])
    peer.plays(*FOUND, *SELECTED, turn("read-citizen")[0], half, HangsUp())
    with pytest.raises(DeviceFault) as gone:
        reader.read_card(wait_s=WAIT_S)
    assert gone.value.fault is Fault.GONE


def test_a_reading_leaves_no_trace_in_the_log(
    reader: SamIdCardReader, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read(reader, peer, *FOUND, *SELECTED, *turn("read-citizen"))
    assert caplog.text == ""
