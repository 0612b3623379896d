"""The GemPC driver against the worked exchanges (`gempc-serial.md` sections 3 to 9)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import reduce
from operator import xor

import pytest

from drivers.api import Cancelled, CardEvent, CardFailure, DeviceFault, Fault, IcReader, TimedOut
from drivers.ic_gempc import GempcReader
from drivers.port import Port
from protocol.atr import Atr
from protocol.errors import OurMistake
from tests.drivers.peer import HangsUp, Host, Jumps, Passes, Pauses, Peer, Says, Signal, Step
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("gempc-serial")
ATR_T0 = VECTORS["power-on-5v"].decoded["atr"]
ATR_T1 = "3B 80 81 01 00"
ATR_FAST = "3B 17 13 50 42 4F 43 54 53 54"
ACTIVE, INACTIVE, EMPTY = 0, 1, 2
FAILED = 0x40

OpenReader = Callable[[], IcReader]


def frame(code: int, sequence: int, header: bytes, data: bytes) -> bytes:
    body = bytes([3, 6, code, *len(data).to_bytes(4, "little"), 0, sequence]) + header + data
    return body + bytes([reduce(xor, body)])


class Reader:
    """Writes the script of one conversation: commands with their echo and answer, in sequence."""

    def __init__(self) -> None:
        self.sequence = -1

    def told(self, code: int, data: str = "", parameter: int = 0) -> list[Step]:
        """The host's command and its echo."""
        self.sequence += 1
        wire = frame(code, self.sequence, bytes([parameter, 0, 0]), bytes.fromhex(data))
        return [Host(wire), Says(wire)]

    def says(self, code: int, data: str = "", status: int = ACTIVE, error: int = 0) -> Says:
        header = bytes([status, error, 0])
        return Says(frame(code, self.sequence, header, bytes.fromhex(data)))

    def opens(self) -> list[Step]:
        return [
            *(*self.told(0x6B, "02"), self.says(0x83, "47 65 6D", INACTIVE)),
            *(*self.told(0x6B, "01 01 01"), self.says(0x83, "", INACTIVE)),
        ]

    def slot(self, status: int) -> list[Step]:
        return [*self.told(0x65), self.says(0x81, "", status)]

    def powers_on(self, atr: str = ATR_T0, voltage: int = 1) -> list[Step]:
        return [*self.told(0x62, "", voltage), self.says(0x80, atr)]

    def refuses_power(self, error: int, voltage: int = 1, status: int = INACTIVE) -> list[Step]:
        return [*self.told(0x62, "", voltage), self.says(0x80, "", FAILED | status, error)]

    def powers_off(self) -> list[Step]:
        return [*self.told(0x63), self.says(0x81, "", INACTIVE)]

    def takes(self, parameters: str, protocol: int = 0) -> list[Step]:
        return [*self.told(0x61, parameters, protocol), self.says(0x82, parameters)]

    def starts_t0(self) -> list[Step]:
        return [*self.powers_on(), *self.takes("11 00 00 0A 00")]

    def moves(self, tpdu: str, answer: str) -> list[Step]:
        return [*self.told(0x6F, tpdu), self.says(0x80, answer)]

    def fails(self, tpdu: str, error: int, status: int = ACTIVE) -> list[Step]:
        return [*self.told(0x6F, tpdu), self.says(0x80, "", FAILED | status, error)]


READ_RECORD = "00 B2 01 0C 06"
RECORD = VECTORS["t0-time-request"].decoded["data"] + " 90 00"


@pytest.fixture
def script() -> Reader:
    return Reader()


@pytest.fixture
def reader(open_line: Callable[[], Port], peer: Peer, script: Reader) -> GempcReader:
    peer.plays(*script.opens())
    opened = GempcReader(open_line())
    peer.finish()
    return opened


@pytest.fixture
def powered(reader: GempcReader, peer: Peer, script: Reader) -> GempcReader:
    """A T=0 card, powered."""
    peer.plays(*script.starts_t0())
    assert isinstance(reader.power_on(), Atr)
    peer.finish()
    return reader


def exchange(reader: GempcReader, peer: Peer, apdu: str, *steps: Step) -> object:
    peer.plays(*steps)
    got = reader.exchange(bytes.fromhex(apdu))
    peer.finish()
    return got


def test_the_firmware_is_known_from_the_opening(reader: GempcReader) -> None:
    assert reader.firmware == "Gem"


def test_a_reader_that_answers_nothing_is_silent(open_line: Callable[[], Port], peer: Peer) -> None:
    script = Reader()
    peer.plays(*[step for _ in range(3) for step in (script.told(0x6B, "02")[0], Passes(1.0))])
    with pytest.raises(DeviceFault) as silent:
        GempcReader(open_line())
    assert silent.value.fault is Fault.SILENT


def test_a_reader_without_an_echo_is_understood(open_line: Callable[[], Port], peer: Peer) -> None:
    peer.plays(*[step for step in Reader().opens() if step not in Reader().opens()[1::3]])
    GempcReader(open_line())
    peer.finish()


def test_a_refused_frame_is_sent_again_with_the_next_number(
    open_line: Callable[[], Port], peer: Peer
) -> None:
    worked = VECTORS["nak-retry"].steps
    script = Reader()
    script.sequence = 1
    opens = [Host(data) if who == "host" else Says(data) for who, data in worked]
    notified = [*script.told(0x6B, "01 01 01"), script.says(0x83, "", INACTIVE)]
    peer.plays(*opens, *notified)
    GempcReader(open_line())
    peer.finish()


def test_a_frame_refused_for_ever_is_not_understood(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    steps = [step for _ in range(4) for step in (script.told(0x65)[0], Says(b"\x03\x15\x16"))]
    peer.plays(*steps)
    with pytest.raises(DeviceFault) as refused:
        reader.check()
    peer.finish()
    assert refused.value.fault is Fault.NOT_UNDERSTOOD


# --- reset


def test_a_t0_card_gives_its_atr(reader: GempcReader, peer: Peer, script: Reader) -> None:
    peer.plays(*script.starts_t0())
    card = reader.power_on()
    peer.finish()
    assert isinstance(card, Atr)
    assert card.raw == bytes.fromhex(ATR_T0)


def test_a_faster_card_gets_the_worked_pps_before_its_parameters(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    pps = VECTORS["pps-ta1-13"].sent_by("host")[12:-1].hex()
    peer.plays(
        *script.powers_on(ATR_FAST), *script.moves(pps, pps), *script.takes("13 00 00 0A 00")
    )
    assert isinstance(reader.power_on(), Atr)
    peer.finish()


def test_a_card_that_declines_the_speed_is_reset_and_kept_at_the_default(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(
        *script.powers_on(ATR_FAST),
        *script.moves("FF 10 13 FC", "FF 00 FF"),
        *script.powers_off(),
        *script.powers_on(ATR_FAST),
        *script.takes("11 00 00 0A 00"),
    )
    assert isinstance(reader.power_on(), Atr)
    peer.finish()


def test_a_t1_card_agrees_on_the_block_size_first(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    parameters = VECTORS["set-params-t1"].sent_by("host")[12:-1].hex()
    peer.plays(
        *script.powers_on(ATR_T1),
        *script.takes(parameters, 1),
        *script.moves("00 C1 01 FE 3E", "00 E1 01 FE 1E"),
    )
    assert isinstance(reader.power_on(), Atr)
    peer.finish()
    worked = VECTORS["t1-iblock"]
    asked, answer = (worked.sent_by(who)[12:-1] for who in ("host", "device"))
    del answer
    steps = script.moves(asked.hex(), "00 00 02 6A 82 EA")
    assert exchange(reader, peer, asked[3:-1].hex(), *steps) == b"\x6a\x82"


def test_a_card_for_another_voltage_is_asked_at_5_3_and_1_8_volts(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(
        *script.refuses_power(0xFE, 1),
        *script.refuses_power(0xFE, 2),
        *script.powers_on(ATR_T0, 3),
        *script.takes("11 00 00 0A 00"),
    )
    assert isinstance(reader.power_on(), Atr)
    peer.finish()


@pytest.mark.parametrize(
    ("error", "status", "failure"),
    [
        (0xFE, EMPTY, CardFailure.REMOVED),
        (0xF3, INACTIVE, CardFailure.UNSUPPORTED),
    ],
)
def test_a_card_that_cannot_be_used_says_why(
    reader: GempcReader, peer: Peer, script: Reader, error: int, status: int, failure: CardFailure
) -> None:
    peer.plays(*script.refuses_power(error, 1, status), *script.powers_off())
    assert reader.power_on() is failure
    peer.finish()


@pytest.mark.parametrize("error", [0xF7, 0xF8, 0xFD, 0xA2])
def test_a_damaged_atr_is_asked_for_once_more(
    reader: GempcReader, peer: Peer, script: Reader, error: int
) -> None:
    peer.plays(*script.refuses_power(error), *script.powers_off(), *script.starts_t0())
    assert isinstance(reader.power_on(), Atr)
    peer.finish()


def test_a_mute_card_is_mute_at_every_voltage(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    refusals = [step for volt in (1, 2, 3) for step in script.refuses_power(0xFE, volt)]
    peer.plays(*refusals, *script.powers_off())
    assert reader.power_on() is CardFailure.MUTE
    peer.finish()


def test_a_defective_reader_is_a_fault_not_a_bad_card(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(*script.refuses_power(0xFB))
    with pytest.raises(DeviceFault) as broken:
        reader.power_on()
    peer.finish()
    assert broken.value.fault is Fault.BROKEN


# --- exchanges


def test_a_response_is_fetched_as_in_the_worked_exchange(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    select = VECTORS["t0-select-pse"].sent_by("host")[12:-1].hex()
    said = VECTORS["t0-get-response"].decoded
    steps = (
        *script.moves(select, "61 1C"),
        *script.moves("00 C0 00 00 1C", said["data"] + said["sw"]),
    )
    got = exchange(powered, peer, select + "00", *steps)
    assert got == bytes.fromhex(said["data"] + said["sw"])


def test_a_time_request_keeps_the_terminal_waiting(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    ask, answer = script.told(0x6F, READ_RECORD), script.says(0x80, RECORD)
    got = exchange(
        powered, peer, READ_RECORD, *ask, *[Jumps(6.0), Says(b"\x81"), Pauses(0.05)] * 3, answer
    )
    assert got == bytes.fromhex(RECORD)


def test_a_time_extension_keeps_the_terminal_waiting(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    ask, extends = script.told(0x6F, READ_RECORD), script.says(0x80, "", 0x80, 2)
    got = exchange(powered, peer, READ_RECORD, *ask, extends, script.says(0x80, RECORD))
    assert got == bytes.fromhex(RECORD)


def test_a_stale_answer_is_not_taken_for_this_one(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    stale = script.says(0x80, "6A 82")
    steps = (*script.told(0x6F, READ_RECORD), stale, script.says(0x80, RECORD))
    assert exchange(powered, peer, READ_RECORD, *steps) == bytes.fromhex(RECORD)


@pytest.mark.parametrize(
    ("error", "status", "event", "failure"),
    [
        (0xFE, EMPTY, b"\x50\x02", CardFailure.REMOVED),
        (0xFE, ACTIVE, b"", CardFailure.MUTE),
        (0xFD, ACTIVE, b"", CardFailure.GARBLED),
        (0xF4, ACTIVE, b"", CardFailure.UNSUPPORTED),
    ],
)
def test_an_exchange_that_fails_ends_the_session(
    powered: GempcReader,
    peer: Peer,
    script: Reader,
    error: int,
    status: int,
    event: bytes,
    failure: CardFailure,
) -> None:
    ask, answer = script.told(0x6F, READ_RECORD), script.says(0x80, "", FAILED | status, error)
    steps = (*ask, Says(event or b"\x00"), answer, *script.powers_off())
    assert exchange(powered, peer, READ_RECORD, *steps) is failure
    assert powered.exchange(bytes.fromhex(READ_RECORD)) is CardFailure.REMOVED


def test_a_card_that_was_pulled_and_put_back_is_a_new_card(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    """Even where its answer looks well: what came between belongs to another session."""
    ask, answer = script.told(0x6F, READ_RECORD), script.says(0x80, RECORD)
    steps = (*ask, Says(b"\x50\x02\x50\x03"), answer, *script.powers_off())
    assert exchange(powered, peer, READ_RECORD, *steps) is CardFailure.REMOVED


def test_a_transfer_with_a_damaged_answer_is_never_sent_again(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    """Section 7: the card may have counted it; power cycle."""
    ask = script.told(0x6F, READ_RECORD)
    good = script.says(0x80, RECORD).data
    steps = (*ask, Says(good[:-1] + b"\xff"), *script.slot(ACTIVE), *script.powers_off())
    assert exchange(powered, peer, READ_RECORD, *steps) is CardFailure.GARBLED


def test_a_card_that_never_answers_is_mute(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    steps = (*script.told(0x6F, READ_RECORD), Passes(4.0), *script.slot(ACTIVE))
    assert exchange(powered, peer, READ_RECORD, *steps, *script.powers_off()) is CardFailure.MUTE


def test_a_command_swallowed_by_a_card_movement_is_not_a_dead_reader(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    """Section 8: after an event, ask for the slot's status first."""
    ask = script.told(0x6F, READ_RECORD)
    steps = (*ask, Says(b"\x50\x02"), Passes(4.0), *script.slot(EMPTY), *script.powers_off())
    assert exchange(powered, peer, READ_RECORD, *steps) is CardFailure.REMOVED


def test_a_cable_pulled_during_an_exchange_is_gone(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(script.told(0x6F, READ_RECORD)[0], HangsUp())
    with pytest.raises(DeviceFault) as gone:
        powered.exchange(bytes.fromhex(READ_RECORD))
    assert gone.value.fault is Fault.GONE


def test_what_is_no_apdu_is_our_mistake_and_costs_no_session(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    with pytest.raises(OurMistake):
        powered.exchange(b"\x00\xa4")
    got = exchange(powered, peer, READ_RECORD, *script.moves(READ_RECORD, RECORD))
    assert got == bytes.fromhex(RECORD)


# --- waiting for a card


def test_a_card_put_in_is_told(reader: GempcReader, peer: Peer, script: Reader) -> None:
    steps = (*script.slot(EMPTY), Says(b"\x50\x03"), *script.slot(INACTIVE))
    peer.plays(*steps)
    assert reader.await_card(wait_s=60) is CardEvent.INSERTED
    peer.finish()


def test_a_card_taken_out_is_told(reader: GempcReader, peer: Peer, script: Reader) -> None:
    peer.plays(*script.slot(ACTIVE), *script.slot(EMPTY))
    assert reader.await_removal(wait_s=60) is CardEvent.REMOVED
    peer.finish()


def test_nobody_putting_a_card_in_is_timed_out(
    reader: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(*script.slot(EMPTY), *script.slot(EMPTY))
    assert reader.await_card(wait_s=0.05) == TimedOut()
    peer.finish()


def test_a_cancel_ends_the_wait(reader: GempcReader, peer: Peer, script: Reader) -> None:
    waits = threading.Event()
    peer.plays(*script.slot(EMPTY), Signal(waits))
    threading.Thread(target=lambda: waits.wait(5) and reader.cancel()).start()
    assert reader.await_card(wait_s=60) == Cancelled()
    peer.finish()


def test_the_heartbeat_notices_that_the_card_has_gone(
    powered: GempcReader, peer: Peer, script: Reader
) -> None:
    peer.plays(*script.slot(INACTIVE))
    powered.poll()
    peer.finish()
    assert powered.exchange(bytes.fromhex(READ_RECORD)) is CardFailure.REMOVED


def test_an_exchange_leaves_no_trace_in_the_log(
    powered: GempcReader, peer: Peer, script: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    exchange(powered, peer, READ_RECORD, *script.moves(READ_RECORD, RECORD))
    assert caplog.text == ""
