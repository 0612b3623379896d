"""Cards of the deck in the GemPC reader: T=0, T=1, and cards that are mute, slow or pulled out."""

from collections.abc import Callable

import pytest

from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.smart_card_t0 import MuteCard, T0Card
from tests.hw_sim.smart_card_t1 import T1Card
from tests.hw_sim_tests.cards import synthetic
from tests.hw_sim_tests.cards.session import new_card
from tests.hw_sim_tests.test_smart_card_gempc import Desk
from tests.hw_sim_tests.test_smart_card_t1 import block

SELECT = "00A4040008A000000333010101"
MORE, AGAIN = 0x61, 0x6C
Speak = Callable[[bytes], bytes]


def over_t0(card: ChipCard) -> Speak:
    """A host that knows 61xx and 6Cxx (emv.md section 4)."""
    engine = T0Card(card)

    def speak(apdu: bytes) -> bytes:
        has_data = len(apdu) > 5
        tpdu = apdu[: 5 + apdu[4]] if has_data else apdu.ljust(5, b"\0")
        answer, data = engine.exchange(tpdu), b""
        while answer[-2] in (MORE, AGAIN):
            head = bytes.fromhex("00C00000") if answer[-2] == MORE else tpdu[:4]
            data += answer[:-2]
            answer = engine.exchange(head + answer[-1:])
        return data + answer

    return speak


def over_t1(card: ChipCard) -> Speak:
    """A host with blocks of 254 bytes, commands in one block."""
    engine = T1Card(card, ifsc=0xFE)
    engine.exchange(block(0xC1, b"\xfe"))
    number = 0

    def speak(apdu: bytes) -> bytes:
        nonlocal number
        answer = engine.exchange(block(number << 6, apdu))
        number ^= 1
        data = answer[3:-1]
        while answer[1] & 0x20:
            answer = engine.exchange(block(0x80 | (answer[1] >> 6 & 1 ^ 1) << 4))
            data += answer[3:-1]
        return data

    return speak


@pytest.mark.parametrize("host", [over_t0, over_t1])
@pytest.mark.parametrize("name", sorted(synthetic.SCENARIOS))
def test_a_printed_scenario_runs_over_either_protocol(
    name: str, host: Callable[[ChipCard], Speak]
) -> None:
    card = synthetic.card(name)
    card.reset()
    speak = host(card)
    for exchange in synthetic.SCENARIOS[name]["exchange"]:
        assert speak(bytes.fromhex(exchange["c"])).hex().upper() == exchange["r"], exchange["note"]


@pytest.mark.parametrize("host", [over_t0, over_t1])
def test_a_mute_card_is_mute_over_either_protocol(host: Callable[[ChipCard], Speak]) -> None:
    speak = host(new_card("dda", "mute_at_1"))
    with pytest.raises(MuteCard):
        speak(bytes.fromhex(SELECT))


def _seated(fault: str) -> Desk:
    desk = Desk()
    desk.reader.insert(new_card("dda", fault))
    desk.taken()
    desk.command(0x62, p1=1)
    return desk


def test_a_card_pulled_at_a_command_leaves_the_reader_with_an_event() -> None:
    desk = _seated("pulled_at_1")
    answer = desk.command(0x6F, SELECT)
    assert answer[:2] == b"\x50\x02"
    assert answer[11:13] == b"\x42\xfe"
    assert desk.reader.slot.card is None


def test_a_card_mute_at_a_command_stays_in_the_reader() -> None:
    desk = _seated("mute_at_1")
    answer = desk.command(0x6F, SELECT)
    assert answer[9:11] == b"\x40\xfe"
    assert desk.reader.slot.card is not None


@pytest.mark.parametrize(("fault", "error"), [("mute", 0xFE), ("wrong_atr", 0xF8)])
def test_a_card_whose_atr_is_none_fails_to_power_on(fault: str, error: int) -> None:
    desk = Desk()
    desk.reader.insert(new_card("dda", fault))
    desk.taken()
    assert desk.command(0x62, p1=1)[10] == error


def test_a_slow_card_answers_when_its_time_has_passed() -> None:
    desk = _seated("slow")
    assert desk.command(0x6F, SELECT) == b""
    assert desk.wait(1.9) == b""
    assert desk.wait(0.2)[12] == 0x61
