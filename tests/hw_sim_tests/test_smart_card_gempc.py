"""The GemPC simulator: every worked exchange of gempc-serial.md, and its rules and faults."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.hw_sim.smart_card import PLAIN_ATR, PlainCard
from tests.hw_sim.smart_card_gempc import FAULTS, GemPcTwin
from tests.hw_sim.smart_card_t0 import MuteCard, T0Card
from tests.hw_sim_tests.place import Place, play
from tests.hw_sim_tests.vectors import ROOT, device_vectors

VECTORS = device_vectors("gempc-serial")
SELECT_PSE = "00A404000E315041592E5359532E4444463031"
FCI = "6F1A840E315041592E5359532E4444463031A5088801015F2D027A689000"
ATR_TA1_13 = bytes.fromhex("3B1013")
T0_CASES: list[dict[str, Any]] = json.loads((ROOT / "emv" / "t0.json").read_text("utf-8"))["cases"]


def t1_atr() -> bytes:
    """3B, TD1 says T=1 and nothing else, TCK."""
    body = bytes([0x80, 0x01])
    return b"\x3b" + body + bytes([body[0] ^ body[1]])


def pboc_card(atr: bytes = PLAIN_ATR) -> PlainCard:
    record = "70045A0243219000"
    return PlainCard({SELECT_PSE: FCI, "00B2010C": record, "80AE8000": "6985"}, atr)


class Desk(Place):
    """A reader, its frames numbered as the sheet numbers them."""

    def __init__(self) -> None:
        super().__init__(FAULTS)
        self.reader = GemPcTwin(self.sent.extend, self.sent.extend, self.loop, self.faults)
        self.hears = self.reader.receive

    def command(self, kind: int, data: str = "", p1: int = 0, sequence: int = 0) -> bytes:
        """The answer frame behind the echo."""
        asked = frame(kind, bytes.fromhex(data), p1, sequence)
        answer = self.ask(asked)
        assert answer.startswith(asked)
        return answer[len(asked) :]

    def powered(self, card: PlainCard, protocol: int = 0) -> PlainCard:
        self.reader.insert(card)
        self.taken()
        self.command(0x62, p1=1)
        if protocol:
            self.command(0x61, "1110004D002000", p1=1)
        return card

    def exchange(self, tpdu: str) -> str:
        answer = self.command(0x6F, tpdu)
        assert answer[9:11] == b"\x00\x00", "the exchange failed"
        return answer[12:-1].hex().upper()


def frame(kind: int, data: bytes = b"", p1: int = 0, sequence: int = 0) -> bytes:
    body = b"\x03\x06" + bytes([kind]) + len(data).to_bytes(4, "little")
    body += bytes([0, sequence, p1, 0, 0]) + data
    lrc = 0
    for byte in body:
        lrc ^= byte
    return body + bytes([lrc])


@pytest.fixture
def desk() -> Iterator[Desk]:
    with closing(Desk()) as desk:
        yield desk


def card_in(desk: Desk) -> None:
    desk.reader.insert(pboc_card())
    desk.taken()


def events_between(desk: Desk) -> None:
    desk.command(0x6B, "010101")


def inserted_unseen(desk: Desk) -> None:
    events_between(desk)
    desk.reader.insert(pboc_card())


def removed_unseen(desk: Desk) -> None:
    card_in(desk)
    events_between(desk)
    desk.reader.remove()


def powered_card(desk: Desk) -> None:
    desk.powered(pboc_card())


def fast_card(desk: Desk) -> None:
    desk.powered(pboc_card(ATR_TA1_13))


def selected(desk: Desk) -> None:
    powered_card(desk)
    desk.exchange(SELECT_PSE)


def t1_card(desk: Desk) -> None:
    desk.powered(pboc_card(t1_atr()), protocol=1)


def t1_card_unset(desk: Desk) -> None:
    desk.powered(pboc_card(t1_atr()))


def pulled_later(desk: Desk) -> None:
    powered_card(desk)
    desk.command(0x6B, "010101")
    desk.faults.set("card_pull", 1)


def set_fault(name: str, before: Callable[[Desk], None]) -> Callable[[Desk], None]:
    def prepare(desk: Desk) -> None:
        before(desk)
        desk.faults.set(name, 1)

    return prepare


PREPARED: dict[str, Callable[[Desk], None]] = {
    "open-firmware": card_in,
    "open-sync-events": card_in,
    "slot-present": card_in,
    "slot-absent": lambda desk: None,
    "slot-inserted-event": inserted_unseen,
    "slot-removed-event": removed_unseen,
    "power-on-5v": card_in,
    "power-on-absent": lambda desk: None,
    "set-params-t0": powered_card,
    "pps-ta1-13": fast_card,
    "t0-select-pse": powered_card,
    "t0-get-response": selected,
    "t0-6c": powered_card,
    "t0-time-request": set_fault("time_request", powered_card),
    "set-params-t1": t1_card_unset,
    "t1-ifs": t1_card,
    "t1-iblock": t1_card,
    "power-off": powered_card,
    "xfr-card-pulled": pulled_later,
    "xfr-parity": set_fault("parity", powered_card),
    "time-extension": set_fault("time_extension", powered_card),
    "nak-retry": set_fault("nak", card_in),
}
SHAPED_BY_THE_LINE = {"bad-lrc-answer"}


def test_every_vector_is_played_here_or_by_the_line() -> None:
    assert set(VECTORS) == set(PREPARED) | SHAPED_BY_THE_LINE


@pytest.mark.parametrize("name", PREPARED)
def test_the_reader_answers_as_its_sheet_shows(name: str, desk: Desk) -> None:
    PREPARED[name](desk)
    play(desk, VECTORS[name])


@pytest.mark.parametrize(
    "name", ["case2 6C", "case4 61", "case4 61 then 6C", "case4 error", "case3"]
)
def test_a_card_over_t0_answers_as_emv_book_1_shows(name: str) -> None:
    case = next(case for case in T0_CASES if case["name"] == name)
    card = T0Card(PlainCard({without_le(case["command"]): case["result"]}))
    for ask, got in case["io"]:
        if got == "6100":  # a card that keeps its length to itself; ours tells it
            got = "6104"
        assert card.exchange(bytes.fromhex(ask)).hex().upper() == got


def without_le(command: str) -> str:
    data = int(command[8:10], 16) if len(command) > 10 else 0
    return command[: 10 + 2 * data] if data else command[:8]


def test_a_warning_with_data_is_told_first_and_its_data_fetched_after() -> None:
    io = next(case for case in T0_CASES if case["name"] == "case4 warning 6283")["io"]
    card = T0Card(PlainCard({io[0][0]: "6F0284006283"}))
    assert [card.exchange(bytes.fromhex(ask)).hex().upper() for ask, _ in io] == [
        got for _, got in io
    ]


def test_an_le_behind_the_data_is_wrong_over_t0() -> None:
    card = T0Card(PlainCard({"00A4040002A001": "6F0284009000"}))
    assert card.exchange(bytes.fromhex("00A4040002A00100")) == b"\x67\x00"


def test_the_repeat_after_6c_is_not_a_second_command() -> None:
    plain = PlainCard({"00840000": "01020304050607089000"})
    card = T0Card(plain)
    assert card.exchange(bytes.fromhex("0084000000")) == b"\x6c\x08"
    assert card.exchange(bytes.fromhex("0084000008"))[-2:] == b"\x90\x00"
    assert len(plain.seen) == 1


def test_a_command_that_breaks_off_is_not_answered() -> None:
    with pytest.raises(MuteCard):
        T0Card(PlainCard({})).exchange(bytes.fromhex("00A4040004A0"))


def test_a_wrong_lrc_is_answered_with_nak_and_no_echo(desk: Desk) -> None:
    assert desk.ask(frame(0x65)[:-1] + b"\x00") == b"\x03\x15\x16"
    assert desk.reader.violations


def test_frames_may_come_byte_by_byte_behind_noise(desk: Desk) -> None:
    whole = b"\xf0\x03" + frame(0x65)
    answers = b"".join(desk.ask(bytes([byte])) for byte in whole)
    assert answers.startswith(frame(0x65))


def test_half_a_frame_is_forgotten_after_a_second(desk: Desk) -> None:
    desk.ask(frame(0x65)[:5])
    desk.wait(1.1)
    assert desk.command(0x65, sequence=7)[8] == 7


def test_an_unknown_command_is_answered_not_supported(desk: Desk) -> None:
    assert desk.command(0x77)[2:11] == bytes.fromhex("81 00000000 00 00 42 00")


def test_asynchronous_events_come_unasked(desk: Desk) -> None:
    desk.reader.insert(pboc_card())
    assert desk.taken() == b"\x50\x03"
    desk.reader.remove()
    assert desk.taken() == b"\x50\x02"


def test_a_card_works_at_its_voltage_only(desk: Desk) -> None:
    desk.reader.insert(pboc_card(), voltages=(2,))
    desk.taken()
    assert desk.command(0x62, p1=1)[9:11] == b"\x41\xfe"
    assert desk.command(0x62, p1=2)[12:-1] == PLAIN_ATR


def test_an_exchange_without_power_fails_fe(desk: Desk) -> None:
    card_in(desk)
    assert desk.command(0x6F, SELECT_PSE)[9:11] == b"\x41\xfe"


def test_after_pps_the_card_is_mute_until_the_reader_is_told(desk: Desk) -> None:
    fast_card(desk)
    assert desk.exchange("FF1013FC") == "FF1013FC"
    assert desk.command(0x6F, SELECT_PSE)[9:11] == b"\x40\xfe"
    desk.command(0x61, "1300000A00")
    assert desk.exchange(SELECT_PSE) == "611C"


def test_pps_after_the_first_exchange_is_not_answered(desk: Desk) -> None:
    fast_card(desk)
    desk.exchange(SELECT_PSE)
    assert desk.command(0x6F, "FF1013FC")[9:11] == b"\x40\xfe"


def test_a_card_in_specific_mode_speaks_its_own_speed_and_takes_no_pps(desk: Desk) -> None:
    specific = bytes.fromhex("3B90131000")  # TA1 13, TD1 says TA2 follows, TA2 00
    desk.powered(pboc_card(specific))
    assert desk.command(0x6F, "FF1013FC")[9:11] == b"\x40\xfe"
    desk.command(0x62, p1=1)
    desk.command(0x61, "1300000A00")
    assert desk.exchange(SELECT_PSE) == "611C"


@pytest.mark.parametrize(("fault", "error"), [("bad_ts", 0xF8), ("bad_tck", 0xF7), ("mute", 0xFE)])
def test_an_unreadable_card_fails_at_power_on(fault: str, error: int, desk: Desk) -> None:
    card_in(desk)
    desk.faults.set(fault, 1)
    assert desk.command(0x62, p1=1)[9:11] == bytes([0x41, error])


def test_a_card_pulled_before_the_exchange_has_not_seen_it(desk: Desk) -> None:
    card = desk.powered(pboc_card())
    desk.faults.set("card_pull_before", 1)
    desk.command(0x6F, "80AE800000")
    assert card.seen == []


def test_a_card_pulled_during_the_exchange_has_done_its_work(desk: Desk) -> None:
    card = desk.powered(pboc_card())
    desk.command(0x6B, "010101")
    desk.faults.set("card_pull", 1)
    assert desk.command(0x6F, "80AE800000") == b"\x50\x02" + bytes.fromhex(
        "0306 80 00000000 00 00 42 FE 00 39"
    )
    assert len(card.seen) == 1


def test_a_swapped_card_is_there_but_without_power(desk: Desk) -> None:
    powered_card(desk)
    desk.command(0x6B, "010101")
    desk.faults.set("card_swap", 1)
    assert desk.ask(frame(0x6F, b"\0\xb2\1\x0c\6"))[-17:-13] == b"\x50\x02\x50\x03"
    assert desk.command(0x65)[9] == 1


def test_a_reader_without_power_is_silent_and_forgets_the_card_was_powered(desk: Desk) -> None:
    powered_card(desk)
    desk.reader.power_off()
    assert desk.ask(frame(0x65)) == b""
    desk.reader.power_on()
    assert desk.command(0x65)[9] == 1


def test_a_missing_echo_leaves_the_answer_alone(desk: Desk) -> None:
    desk.faults.set("missing_echo", 1)
    assert desk.ask(frame(0x65))[2] == 0x81
