"""The ID-card simulator: every worked exchange of idcard-sam.md, and its rules and faults."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from stdnum.cn import ric

from tests.hw_sim.id_card_sam import FAULTS, REFUSALS, IdCardSam
from tests.hw_sim.identity_document import (
    PHOTO,
    PREAMBLE,
    IdentityDocument,
    citizen,
    text_block,
)
from tests.hw_sim_tests.place import Place, play
from tests.hw_sim_tests.vectors import Vector, device_vectors

VECTORS = device_vectors("idcard-sam")
FIND, SELECT, READ = (
    VECTORS[name].steps[0].data for name in ("find-ok", "select-ok", "read-citizen")
)
TEXT_AT, PHOTO_AT = 14, 270  # in a whole read frame: preamble, length, status, two lengths
SW3_AT = 9


def document_of(vector: Vector) -> IdentityDocument:
    """The person the vector decodes to; only the photo comes from its bytes."""
    told: dict[str, Any] = vector.decoded
    frame = vector.steps[-1].data
    return IdentityDocument(
        name=told["name"],
        number=told["number"],
        sex=told["sex"],
        nation=told["nation"],
        birth=told["birth"],
        address=told["address"],
        issuer=told["issuer"],
        valid_from=told["from"],
        valid_to=told["to"],
        kind=told["type"],
        photo=frame[PHOTO_AT : PHOTO_AT + 1024],
    )


class Desk(Place):
    def __init__(self) -> None:
        super().__init__(FAULTS)
        self.reader = IdCardSam(self.sent.extend, self.loop, self.faults)
        self.hears = self.reader.receive

    def sw3(self, question: bytes) -> int:
        return self.ask(question)[SW3_AT]

    def selected(self, document: IdentityDocument) -> None:
        self.reader.place(document)
        self.ask(FIND)
        self.ask(SELECT)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with closing(Desk()) as desk:
        yield desk


SOMEBODY = citizen("测试", "11010519491231002X")


def somebody(desk: Desk) -> None:
    desk.reader.place(SOMEBODY)


def found(desk: Desk) -> None:
    somebody(desk)
    desk.ask(FIND)


def selected(desk: Desk) -> None:
    desk.selected(SOMEBODY)


def person_of(name: str) -> Callable[[Desk], None]:
    return lambda desk: desk.selected(document_of(VECTORS[name]))


def moved_away(desk: Desk) -> None:
    selected(desk)
    desk.reader.take()


def with_new_address(desk: Desk) -> None:
    desk.selected(replace(SOMEBODY, newest_address=VECTORS["addr"].decoded["address"]))


def refused(fault: str) -> Callable[[Desk], None]:
    return lambda desk: desk.faults.set(fault, 1)


PREPARED: dict[str, Callable[[Desk], None]] = {
    "status": lambda desk: None,
    "reset": lambda desk: None,
    "find-ok": somebody,
    "find-none": lambda desk: None,
    "select-ok": found,
    "select-fail": lambda desk: None,
    "read-citizen": person_of("read-citizen"),
    "read-longterm": person_of("read-longterm"),
    "read-fail": moved_away,
    "addr-none": selected,
    "addr": with_new_address,
    "not-authorised": refused("unauthorised"),
    "our-checksum-bad": refused("our_checksum"),
}
# Opaque, made by the line, or a vector that does not say the whole document.
TESTED_BELOW = {"sam-number", "find-garbage", "read-bad-chk", "read-bad-number", "read-type-j"}


def test_every_vector_is_played_or_tested_below() -> None:
    assert set(VECTORS) == set(PREPARED) | TESTED_BELOW


@pytest.mark.parametrize("name", PREPARED)
def test_the_reader_answers_as_its_sheet_shows(name: str, desk: Desk) -> None:
    PREPARED[name](desk)
    play(desk, VECTORS[name])


def test_the_sam_number_is_sixteen_bytes(desk: Desk) -> None:
    ask, wanted = (step.data for step in VECTORS["sam-number"].steps)
    got = desk.ask(ask)
    assert (len(got), got[:10]) == (len(wanted), wanted[:10])


def test_a_residents_permit_has_its_own_fields() -> None:
    frame = VECTORS["read-type-j"].steps[-1].data
    text = frame[TEXT_AT:PHOTO_AT]
    told = VECTORS["read-type-j"].decoded
    fields = text.decode("utf-16-le")
    document = IdentityDocument(
        name=told["name"],
        number=fields[61:79],
        sex=fields[15],
        birth=fields[18:26],
        address=fields[26:61].rstrip(" "),
        issuer=fields[79:94].rstrip(" "),
        valid_from=fields[94:102],
        valid_to=fields[102:110],
        kind=told["type"],
        travel_permit=told["travel_permit"],
        issue_count=told["issue_count"],
    )
    assert text_block(document) == text


def test_a_foreigners_permit_is_256_bytes_with_its_mark_at_248() -> None:
    document = IdentityDocument("某某", "ABC110101900307", kind="I", english_name="DOE, JANE")
    text = text_block(document)
    assert (len(text), text[248:250]) == (256, "I".encode("utf-16-le"))


def test_a_document_once_read_is_found_again_only_after_it_has_left(desk: Desk) -> None:
    selected(desk)
    desk.ask(READ)
    assert desk.sw3(FIND) == 0x80
    desk.reader.take()
    somebody(desk)
    assert desk.sw3(FIND) == 0x9F


@pytest.mark.parametrize(("question", "sw3"), [(SELECT, 0x81), (READ, 0x41)])
def test_steps_out_of_order_are_refused(question: bytes, sw3: int, desk: Desk) -> None:
    somebody(desk)
    assert desk.sw3(question) == sw3


def test_a_failed_reading_begins_again_with_find(desk: Desk) -> None:
    selected(desk)
    desk.faults.set("read_failed", 1)
    assert desk.sw3(READ) == 0x41
    assert desk.sw3(READ) == 0x41
    assert desk.sw3(FIND) == 0x9F


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_is_its_sw3_alone(fault: str, desk: Desk) -> None:
    sw3, befalls = REFUSALS[fault]
    selected(desk)
    desk.faults.set(fault, 1)
    question = READ if 0x3001 in befalls else SELECT
    answer = desk.ask(question)
    assert (len(answer), answer[SW3_AT]) == (11, sw3)


def test_a_wrong_check_of_the_host_is_answered_10(desk: Desk) -> None:
    assert desk.sw3(FIND[:-1] + b"\x00") == 0x10


def test_commands_may_come_byte_by_byte_behind_garbage_and_extra_aa(desk: Desk) -> None:
    somebody(desk)
    pieces = b"\x00\xff\xaa" + FIND
    assert b"".join(desk.ask(bytes([byte])) for byte in pieces)[SW3_AT] == 0x9F


def test_the_preamble_stands_in_every_photo() -> None:
    assert PREAMBLE in PHOTO


def test_fingerprints_have_a_third_length(desk: Desk) -> None:
    selected(desk)
    assert len(desk.ask(bytes.fromhex("AAAAAA9669 0003 3010 23"))) == 1297


def test_a_command_too_soon_after_a_reset_is_a_violation(desk: Desk) -> None:
    desk.ask(VECTORS["reset"].steps[0].data)
    desk.ask(FIND)
    assert desk.reader.violations == ["command within 500 ms of a reset"]


def test_a_read_can_break_off_at_byte_700(desk: Desk) -> None:
    selected(desk)
    desk.faults.set("cut_at_700", 1)
    assert len(desk.ask(READ)) == 700


def test_sex_and_birth_of_a_citizen_are_those_of_a_valid_number() -> None:
    assert ric.is_valid(SOMEBODY.number)
    assert (SOMEBODY.birth, SOMEBODY.sex) == ("19491231", "2")


def test_no_repr_of_a_document_says_whose_it_is() -> None:
    assert not any(secret in repr(SOMEBODY) for secret in ("测试", "110105", "1949"))
