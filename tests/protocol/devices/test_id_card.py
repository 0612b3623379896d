"""Identity cards against the worked readings, GB 11643 and python-stdnum (`idcard-sam.md` 3, 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from protocol import id_card
from protocol.errors import PeerMistake
from protocol.id_card import Flaw, IdCard, Meaning
from protocol.link.sam_v import Receiver, Reply
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("idcard-sam")
LAYOUT = {  # section 4: offset and bytes of each field
    "name": (0, 30),
    "sex": (30, 2),
    "birth": (36, 16),
    "number": (122, 36),
    "to": (204, 16),
    "type": (248, 2),
}
PERSON = {"name": "张小明", "sex": "2", "birth": "19491231", "number": "11010519491231002X"}


def reply_of(name: str) -> Reply:
    (reply,) = Receiver().receive(VECTORS[name].sent_by("device"))
    assert isinstance(reply, Reply)
    return reply


def text_of(**fields: str) -> bytes:
    """A text block built by section 4's table, padded with spaces."""
    block = bytearray("\u0020".encode("utf-16-le") * 128)
    for name, value in (PERSON | {"to": "20350601"} | fields).items():
        at, size = LAYOUT[name]
        block[at : at + size] = value.ljust(size // 2).encode("utf-16-le")[:size]
    return bytes(block)


@pytest.mark.parametrize("name", ["read-citizen", "read-longterm"])
def test_a_worked_card_gives_name_and_number(name: str) -> None:
    said, read = VECTORS[name].decoded, id_card.card(reply_of(name))
    assert isinstance(read, IdCard)
    assert (read.name.reveal(), read.number.reveal()) == (said["name"], said["number"])
    assert read.valid_to == ("" if said["to"] == "长期" else said["to"])
    assert ric.calc_check_digit(said["number"]) == said["number"][-1]


def test_a_wrong_check_digit_is_inconsistent() -> None:
    assert id_card.card(reply_of("read-bad-number")) is Flaw.INCONSISTENT


def test_a_residence_permit_of_hong_kong_macao_or_taiwan_is_read() -> None:
    read = id_card.card(reply_of("read-type-j"))
    assert isinstance(read, IdCard)
    assert read.name.reveal() == VECTORS["read-type-j"].decoded["name"]


@pytest.mark.parametrize("kind", ["I", "Y", "Z"])
def test_a_document_of_another_layout_is_never_sliced_as_this_one(kind: str) -> None:
    assert id_card.parse(text_of(type=kind)) is Flaw.UNSUPPORTED


@pytest.mark.parametrize("change", [{"birth": "19491230"}, {"sex": "1"}, {"to": "2035"}])
def test_fields_that_contradict_one_another_are_refused(change: dict[str, str]) -> None:
    assert id_card.parse(text_of(**change)) is Flaw.INCONSISTENT


@pytest.mark.parametrize("name", ["𠮷小明", "\ue81a某"])
def test_a_name_with_a_rare_character_is_kept_and_flagged(name: str) -> None:
    read = id_card.parse(text_of(name=name))
    assert isinstance(read, IdCard)
    assert (read.name.reveal(), read.has_rare_name) == (name, True)


def test_an_ordinary_name_is_not_flagged() -> None:
    read = id_card.parse(text_of(name="阿依古丽·买买提"))
    assert isinstance(read, IdCard)
    assert not read.has_rare_name


def test_half_a_surrogate_pair_is_no_name() -> None:
    assert id_card.parse(b"\x00\xd8" + text_of()[2:]) is Flaw.GARBLED


def test_a_small_x_is_the_check_digit_x() -> None:
    read = id_card.parse(text_of(number="11010519491231002x"))
    assert isinstance(read, IdCard)
    assert read.number.reveal() == PERSON["number"]


@given(st.integers(0, 10**6), st.integers(1950, 2007), st.sampled_from("0123456789X"))
def test_the_check_digit_is_that_of_python_stdnum(place: int, year: int, last: str) -> None:
    first = f"110105{year}0228{place % 1000:03d}"
    assert id_card.number_ok(first + last) is (ric.calc_check_digit(first + last) == last)


@pytest.mark.parametrize(
    "number", ["", "1101051949123100", "11010519491231002X0", "1101051949A231002X", "１" * 18]
)
def test_what_is_not_18_characters_of_a_number_is_none(number: str) -> None:
    assert not id_card.number_ok(number)


@pytest.mark.parametrize(
    ("name", "command", "said"),
    [
        ("status", "status", Meaning.DONE),
        ("find-ok", "find", Meaning.DONE),
        ("find-none", "find", Meaning.NOTHING),
        ("select-ok", "select", Meaning.DONE),
        ("select-fail", "select", Meaning.MOVED),
        ("read-citizen", "read", Meaning.DONE),
        ("read-fail", "read", Meaning.MOVED),
        ("not-authorised", "find", Meaning.NOT_AUTHORISED),
        ("our-checksum-bad", "find", Meaning.REPEAT),
    ],
)
def test_a_status_says_what_to_do(name: str, command: str, said: Meaning) -> None:
    assert id_card.meaning(command, reply_of(name)) is said
    assert id_card.command(command) == VECTORS[name].sent_by("host")


@pytest.mark.parametrize(("late", "command"), [("find-ok", "select"), ("select-ok", "status")])
def test_a_late_answer_is_none_to_the_next_question(late: str, command: str) -> None:
    assert id_card.meaning(command, reply_of(late)) is None


@given(st.integers(0, 255), st.sampled_from(sorted(id_card.BY_NAME)))
def test_every_status_byte_has_a_meaning(sw3: int, command: str) -> None:
    assert id_card.meaning(command, Reply(b"\0\0", sw3, b"")) is not None or sw3 in (0x90, 0x9F)


def test_other_lengths_than_the_sheets_are_a_typed_error() -> None:
    with pytest.raises(PeerMistake):
        id_card.card(Reply(b"\0\0", 0x90, b"\x01\x00\x03\xff" + bytes(1280)))


@given(st.binary(min_size=256, max_size=256))
def test_any_text_is_a_card_or_a_flaw(text: bytes) -> None:
    assert isinstance(id_card.parse(text), IdCard | Flaw)


def test_the_repr_of_a_card_shows_no_number() -> None:
    assert "1949" not in repr(id_card.parse(text_of()))
