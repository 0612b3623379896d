"""DE48 of settlement and batch upload (`bank-wire.md` section 10), written out by hand."""

from __future__ import annotations

import pytest

from protocol.bank import settlement
from protocol.bank.settlement import Sums
from protocol.errors import OurMistake, PeerMistake

FOREIGN = "000000000000000" * 2
PAN = "6229990100000012343"


def test_totals_are_62_digits_with_both_flags_0() -> None:
    told = settlement.totals(Sums(110_000, 3, 60_000, 2))
    assert told == "0000001100000030000000600000020" + FOREIGN + "0"
    assert len(told) == 62


def test_the_banks_flags_stand_at_positions_31_and_62() -> None:
    digits = "0000001100000030000000600000022" + FOREIGN + "1"
    assert (digits[30], digits[61]) == ("2", "1")
    domestic, foreign = settlement.flagged(digits)
    assert domestic == Sums(110_000, 3, 60_000, 2, "2")
    assert foreign == Sums(0, 0, 0, 0, "1")


@pytest.mark.parametrize("digits", ["", "0" * 61, "0" * 63, "0" * 61 + "A"])
def test_anything_but_62_digits_is_no_settlement(digits: str) -> None:
    with pytest.raises(PeerMistake):
        settlement.flagged(digits)


def test_a_record_is_scheme_trace_card_to_the_right_and_amount() -> None:
    told = settlement.records([(104, PAN, 30_000), (109, "", 10_000)])
    first = "000001040" + PAN + "000000030000"
    second = "00000109" + "0" * 20 + "000000010000"
    assert told == "02" + first + second


def test_eight_records_fill_the_field_and_a_ninth_does_not_fit() -> None:
    assert len(settlement.records([(1, PAN, 100)] * 8)) == 322
    for count in (0, 9):
        with pytest.raises(OurMistake):
            settlement.records([(1, PAN, 100)] * count)


def test_the_end_tells_the_records_in_four_digits() -> None:
    assert settlement.end(17) == "0017"
    with pytest.raises(OurMistake):
        settlement.end(10_000)


def test_a_side_of_more_than_999_bookings_is_our_mistake() -> None:
    with pytest.raises(OurMistake):
        settlement.totals(Sums(100, 1_000, 0, 0))
    with pytest.raises(OurMistake):
        settlement.totals(Sums(10**12, 1, 0, 0))
