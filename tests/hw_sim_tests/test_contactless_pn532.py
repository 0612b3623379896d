"""The PN532 simulator: every worked exchange of pn532.md, and its rules and faults."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.hw_sim.contactless_pn532 import FAULTS, Pn532
from tests.hw_sim.smart_card import ContactlessCard, PlainCard
from tests.hw_sim_tests.place import Place, play
from tests.hw_sim_tests.vectors import device_vectors

VECTORS = device_vectors("pn532")
ACK = bytes.fromhex("0000FF00FF00")
SELECT_PPSE = "00A404000E325041592E5359532E4444463031"
FCI = "6F1A840E325041592E5359532E4444463031A5088801015F2D027A689000"
LONG_RECORD = bytes(range(256)).hex() + "9000"
WAKE = VECTORS["wake-sam"].steps[0].data
FIRMWARE = VECTORS["firmware"].steps[0].data
LIST = VECTORS["list-a"].steps[0].data
PPSE = VECTORS["ppse"].steps[0].data
RETRIES = VECTORS["retries"].steps[0].data


def card(uid: str = "08123456") -> ContactlessCard:
    chip = PlainCard({SELECT_PPSE: FCI, "00B2010C": LONG_RECORD})
    return ContactlessCard(bytes.fromhex(uid), chip)


class Desk(Place):
    def __init__(self) -> None:
        super().__init__(FAULTS)
        self.reader = Pn532(self.sent.extend, self.sent.extend, self.loop, self.faults)
        self.hears = self.reader.receive

    def listed(self, *cards: ContactlessCard) -> None:
        self.ask(WAKE)
        self.reader.put(*cards)
        self.ask(LIST)

    def status(self, question: bytes) -> int:
        answer = self.ask(question)
        assert answer.startswith(ACK)
        return answer[len(ACK) + 7]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with closing(Desk()) as desk:
        yield desk


def awake(desk: Desk) -> None:
    desk.ask(WAKE)


def with_cards(*cards: ContactlessCard) -> Callable[[Desk], None]:
    def prepare(desk: Desk) -> None:
        awake(desk)
        desk.reader.put(*cards)

    return prepare


def nobody(desk: Desk) -> None:
    awake(desk)
    desk.ask(RETRIES)


def listed(desk: Desk) -> None:
    desk.listed(card())


def gone(desk: Desk) -> None:
    listed(desk)
    desk.reader.take()


def swapped(desk: Desk) -> None:
    listed(desk)
    desk.reader.put(card("04010203"))


ULTRALIGHT = ContactlessCard(bytes.fromhex("04A1B2C3D4E5F6"), None, b"\x00\x44", sak=0)
PAIR = (
    card("01020304"),
    ContactlessCard(bytes.fromhex("0A0B0C0D"), None, sak=0x08),
)
PREPARED: dict[str, Callable[[Desk], None]] = {
    "wake-sam": lambda desk: None,
    "diagnose": awake,
    "firmware": awake,
    "set-parameters": awake,
    "rf-off": awake,
    "rf-on": awake,
    "retries": awake,
    "read-registers": awake,
    "list-a": with_cards(card()),
    "list-a-7byte": with_cards(ULTRALIGHT),
    "list-none": nobody,
    "list-two": with_cards(*PAIR),
    "deselect": awake,
    "release": awake,
    "ppse": listed,
    "card-gone": gone,
    "card-swapped": swapped,
    "syntax-error": awake,
    "extended": listed,
    "cancel-list": awake,
}
TESTED_BELOW = {"mi", "bad-dcs-nack"}


def test_every_vector_is_played_or_tested_below() -> None:
    assert set(VECTORS) == set(PREPARED) | TESTED_BELOW


@pytest.mark.parametrize("name", PREPARED)
def test_the_reader_answers_as_its_sheet_shows(name: str, desk: Desk) -> None:
    PREPARED[name](desk)
    play(desk, VECTORS[name])


def test_a_chained_answer_is_asked_for_part_by_part(desk: Desk) -> None:
    listed(desk)
    desk.faults.set("chained", 1)
    first = VECTORS["mi"].steps[-1].data
    assert desk.ask(PPSE) == ACK + first
    rest = desk.ask(bytes.fromhex("0000FF03FDD44001EB00"))
    assert bytes.fromhex(FCI) == first[8:-2] + rest[len(ACK) + 8 : -2]


def test_a_nack_has_the_last_answer_repeated(desk: Desk) -> None:
    awake(desk)
    answer = desk.ask(FIRMWARE)
    assert desk.ask(VECTORS["bad-dcs-nack"].steps[3].data) == answer[len(ACK) :]


def test_before_the_wake_up_it_makes_no_sound(desk: Desk) -> None:
    assert desk.ask(FIRMWARE) == b""
    assert desk.ask(WAKE[16:]) == b""  # SAMConfiguration without the 55 55


def test_the_wake_up_and_the_first_command_may_be_two_writes(desk: Desk) -> None:
    assert desk.ask(WAKE[:16]) == b""
    assert desk.ask(WAKE[16:]).startswith(ACK)


def test_power_loss_puts_it_to_sleep(desk: Desk) -> None:
    awake(desk)
    desk.reader.power_off()
    desk.reader.power_on()
    assert desk.ask(FIRMWARE) == b""


def test_endless_retries_wait_for_the_card(desk: Desk) -> None:
    awake(desk)
    assert desk.ask(LIST) == ACK
    desk.reader.put(card())
    assert desk.taken() == VECTORS["list-a"].steps[-1].data


def test_an_ack_of_the_host_stops_the_waiting(desk: Desk) -> None:
    awake(desk)
    desk.ask(LIST)
    desk.ask(ACK)
    desk.reader.put(card())
    assert desk.taken() == b""


@pytest.mark.parametrize(
    "spoilt", ["0000FF02FFD4022A00", "0000FF02FED4022B00", "0000FF02FED5022900"]
)
def test_a_wrong_frame_is_not_acknowledged(spoilt: str, desk: Desk) -> None:
    awake(desk)
    assert desk.ask(bytes.fromhex(spoilt)) == b""
    assert desk.ask(FIRMWARE).startswith(ACK)


def test_an_extended_frame_of_the_host_is_understood(desk: Desk) -> None:
    awake(desk)
    data = bytes(255)  # with D4 00 00 more than a normal frame holds
    body = b"\xd4\x00\x00" + data
    length = len(body).to_bytes(2, "big")
    head = b"\x00\x00\xff\xff\xff" + length + bytes([-sum(length) % 256])
    answer = desk.ask(head + body + bytes([-sum(body) % 256, 0]))
    assert answer[len(ACK) :][8:-2] == b"\xd5\x01\x00" + data


def test_frames_may_come_byte_by_byte(desk: Desk) -> None:
    answers = b"".join(desk.ask(bytes([byte])) for byte in WAKE)
    assert answers == ACK + VECTORS["wake-sam"].steps[-1].data


def test_after_an_error_the_card_must_be_listed_again(desk: Desk) -> None:
    listed(desk)
    desk.faults.set("rf_crc", 1)
    assert [desk.status(PPSE), desk.status(PPSE)] == [0x02, 0x27]
    desk.ask(LIST)
    assert desk.status(PPSE) == 0


def test_a_card_pulled_during_the_exchange_has_done_its_work(desk: Desk) -> None:
    gold = card()
    desk.listed(gold)
    desk.faults.set("card_pull", 1)
    assert desk.status(PPSE) == 0x01
    assert isinstance(gold.chip, PlainCard)
    assert len(gold.chip.seen) == 1


def test_a_deselected_card_stands_back_behind_the_others(desk: Desk) -> None:
    desk.listed(*PAIR)
    desk.ask(VECTORS["deselect"].steps[0].data)
    assert PAIR[1].uid in desk.ask(LIST)


def test_every_listing_resets_the_card(desk: Desk) -> None:
    gold = card()
    desk.listed(gold)
    desk.ask(LIST)
    assert isinstance(gold.chip, PlainCard)
    assert gold.chip.resets == 2


def test_a_wrong_length_check_and_extra_zeros_can_be_had(desk: Desk) -> None:
    awake(desk)
    whole = desk.ask(FIRMWARE)
    desk.faults.set("bad_length_check", 1)
    desk.faults.set("extra_zeros", 1)
    spoilt = desk.ask(FIRMWARE)
    assert spoilt == ACK + b"\0\0\0" + whole[6:10] + bytes([whole[10] ^ 0x11]) + whole[11:]


def test_no_ack_means_the_command_was_lost(desk: Desk) -> None:
    awake(desk)
    desk.faults.set("ack_lost", 1)
    assert desk.ask(FIRMWARE) == b""
    assert desk.ask(FIRMWARE) != b""


def test_a_type_b_poll_finds_no_type_a_card(desk: Desk) -> None:
    nobody(desk)
    desk.reader.put(card())
    assert desk.status(bytes.fromhex("0000FF05FBD44A010300DE00")) == 0
