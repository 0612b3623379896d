"""Which PINs an operator may choose (`security.md` section 8)."""

from __future__ import annotations

import pytest

from terminal.people.pin_rule import PinRefused, check


@pytest.mark.parametrize("pin", ["294170", "123457", "112233", "121212", "135790", "294170294170"])
def test_6_to_12_digits_of_no_simple_pattern_are_taken(pin):
    check(pin)


@pytest.mark.parametrize("pin", ["", "29417", "2941702941701", "29417a", "２９４１７０", "294 170"])
def test_other_than_6_to_12_digits_is_refused(pin):
    with pytest.raises(PinRefused, match="6 to 12 digits"):
        check(pin)


@pytest.mark.parametrize("pin", ["000000", "88888888", "111111111111"])
def test_one_digit_repeated_is_refused(pin):
    with pytest.raises(PinRefused, match="repeated"):
        check(pin)


@pytest.mark.parametrize("pin", ["123456", "654321", "012345", "567890", "098765", "1234567890"])
def test_a_straight_run_up_or_down_is_refused(pin):
    with pytest.raises(PinRefused, match="straight run"):
        check(pin)


def test_a_refusal_does_not_repeat_the_pin():
    with pytest.raises(PinRefused) as refusal:
        check("7777777")
    assert "7777777" not in str(refusal.value)
