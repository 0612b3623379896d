"""What the records of an application must hold (`emv.md` sections 3 and 8)."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.emv.bits import Tvr
from protocol.emv.events import (
    Rapdu,
)
from protocol.emv.fields import CardData
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome, OutcomeKind
from tests.protocol.emv.card import CDOL2, DOL_BYTES, NAME, PAN, Card, tlv
from tests.protocol.emv.card import DOL as CDOL1
from tests.protocol.emv.played import play, profile, transaction
from tests.protocol.emv.test_selection import fci


class Changed(Card):
    """A card one of whose answers, told by INS and P1 P2, is another."""

    def __init__(self, answers: dict[str, str], **told: Any) -> None:
        super().__init__(**told)
        self.answers = answers

    def answer(self, command: bytes) -> bytes | None:
        other = self.answers.get(command[1:4].hex().upper())
        return super().answer(command) if other is None else bytes.fromhex(other)


def ends(answers: dict[str, str], **told: Any) -> Outcome:
    return play(Kernel(profile(), transaction()), Changed(answers, **told)).outcome


STATIC = Card().static()


def without(tag: str) -> str:
    """The static record without one object."""
    at, kept = 0, b""
    while at < len(STATIC):
        size = 2 if STATIC[at] & 0x1F == 0x1F else 1
        end = at + size + 1 + STATIC[at + size]
        kept += b"" if STATIC[at : at + size].hex().upper() == tag else STATIC[at:end]
        at = end
    return (tlv("70", kept) + b"\x90\x00").hex()


@pytest.mark.parametrize("tag", ["5A", "5F24", "8C", "8D"])
def test_a_card_without_mandatory_data_is_a_card_error(tag: str) -> None:
    outcome = ends({"B20114": without(tag)})
    assert outcome.kind is OutcomeKind.CARD_ERROR
    assert "missing" in outcome.reasons[0]


@pytest.mark.parametrize("pan", ["622848490000FF", "62284849F00000000F", "F" * 14])
def test_a_number_that_is_no_card_s_is_a_card_error(pan: str) -> None:
    other = STATIC.replace(tlv("5A", PAN), tlv("5A", pan))
    assert ends({"B20114": (tlv("70", other) + b"\x90\0").hex()}).kind is OutcomeKind.CARD_ERROR


@pytest.mark.parametrize("tag", ["5F34", "5F28", "9F07", "9F42"])
def test_a_card_without_optional_data_goes_online(tag: str) -> None:
    assert ends({"B20114": without(tag)}).kind is OutcomeKind.APPROVED


TRACK = PAN[:-1] + "D3012220"  # 27 digits: an F or a digit more makes whole bytes


@pytest.mark.parametrize(
    ("track", "kind"),
    [
        (TRACK + "0000000000F", OutcomeKind.APPROVED),
        (TRACK + "0" * 9, OutcomeKind.APPROVED),
        (TRACK.replace("D", "E") + "0", OutcomeKind.CARD_ERROR),
        (TRACK.replace("6228", "6229") + "0", OutcomeKind.CARD_ERROR),
        (TRACK[:-2] + "F", OutcomeKind.CARD_ERROR),
        ("", OutcomeKind.CARD_ERROR),
    ],
)
def test_track_2_must_be_that_of_the_pan(track: str, kind: OutcomeKind) -> None:
    assert ends({"B2011C": (tlv("70", tlv("57", track)) + b"\x90\0").hex()}).kind is kind


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        ("B20114", "6A83"),
        ("B20114", "6283"),
        ("B2011C", "70009000"),
        ("B2011C", "77009000"),
        ("B2011C", "9000"),
        ("B2011C", "7003570100" + "9000"),
        ("A80000", "80027C009000"),
        ("A80000", "80067C00080101009000"[:-4] + "6283"),
        ("A80000", "80077C0008010100009000"),
        ("A80000", "8006FC00F80101009000"),
        ("A80000", "770482027C009000"),
        ("A80000", "770A82017C9404080101009000"),
        ("A80000", "70009000"),
        ("A80000", "9000"),
        ("A80000", "80009000"),
    ],
)
def test_damaged_answers_are_card_errors(place: str, answer: str) -> None:
    assert ends({place: answer}).kind is OutcomeKind.CARD_ERROR


def test_an_answer_in_format_77_is_read_and_counts_as_card_data() -> None:
    options = tlv("82", "7C00") + tlv("94", "1001040118010100")
    assert ends({"A80000": (tlv("77", options) + b"\x90\0").hex()}).kind is OutcomeKind.APPROVED
    twice = options + tlv("5F34", "01")  # the record says it too
    outcome = ends({"A80000": (tlv("77", twice) + b"\x90\0").hex()})
    assert (outcome.kind, "duplicate" in outcome.reasons[0]) == (OutcomeKind.CARD_ERROR, True)


@pytest.mark.parametrize(
    "extra",
    [
        tlv("5A", PAN),
        tlv("5F30", "0220") + tlv("5F30", "0220"),
        tlv("5F30", "0A20"),
        tlv("5F25", "2401"),
        tlv("9F07", "FF"),
        tlv("DF01", "01") + tlv("DF01", "01"),
        tlv("97", "9F02"),
    ],
)
def test_a_tag_said_twice_or_in_a_wrong_format_is_a_card_error(extra: bytes) -> None:
    played = play(Kernel(profile(), transaction()), Card(extra=extra))
    assert played.outcome.kind is OutcomeKind.CARD_ERROR
    assert played.online is None


@pytest.mark.parametrize(
    "extra",
    [
        tlv("9F02", "000000000001"),
        tlv("95", "0000000000"),
        tlv("9F1E", b"12345678"),
        tlv("5F30", ""),
        tlv("73", tlv("5A", PAN)),
        tlv("DF01", "01"),
    ],
)
def test_what_is_the_terminal_s_to_say_is_not_heard_from_the_card(extra: bytes) -> None:
    plain, told = Card(), Card(extra=extra)
    first = play(Kernel(profile(), transaction()), plain)
    second = play(Kernel(profile(), transaction()), told)
    assert second.outcome.kind is OutcomeKind.APPROVED
    assert first.commands == second.commands


@pytest.mark.parametrize("record_bytes", [tlv("70", b"\xaa\xbb"), b"\xaa\xbb"])
def test_files_above_ten_are_signed_whole_and_never_read(record_bytes: bytes) -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("100104011801010058010101")) + b"\x90\0"
            return super().answer(command)

        def records(self) -> dict[tuple[int, int], bytes]:
            return super().records() | {(11, 1): record_bytes + b"\x90\x00"}

        def icc_certificate(self, static: bytes) -> tuple[bytes, bytes]:
            return super().icc_certificate(static + record_bytes)

    played = play(Kernel(profile(), transaction()), Other())
    assert played.outcome.kind is OutcomeKind.APPROVED  # told to the bank, not ended
    failed = Tvr.DDA_FAILED in played.outcome.data.tvr
    assert failed is (record_bytes[0] != 0x70)


@pytest.mark.parametrize("tag", ["8C", "8D"])
@pytest.mark.parametrize(("last", "sound"), [(0, True), (1, False)])
def test_a_list_longer_than_a_command_is_a_card_error_before_the_request(
    tag: str, last: int, sound: bool
) -> None:
    was = CDOL1 if tag == "8C" else CDOL2
    size = 255 - (2 if tag == "8D" else 0) - DOL_BYTES + 4 + last
    long = STATIC.replace(tlv(tag, was), tlv(tag, was[:-2] + f"{size:02X}"))
    outcome = ends({"B20114": (tlv("70", long) + b"\x90\0").hex()})
    assert (outcome.kind is OutcomeKind.CARD_ERROR) is not sound
    assert ("dol" in outcome.reasons[0]) is not sound


def test_file_ten_is_read_as_the_others_are() -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("1001040150010100")) + b"\x90\0"
            return super().answer(command)

        def records(self) -> dict[tuple[int, int], bytes]:
            told = super().records()
            return told | {(10, 1): told[3, 1]}

    assert play(Kernel(profile(), transaction()), Other()).outcome.kind is OutcomeKind.APPROVED


def test_options_that_ask_for_more_than_a_command_carries_are_a_card_error() -> None:
    answer = fci(NAME, tlv("9F38", "9F37FF")).upper()
    outcome = ends({"A40400": answer})
    assert (outcome.kind, "command_length" in outcome.reasons[0]) == (OutcomeKind.CARD_ERROR, True)


def test_a_card_with_endless_records_is_left_after_eighty_commands() -> None:
    class Endless(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("1001FF00")) + b"\x90\0"
            if command[1] == 0xB2:
                return b"\x70\x00\x90\x00"
            return super().answer(command)

    played = play(Kernel(profile(), transaction()), Endless())
    assert (played.outcome.kind, len(played.commands)) == (OutcomeKind.CARD_ERROR, 81)


@pytest.mark.parametrize("raw", [b"", b"\x90", bytes(300)])
def test_an_answer_of_impossible_length_is_a_card_error(raw: bytes) -> None:
    whole = Card()
    play(Kernel(profile(), transaction()), whole)
    kinds = {0x88: OutcomeKind.APPROVED}  # a failed signature, no more
    for at, command in enumerate(whole.commands, start=1):
        kind = kinds.get(command[1], OutcomeKind.CARD_ERROR)
        if at == len(whole.commands):
            kind = OutcomeKind.REVERSE
        outcome = play(Kernel(profile(), transaction()), Card(fails_at={at: Rapdu(raw)})).outcome
        assert outcome.kind is kind, at


def test_a_record_of_a_file_above_ten_that_is_not_signed_does_not_count() -> None:
    class Other(Card):
        def answer(self, command: bytes) -> bytes | None:
            if command[1] == 0xA8:
                return tlv("80", self.aip + bytes.fromhex("100104011801010058010100")) + b"\x90\0"
            return super().answer(command)

        def records(self) -> dict[tuple[int, int], bytes]:
            return super().records() | {(11, 1): b"anything\x90\x00"}

    outcome = play(Kernel(profile(), transaction()), Other()).outcome
    assert (outcome.kind, Tvr.DDA_FAILED in outcome.data.tvr) == (OutcomeKind.APPROVED, False)


def test_card_data_show_their_tags_and_never_their_values() -> None:
    told = CardData()
    told.add([(0x5A, bytes.fromhex(PAN)), (0x5F34, b"\x01")])
    assert (repr(told), len(told)) == ("<CardData 5A 5F34>", 2)
