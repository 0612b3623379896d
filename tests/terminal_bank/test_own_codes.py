"""A bank with other codes for our services: asked with them, and answered with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import convert

from protocol.bank.frame import open_frame
from protocol.errors import OurMistake
from terminal.bank import asking, dialect
from terminal.bank.dialect import Misfit
from terminal.bank.profile import BankProfile
from tests.config.written import changed, example
from tests.terminal_bank.asks import ASKS, PROFILE, SCHEME, WITHDRAWAL, day_mac, frame
from tests.terminal_bank.front import Front

SIGN_IN = ASKS["sign-in"]
CODES = {"de3": "020000", "de25": "02", "de60_1": "22", "de60_3": "000"}
OWN = convert(changed(example("bank.toml"), "operations", {"withdrawal": CODES}), BankProfile)


def other(place: str, value: object) -> BankProfile:
    return convert(changed(example("bank.toml"), place, value), BankProfile)


def test_the_pins_length_and_what_the_terminal_reads_are_the_profiles_to_say() -> None:
    profile = other("terminal.pin_capture", "06")
    asked, _ = open_frame(asking.request(WITHDRAWAL, profile, SCHEME, day_mac), max_frame=2048)
    assert asked.text(26) == "06"
    profile = other("terminal.reads", "2")
    asked, _ = open_frame(asking.request(WITHDRAWAL, profile, SCHEME, day_mac), max_frame=2048)
    assert asked.text(60) == "0100001211120"


def test_an_element_that_a_bank_has_otherwise_is_written_and_read_so() -> None:
    """A DE62 of at most 5 bytes cannot hold FE0010."""
    short = other("fields", {"62": {"max": 5}})
    with pytest.raises(OurMistake, match="field 62"):
        asking.request(WITHDRAWAL, short, SCHEME, day_mac)
    with pytest.raises(Misfit, match="unreadable"):
        dialect.answer(frame("withdrawal", 1), WITHDRAWAL, short, day_mac)


def test_a_sign_in_tells_the_serial_number_where_the_profile_has_one() -> None:
    """The sheet's sample: `Sequence No16` `3150SXX-4C304119` (`bank-wire.md` section 4.1)."""
    profile = other("terminal.serial", "3150SXX-4C304119")
    asked, _ = open_frame(asking.request(SIGN_IN, profile, SCHEME, day_mac), max_frame=2048)
    assert asked.raw(62) == b"Sequence No163150SXX-4C304119"
    without, _ = open_frame(asking.request(SIGN_IN, PROFILE, SCHEME, day_mac), max_frame=2048)
    assert 62 not in without.fields


def swap(check: str) -> BankProfile:
    return convert(changed(example("bank.toml"), "frame.tpdu_check", check), BankProfile)


def test_the_request_carries_the_banks_own_codes() -> None:
    asked, _ = open_frame(asking.request(WITHDRAWAL, OWN, SCHEME, day_mac), max_frame=2048)
    assert (asked.text(3), asked.text(25), asked.text(60)) == ("020000", "02", "2200001200060")


def test_the_answer_must_carry_them_too() -> None:
    answer = Front({}).reply(asking.request(WITHDRAWAL, OWN, SCHEME, day_mac))
    assert dialect.answer(answer, WITHDRAWAL, OWN, day_mac).answer.code == "00"
    with pytest.raises(Misfit, match="of the reply is another one"):
        dialect.answer(frame("withdrawal", 1), WITHDRAWAL, OWN, day_mac)


def test_other_services_stay_as_the_sheet_has_them() -> None:
    assert OWN.row_of("balance").de3 == "310000"
    assert OWN.condition_of("balance") == "00"


@pytest.mark.parametrize("check", ["off", "swap"])
def test_a_tpdu_with_places_exchanged_is_always_good(check: str) -> None:
    assert dialect.answer(frame("withdrawal", 1), WITHDRAWAL, swap(check), day_mac).answer.code


def test_another_tpdu_is_judged_where_the_profile_says_so() -> None:
    """`bank-wire.md` section 1: 6000060000 was answered with 6000000601."""
    other = frame("withdrawal", 1)
    other = other[:2] + bytes.fromhex("6000000301") + other[7:]
    assert dialect.answer(other, WITHDRAWAL, swap("off"), day_mac).answer.code == "00"
    with pytest.raises(Misfit, match="TPDU"):
        dialect.answer(other, replace(WITHDRAWAL), swap("swap"), day_mac)
