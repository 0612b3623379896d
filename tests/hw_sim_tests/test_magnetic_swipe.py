"""The plain swipe reader (magstripe.md section 3)."""

import pytest

from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_swipe import Ending, MagneticSwipe
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim_tests.shop import CARD

TRACK1 = b"%B6212345678901232^TEST/CARD^30122201000000000000?"
TRACK2 = b";6212345678901232=30122201000000000?"


class Heard(bytearray):
    """What the reader sent."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def reader(heard: Heard) -> MagneticSwipe:
    return MagneticSwipe(heard.extend)


@pytest.mark.parametrize("ending", Ending)
def test_a_swipe_comes_unasked_with_its_ending(
    ending: Ending, reader: MagneticSwipe, heard: Heard
) -> None:
    reader.ending = ending
    reader.swipe(CARD)
    assert heard == TRACK1 + TRACK2 + ending.value


def test_the_lrc_behind_each_track_is_the_sheets(reader: MagneticSwipe, heard: Heard) -> None:
    reader.sends_lrc = True
    reader.swipe(CARD)
    assert heard == TRACK1 + b"S" + TRACK2 + b"?\r"  # section 4, LRC


def test_a_bad_swipe_is_three_e_tracks(reader: MagneticSwipe, heard: Heard) -> None:
    reader.swipe(CARD, Swipe.BAD)
    assert heard == b"%E?;E?+E?\r"


def test_a_blank_track_is_left_out_and_stx_etx_go_round_it_all(
    reader: MagneticSwipe, heard: Heard
) -> None:
    reader.wraps = True
    reader.swipe(MagneticCard(track2="1=2", track3="99123"))
    assert heard == b"\x02;1=2?+99123?\x03\r"


def test_what_the_host_sends_is_a_violation(reader: MagneticSwipe, heard: Heard) -> None:
    reader.receive(b"\x1br")
    assert (reader.violations, bytes(heard)) == (["2 bytes to a reader that takes none"], b"")
