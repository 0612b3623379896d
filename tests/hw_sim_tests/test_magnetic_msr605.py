"""The MSR605 simulator beyond its worked exchanges (magstripe.md sections 2, 5, 7 and 9)."""

import pytest

from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_tracks import CODINGS, MagneticCard, lrc_char, raw
from tests.hw_sim_tests.shop import CARD, DirectShop, WiredShop, villager
from tests.hw_sim_tests.vectors import device_vectors

MAGSTRIPE = device_vectors("magstripe")
ARM_ISO, ARM_RAW, RESET, PROBE = b"\x1br", b"\x1bm", b"\x1ba", b"\x1be"


def test_an_armed_reader_is_silent_until_a_card_is_swiped(wired: WiredShop) -> None:
    wired.hosts["reader"].send(RESET + ARM_ISO)
    assert wired.hosts["reader"].is_silent()


def test_a_swipe_nobody_asked_for_sends_nothing(direct: DirectShop) -> None:
    assert not direct.reader.swipe(CARD)
    assert direct.taken("reader") == b""


def test_a_reset_cancels_the_read(direct: DirectShop) -> None:
    direct.exchange("reader", ARM_ISO + RESET)
    assert not direct.reader.swipe(CARD)


def test_one_arming_reads_one_card(direct: DirectShop) -> None:
    direct.exchange("reader", ARM_ISO)
    assert [direct.reader.swipe(CARD), direct.reader.swipe(CARD)] == [True, False]


@pytest.mark.parametrize("command", [b"\x1bw", b"\x1bn", b"\x1bc\x00"])
def test_write_and_erase_are_refused_and_counted(command: bytes, direct: DirectShop) -> None:
    assert direct.exchange("reader", command) == b"\x1b\x34"
    assert len(direct.reader.violations) == 1


def test_the_data_of_a_refused_write_is_not_read_as_commands(direct: DirectShop) -> None:
    block = b"\x1bw\x1bs\x1b\x01ABC\x1b\x02123\x1b\x03\x3f\x1c"
    assert direct.exchange("reader", block + PROBE) == b"\x1b\x34\x1by"


def test_an_unknown_command_is_answered_34(direct: DirectShop) -> None:
    assert direct.exchange("reader", b"\x1bQ") == b"\x1b\x34"


def test_wrong_parameters_are_answered_32(direct: DirectShop) -> None:
    assert direct.exchange("reader", b"\x1bo\x07\x05\x09") == b"\x1b\x32"


def test_bits_per_character_are_confirmed(direct: DirectShop) -> None:
    assert direct.exchange("reader", b"\x1bo\x07\x05\x05") == b"\x1b\x30\x07\x05\x05"


def test_a_probe_while_armed_is_a_violation(direct: DirectShop) -> None:
    direct.exchange("reader", ARM_ISO + PROBE)
    assert direct.reader.violations == ["comm test while armed"]


def test_commands_may_arrive_byte_by_byte_and_behind_noise(direct: DirectShop) -> None:
    answers = [direct.exchange("reader", bytes([byte])) for byte in b"\xff\x00" + PROBE]
    assert b"".join(answers) == b"\x1by"


def test_half_a_command_is_forgotten_after_half_a_second(direct: DirectShop) -> None:
    direct.exchange("reader", b"\x1b")
    direct.wait(0.6)
    assert direct.exchange("reader", b"e" + PROBE) == b"\x1by"


def test_the_lrc_of_track_2_is_the_vectors(direct: DirectShop) -> None:
    decoded = MAGSTRIPE["track-lrc"].decoded
    assert lrc_char(decoded["track2"], CODINGS[1]) == decoded["lrc_char"]


def as_msrx_reads(bits: bytes, index: int, count: int) -> str:
    """The first characters as the sheet tells a host to read them: bytes reversed, LSB first."""
    width, lowest = ((7, 0x20), (5, 0x30))[index]
    reversed_bytes = [int(f"{byte:08b}"[::-1], 2) for byte in bits]
    stream = [byte >> place & 1 for byte in reversed_bytes for place in range(8)]
    chars = [stream[at : at + width] for at in range(0, count * width, width)]
    return "".join(chr(lowest + sum(bit << at for at, bit in enumerate(c[:-1]))) for c in chars)


@pytest.mark.parametrize("index", [0, 1])
def test_raw_tracks_read_as_msrx_printed_them(index: int) -> None:
    printed = MAGSTRIPE["read-raw"].decoded["msrx_output"].split("|")[index]
    assert as_msrx_reads(raw(CARD, index), index, len(printed)) == printed


def test_every_raw_character_has_odd_parity() -> None:
    bits = "".join(f"{byte:08b}" for byte in raw(CARD, 1))
    count = len(CARD.track2 or "") + 3  # two sentinels and the LRC
    chars = [bits[5 * at : 5 * at + 5] for at in range(count)]
    assert all(char.count("1") % 2 == 1 for char in chars)


def test_a_card_may_have_a_wrong_lrc_or_parity() -> None:
    spoilt = [MagneticCard(track2="1=2", wrong_lrc=True), MagneticCard("A", wrong_parity=True)]
    whole = [MagneticCard(track2="1=2"), MagneticCard("A")]
    assert raw(spoilt[0], 1) != raw(whole[0], 1)
    assert raw(spoilt[1], 0) != raw(whole[1], 0)


def test_track_3_is_read_with_its_own_start_sentinel(direct: DirectShop) -> None:
    direct.exchange("reader", ARM_ISO)
    direct.reader.swipe(MagneticCard(None, "1=2", "99123"))
    assert direct.taken("reader") == b"\x1bs\x1b\x01\x1b\x02;1=2?\x1b\x03+99123?\x3f\x1c\x1b0"


def test_a_bad_swipe_can_be_followed_by_a_good_one(direct: DirectShop) -> None:
    direct.counter.tell("v01", "swipe-fast", 1)
    direct.counter.stand("v01")
    assert direct.exchange("reader", ARM_ISO).endswith(b"\x1b9")
    assert direct.exchange("reader", ARM_ISO).endswith(b"\x1b0")


def test_after_cancel_fault_sends_a_card_nobody_waits_for(direct: DirectShop) -> None:
    direct.faults.set("after_cancel", 1)
    direct.reader.swipe(CARD, Swipe.OK)
    assert direct.exchange("reader", ARM_ISO + RESET).endswith(b"?\x1b\x03\x3f\x1c\x1b0")


def test_wrong_terminator_fault_spoils_the_block_end(direct: DirectShop) -> None:
    direct.faults.set("wrong_terminator", 1)
    direct.exchange("reader", ARM_ISO)
    direct.reader.swipe(CARD)
    assert b"\x3f\x1c\x1b0" not in direct.taken("reader")


def test_no_repr_of_a_villager_shows_card_pin_or_identity() -> None:
    shown = repr(villager())
    assert not any(secret in shown for secret in ("621234", "123456", "110101"))
