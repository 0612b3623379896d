"""Answers to reset (gempc-serial.md section 6)."""

import pytest

from tests.hw_sim.cards import atr
from tests.hw_sim_tests.cards.session import new_card
from tests.hw_sim_tests.vectors import device_vectors


def test_a_t0_card_answers_the_sheets_bytes() -> None:
    printed = device_vectors("gempc-serial")["power-on-5v"].decoded["atr"]
    assert new_card("dda").reset() == bytes.fromhex(printed)


def test_a_t1_card_announces_t1_and_its_check_byte_is_right() -> None:
    answer = new_card("t1").reset()
    ts, t0, tb1, tc1, td1, td2 = answer[:6]
    assert (ts, tb1, tc1, td1 & 0x0F, td2 & 0x0F) == (0x3B, 0, 0, 1, 1)
    assert t0 & 0x0F == len(atr.HISTORICAL)
    total = 0
    for byte in answer[1:]:
        total ^= byte
    assert total == 0


def test_a_wrong_check_byte_is_wrong() -> None:
    total = 0
    for byte in atr.WRONG_TCK[1:]:
        total ^= byte
    assert total != 0


@pytest.mark.parametrize("profile", ["dda", "t1"])
def test_a_reset_forgets_what_was_selected(profile: str) -> None:
    card = new_card(profile)
    card.transmit(bytes.fromhex("00A4040008A00000033301010100"))
    card.reset()
    assert card.transmit(bytes.fromhex("80A8000002830000")).hex() == "6985"
