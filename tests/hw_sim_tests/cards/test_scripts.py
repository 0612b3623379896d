"""Issuer scripts under secure messaging; MACs and PIN blocks by pyemv (emv.md section 16)."""

import pytest
from pyemv import sm

from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim_tests.cards.session import (
    OK,
    PYEMV_WARNS,
    Transaction,
    atc,
    bank,
    card_key,
    flat,
    new_card,
    send,
    session_key,
    sw,
)

pytestmark = PYEMV_WARNS
BLOCK, UNBLOCK, CARD_BLOCK = "841E0000", "84180000", "84160000"
PIN_UNBLOCK, PIN_CHANGE = "84240000", "84240002"
SELECT = "00A4040008A00000033301010100"


def _online(*faults: str) -> Transaction:
    transaction = Transaction(new_card("dda", *faults))
    transaction.online()
    return transaction


def _again(card: ChipCard) -> str:
    card.reset()
    return sw(send(card, SELECT))


@pytest.mark.parametrize("mac_bytes", [4, 8])
def test_a_blocked_application_stays_blocked_after_a_reset(mac_bytes: int) -> None:
    transaction = _online()
    assert transaction.script(BLOCK, mac_bytes=mac_bytes) == OK
    assert _again(transaction.card) == "6283"


def test_the_same_session_may_unblock_the_application() -> None:
    transaction = _online()
    transaction.script(BLOCK)
    assert transaction.script(UNBLOCK) == OK
    assert _again(transaction.card) == "9000"


def test_a_blocked_card_stays_blocked_after_a_reset() -> None:
    transaction = _online()
    assert transaction.script(CARD_BLOCK) == OK
    assert _again(transaction.card) == "6A81"


def test_a_wrong_mac_changes_nothing() -> None:
    transaction = _online()
    assert sw(send(transaction.card, "841E000004AABBCCDD")) == "6988"
    assert _again(transaction.card) == "9000"


def test_a_script_without_a_mac_is_refused() -> None:
    assert sw(send(_online().card, "841E0000")) == "6987"


def test_a_script_is_taken_only_after_an_arqc() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    assert sw(transaction.script(BLOCK)) == "6985"


def test_a_script_after_an_aac_at_the_first_is_refused() -> None:
    transaction = Transaction(new_card("dda"))
    transaction.start()
    transaction.first(0x00)
    assert sw(transaction.script(BLOCK)) == "6985"


def test_a_pin_command_of_another_kind_is_refused() -> None:
    assert sw(_online().script("84240001", bytes(16))) == "6A86"


@pytest.mark.parametrize(("header", "word"), [("04DC010D", "6A86"), ("04DC090C", "6A83")])
def test_a_record_that_is_not_there_is_not_updated(header: str, word: str) -> None:
    assert sw(_online().script(header, b"\x70\x00")) == word


def test_a_script_may_follow_the_second_cryptogram() -> None:
    transaction = _online()
    transaction.second()
    assert transaction.script(BLOCK) == OK


def test_a_changed_pin_is_the_cards_pin() -> None:
    transaction = _online()
    block = sm.format_vis_pin_block(card_key(bank().masters.ac), "654321")
    key = session_key(bank().masters.smc, atc(transaction.card))
    sealed = sm.encrypt_command_data(key, block, sm.EncryptionType.VISA)
    assert transaction.script(PIN_CHANGE, sealed) == OK
    assert send(transaction.card, "002000800826654321FFFFFFFF") == OK


def test_a_pin_under_another_key_is_refused() -> None:
    transaction = _online()
    assert sw(transaction.script(PIN_CHANGE, bytes(16))) == "6988"


def test_unblocking_the_pin_gives_its_tries_back() -> None:
    transaction = _online()
    words = [sw(send(transaction.card, "002000800826111111FFFFFFFF")) for _ in range(4)]
    assert words == ["63C2", "63C1", "63C0", "6983"]
    assert transaction.script(PIN_UNBLOCK) == OK
    assert flat(send(transaction.card, "80CA9F1700"))["9F17"] == b"\3"


def test_put_data_is_read_back() -> None:
    transaction = _online()
    assert transaction.script("04DA9F58", b"\x07") == OK
    assert flat(send(transaction.card, "80CA9F5800")) == {"9F58": b"\x07"}


@pytest.mark.parametrize(
    ("header", "data", "word"), [("04DA9F36", "0001", "6A88"), ("04DA9F58", "0001", "6700")]
)
def test_put_data_takes_only_what_it_may(header: str, data: str, word: str) -> None:
    assert sw(_online().script(header, bytes.fromhex(data))) == word


def test_an_updated_record_is_read_back() -> None:
    transaction = _online()
    assert transaction.script("04DC010C", bytes.fromhex("7004DF010101")) == OK
    assert send(transaction.card, "00B2010C00")[:-2].hex().upper() == "7004DF010101"


def test_scripts_done_are_counted_in_the_next_transactions_results() -> None:
    transaction = _online()
    transaction.second()
    transaction.script("04DA9F58", b"\x07")
    transaction.script("04DA9F59", b"\x09")
    after = Transaction(transaction.card)
    after.start()
    assert after.first()[13:-2][6] >> 4 == 2


def test_a_failed_script_shows_in_the_next_transactions_results() -> None:
    transaction = _online("script_fails")
    transaction.second()
    assert sw(transaction.script(BLOCK)) == "6985"
    after = Transaction(transaction.card)
    after.start()
    assert after.first()[13:-2][6] & 0x08


def test_verify_and_get_challenge_are_against_the_sheet() -> None:
    transaction = _online()
    send(transaction.card, "002000800826123456FFFFFFFF")
    send(transaction.card, "0084000000")
    assert len(transaction.card.violations) == 2
