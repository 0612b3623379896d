"""The ATR against ISO/IEC 7816-3 clause 8 and the worked exchanges (`gempc-serial.md` 5, 6)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import atr
from protocol.errors import PeerMistake
from tests.protocol.devices.vectors import vectors

SAID = vectors("gempc-serial")["power-on-5v"].decoded
T0_CARD = bytes.fromhex(SAID["atr"])
# T0=E5: TB1, TC1, TD1; TD1=81: TD2, T=1; TD2=31: TA3 (IFSC), TB3; 5 historical bytes; TCK.
T1_CARD = bytes.fromhex("3B E5 00 00 81 31 FE 45 01 02 03 04 05 EF")
FAST_CARD = bytes.fromhex("3B 17 13 50 42 4F 43 54 53 54")  # TA1 = 13 and nothing else
SPECIFIC_CARD = bytes.fromhex("3B 90 13 10 80")  # TA1 = 13, TD1 = 10: TA2 = 80, specific mode


def test_the_worked_atr_has_its_parts() -> None:
    card = atr.parse(T0_CARD)
    assert card.historical == SAID["historical"].encode()
    assert list(card.protocols) == SAID["protocols"]
    assert (card.tb1, card.guard_time, card.inverse) == (SAID["TB1"], SAID["TC1"], False)


def test_a_card_without_times_has_those_of_the_standard() -> None:
    card = atr.parse(T0_CARD)
    assert (card.waiting_integer, card.bwi_cwi, card.ifsc) == (10, 0x4D, 32)


def test_a_t1_card_says_its_block_size_and_waiting_times() -> None:
    card = atr.parse(T1_CARD)
    assert (card.first_protocol, card.ifsc, card.bwi_cwi) == (1, 0xFE, 0x45)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "ts"),
        (b"\x3a\x00", "ts"),
        (b"\x3b", "length"),
        (T0_CARD[:-1], "length"),
        (T0_CARD + b"\x00", "length"),
        (T1_CARD[:-1] + b"\x00", "tck"),
        (b"\x3b\xf0\x11", "length"),
        (b"\x3b" + b"\x80" * 40, "length"),
    ],
)
def test_an_atr_that_is_none_says_why(raw: bytes, kind: str) -> None:
    with pytest.raises(PeerMistake) as bad:
        atr.parse(raw)
    assert bad.value.kind == kind


def test_speed_is_asked_for_as_in_the_worked_pps() -> None:
    assert atr.pps_request(atr.parse(FAST_CARD)) == bytes.fromhex("FF 10 13 FC")


@pytest.mark.parametrize("raw", [T0_CARD, T1_CARD, SPECIFIC_CARD, b"\x3b\x10\x11"])
def test_no_pps_without_another_speed_or_in_specific_mode(raw: bytes) -> None:
    assert atr.pps_request(atr.parse(raw)) is None


@given(st.binary(max_size=40))
def test_any_bytes_are_an_atr_or_a_typed_error(raw: bytes) -> None:
    with contextlib.suppress(PeerMistake):
        card = atr.parse(b"\x3b" + raw)
        assert card.raw == b"\x3b" + raw
        assert 0 < card.ifsc <= 254
