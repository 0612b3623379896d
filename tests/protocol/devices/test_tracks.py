"""What a swipe must be to count as a card (`magstripe.md` section 4)."""

from __future__ import annotations

from functools import reduce
from operator import xor

import pytest

from protocol.tracks import Card, Flaw, judge
from protocol.values import Pan, Track2, Track3
from tests.protocol.devices.vectors import vectors

SAID = vectors("magstripe")["read-raw"].decoded
TRACK1, TRACK2 = SAID["track1"], SAID["track2"]
LRC1, LRC2 = SAID["lrc1"], SAID["lrc2"]
PAN = SAID["pan"]
TRACK3 = f"+99{PAN}=156156200000000000000000000000000=?"


def card(track1: str = "", track2: str = TRACK2, track3: str = "") -> Card:
    judged = judge(track1, track2, track3)
    assert isinstance(judged, Card)
    return judged


def test_a_good_swipe_gives_pan_expiry_service_code_and_field_35() -> None:
    expected = Card(Pan(PAN), SAID["expiry"], SAID["service_code"], Track2(SAID["field35"]), None)
    assert card(TRACK1) == expected


def test_a_card_without_track_1_is_normal() -> None:
    assert card("").pan == Pan(PAN)


@pytest.mark.parametrize("unread", ["%E?", "%?", "%"])
def test_a_track_1_that_could_not_be_read_does_not_hurt(unread: str) -> None:
    assert card(unread).pan == Pan(PAN)


@pytest.mark.parametrize("unread", ["", ";E?", ";?"])
def test_without_track_2_there_is_no_card(unread: str) -> None:
    assert judge(TRACK1, unread, "") is Flaw.MISSING


def test_an_lrc_that_is_sent_is_accepted_when_right() -> None:
    assert card(TRACK1 + LRC1, TRACK2 + LRC2) == card(TRACK1, TRACK2)


@pytest.mark.parametrize(("track1", "track2"), [(TRACK1 + "T", TRACK2), (TRACK1, TRACK2 + "0")])
def test_a_wrong_lrc_spoils_the_swipe(track1: str, track2: str) -> None:
    assert judge(track1, track2, "") is Flaw.LRC


@pytest.mark.parametrize("name", ["reject-mismatch", "reject-bad-month"])
def test_the_rejected_swipes_of_the_vectors_are_rejected(name: str) -> None:
    flaw = {"reject-mismatch": Flaw.PAN_MISMATCH, "reject-bad-month": Flaw.MONTH}[name]
    other = TRACK2.replace("2345678901232=3012", "2345678901240=3012")
    tracks = {"reject-mismatch": (TRACK1, other), "reject-bad-month": ("", month("13"))}[name]
    assert judge(*tracks, "") is flaw


def month(digits: str) -> str:
    return TRACK2.replace("=3012", f"=30{digits}")


@pytest.mark.parametrize("digits", ["00", "13", "99"])
def test_a_month_that_is_none_spoils_the_swipe(digits: str) -> None:
    assert judge("", month(digits), "") is Flaw.MONTH


def test_a_card_without_expiry_or_service_code_has_empty_ones() -> None:
    bare = card("", f";{PAN}==" + "=0000?")
    assert (bare.expiry, bare.service_code) == ("", "")


@pytest.mark.parametrize(
    ("track2", "flaw"),
    [
        (f";{PAN}=3012220A?", Flaw.CHARSET),
        (f";{PAN}=3012220é?", Flaw.CHARSET),
        (f";{PAN}=3012220" + "0" * 14 + "?", Flaw.LENGTH),
        (";621234567890=30122200?", Flaw.LAYOUT),  # PAN of 12 digits
        (";62123456789012345678=30122200?", Flaw.LAYOUT),  # PAN of 20 digits
        (f";{PAN}30122200?", Flaw.LAYOUT),  # no separator
        (f";{PAN}=3012220", Flaw.LAYOUT),  # no end sentinel
        (f"%{PAN}=3012220?", Flaw.LAYOUT),
        (TRACK2 + "00", Flaw.LAYOUT),  # more than one character after the end
    ],
)
def test_a_track_2_that_breaks_the_rules_spoils_the_swipe(track2: str, flaw: Flaw) -> None:
    assert judge("", track2, "") is flaw


def test_track_2_may_have_all_of_its_40_characters() -> None:
    full = f";{PAN}=3012220" + "0" * 13 + "?"
    assert len(full) + 1 == 40
    assert card("", full).track2 == Track2(full[1:-1])


def test_a_pan_that_fails_luhn_is_a_card_with_a_warning() -> None:
    old = card("", TRACK2.replace(PAN, "6212345678901231"))
    assert not old.pan.luhn_ok
    assert card().pan.luhn_ok is SAID["luhn"]


@pytest.mark.parametrize("sentinel", "+;_#")
def test_track_3_is_forwarded_whatever_its_start_sentinel(sentinel: str) -> None:
    assert card("", TRACK2, sentinel + TRACK3[1:]).track3 == Track3(TRACK3[1:-1])


@pytest.mark.parametrize("sentinel", "+;_#")
def test_the_lrc_of_track_3_counts_its_start_sentinel_as_it_stands_on_the_stripe(
    sentinel: str,
) -> None:
    nibbles = [ord(char) & 0x0F for char in ";" + TRACK3[1:]]  # `;` is 1011, as on track 2
    lrc = chr(0x30 + reduce(xor, nibbles))
    assert card("", TRACK2, sentinel + TRACK3[1:] + lrc).track3 == Track3(TRACK3[1:-1])


def test_a_track_3_of_another_card_spoils_the_swipe() -> None:
    assert judge("", TRACK2, TRACK3.replace(PAN, "6212345678901240")) is Flaw.PAN_MISMATCH


def test_a_track_3_too_long_for_field_36_spoils_the_swipe() -> None:
    assert judge("", TRACK2, TRACK3[:-1] + "0" * 70 + "?") is Flaw.LENGTH


def test_a_private_format_on_track_1_is_no_concern() -> None:
    assert card("%C123^X?").pan == Pan(PAN)


def test_nothing_of_a_card_shows_in_its_repr() -> None:
    shown = repr(card(TRACK1, TRACK2, TRACK3))
    assert PAN not in shown
    assert SAID["field35"] not in shown
