"""Keys that persons bring as hex lines (`security.md` sections 1 and 8)."""

from __future__ import annotations

import pytest

from terminal.keys.components import ComponentRefused, person_key_from, tmk_from

FIRST, SECOND = "00112233445566778899AABBCCDDEEFF", "ca4cb06ac99f2eb902d5dc8dd64f8716"


def test_the_tmk_is_the_xor_of_two_components():
    assert tmk_from(FIRST, SECOND).hex().upper() == "CA5D92598DCA48CE8A4C76361A9269E9"


def test_neither_the_order_nor_spaces_nor_case_matter():
    spaced = " ".join(FIRST[n : n + 4] for n in range(0, 32, 4)).lower()
    assert tmk_from(SECOND.upper(), spaced) == tmk_from(FIRST, SECOND)


def test_two_equal_components_are_no_key():
    with pytest.raises(ComponentRefused, match="the same"):
        tmk_from(FIRST, FIRST.lower())


@pytest.mark.parametrize("line", ["", FIRST[:-2], FIRST + "00"])
def test_a_component_of_another_length_is_refused(line):
    with pytest.raises(ComponentRefused, match="32 hex digits are needed"):
        tmk_from(FIRST, line)


@pytest.mark.parametrize("line", [FIRST[:-1], FIRST[:-1] + "G", "0x" + FIRST, "一二"])
def test_what_is_not_hex_is_refused_and_not_repeated(line):
    with pytest.raises(ComponentRefused, match="only the digits") as refusal:
        tmk_from(line, SECOND)
    assert line not in str(refusal.value)


def test_a_person_key_has_64_hex_digits():
    assert person_key_from("ab" * 32) == b"\xab" * 32
    with pytest.raises(ComponentRefused, match="64 hex digits are needed"):
        person_key_from("ab" * 16)


def test_zeros_are_no_person_key():
    with pytest.raises(ComponentRefused, match="no key"):
        person_key_from("00" * 32)
