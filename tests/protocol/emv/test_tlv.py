"""TLV, DOL and the dictionary of tags (`emv.md` sections 3 and 7)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyemv import tlv as oracle

from protocol.emv.dol import fill, parse_dol
from protocol.emv.tags import BY_NUMBER, ROWS, Form
from protocol.emv.tlv import DEPTH_MAX, Objects, branch, encode, leaf, only, parse, spans
from protocol.errors import PeerMistake
from tests.protocol.emv.chance import PATIENT
from tests.vectors import rows_of

CASES = rows_of("emv/tlv.json", "cases")
DOLS = rows_of("emv/dol.json", "cases")
LEAF_TAGS = [row.number for row in ROWS if row.form is not Form.TEMPLATE]
LEAVES = st.lists(st.tuples(st.sampled_from(LEAF_TAGS), st.binary(max_size=300)), max_size=8)


def shown(objects: Objects) -> list[list[Any]]:
    """As the vectors write it."""
    return [[f"{t:X}", v.hex().upper() if isinstance(v, bytes) else shown(v)] for t, v in objects]


@pytest.mark.parametrize("case", [c for c in CASES if "ok" in c], ids=lambda c: c["name"])
def test_objects_are_read_in_order_with_templates_opened(case: dict[str, Any]) -> None:
    assert shown(parse(bytes.fromhex(case["in"]))) == case["ok"]


@pytest.mark.parametrize("case", [c for c in CASES if "ok" in c], ids=lambda c: c["name"])
def test_the_outermost_level_is_found_alone(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["in"])
    assert [f"{span.tag:X}" for span in spans(data)] == [tag for tag, _ in case["ok"]]


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda c: c["name"])
def test_damaged_objects_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(PeerMistake, match="tlv"):
        parse(bytes.fromhex(case["in"]))


@pytest.mark.parametrize("case", rows_of("emv/tlv.json", "encode"))
def test_lengths_are_written_in_their_shortest_form(case: dict[str, Any]) -> None:
    objects = [(int(tag, 16), bytes.fromhex(value)) for tag, value in case["in"]]
    assert encode(objects).hex().upper() == case["out"]


@PATIENT
@given(LEAVES)
def test_what_is_encoded_reads_back(objects: list[tuple[int, bytes]]) -> None:
    assert parse(encode(objects)) == objects
    assert [(s.tag, encode(objects)[s.starts : s.ends]) for s in spans(encode(objects))] == objects


@PATIENT
@given(LEAVES, st.integers(0, 400))
def test_what_is_cut_short_is_refused_or_ends_between_objects(
    objects: list[tuple[int, bytes]], cut: int
) -> None:
    whole = encode(objects)
    ends = {0} | {span.ends for span in spans(whole)}
    if min(cut, len(whole)) in ends:
        assert parse(whole[:cut]) == objects[: len(parse(whole[:cut]))]
    else:
        for read in (parse, spans):
            with pytest.raises(PeerMistake, match="tlv"):
                read(whole[:cut])


@PATIENT
@given(LEAVES)
def test_a_second_library_reads_the_same(objects: list[tuple[int, bytes]]) -> None:
    distinct = dict(objects)
    read = oracle.decode(encode(distinct.items()))
    assert read == {f"{tag:02X}": value for tag, value in distinct.items()}


@PATIENT
@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read = parse(data)
    except PeerMistake:
        return
    assert [tag for tag, _ in read] == [span.tag for span in spans(data)]


@pytest.mark.parametrize("size", [0x10000, 0xFFFFFF, 0xFFFFFFFF])
def test_lengths_up_to_four_bytes_are_refused_before_anything_is_read(size: int) -> None:
    form = size.to_bytes(4, "big").lstrip(b"\0")
    for read in (parse, spans):
        with pytest.raises(PeerMistake, match="length form"):
            read(b"\x5a" + bytes([0x80 | len(form)]) + form + b"\x00")


@pytest.mark.parametrize("tag", ["9F828201", "9FFFFF7F"])
def test_a_tag_of_four_bytes_is_refused(tag: str) -> None:
    with pytest.raises(PeerMistake, match="long tag"):
        parse(bytes.fromhex(tag) + b"\x00\x00")


@pytest.mark.parametrize(("depth", "whole"), [(DEPTH_MAX, True), (DEPTH_MAX + 1, False)])
def test_templates_nest_eight_deep_and_no_deeper(depth: int, whole: bool) -> None:
    data = b"\x9c\x01\x31"
    for _ in range(depth):
        data = encode([(0x70, data)])
    if whole:
        assert parse(data)[0][0] == 0x70
    else:
        with pytest.raises(PeerMistake, match="nested too deep"):
            parse(data)


def test_one_object_is_one_object() -> None:
    assert only(bytes.fromhex("70039C0131")) == (0x70, bytes.fromhex("9C0131"))
    for data in ("", "9C01319C0131", "70039C013190"):
        with pytest.raises(PeerMistake, match="tlv"):
            only(bytes.fromhex(data))


def test_a_leaf_is_not_a_template_and_a_template_no_leaf() -> None:
    objects = parse(bytes.fromhex("70039C01315A0162"))
    assert leaf(objects, 0x5A) == b"\x62"
    assert leaf(objects, 0x70) == b""
    assert branch(objects, 0x70) == [(0x9C, b"\x31")]
    assert branch(objects, 0x5A) is None


@pytest.mark.parametrize("case", [c for c in DOLS if "out" in c], ids=lambda c: c["name"])
def test_a_list_is_filled_to_the_bytes_it_asks_for(case: dict[str, Any]) -> None:
    values = {int(tag, 16): bytes.fromhex(value) for tag, value in case["values"].items()}
    assert fill(parse_dol(bytes.fromhex(case["dol"])), values).hex().upper() == case["out"]


@pytest.mark.parametrize("case", [c for c in DOLS if "error" in c], ids=lambda c: c["name"])
def test_a_list_that_ends_inside_a_pair_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(PeerMistake, match="dol"):
        parse_dol(bytes.fromhex(case["dol"]))


@PATIENT
@given(st.binary(max_size=40))
def test_any_list_gives_exactly_the_bytes_it_asks_for(data: bytes) -> None:
    try:
        dol = parse_dol(data)
    except PeerMistake:
        return
    values = dict.fromkeys((tag for tag, _ in dol), b"\x12\x34\x56")
    assert len(fill(dol, values)) == sum(size for _, size in dol)


def test_formats_are_those_of_the_vectors() -> None:
    forms = rows_of("emv/dol.json", "formats")
    for form, tags in forms.items():
        for tag in tags:
            assert BY_NUMBER[int(tag, 16)].form is Form("an" if form == "an/ans" else form)


def test_templates_are_the_tags_with_bit_six() -> None:
    for row in ROWS:
        first = bytes.fromhex(f"{row.number:X}".rjust(2, "0"))[0]
        assert bool(first & 0x20) == (row.form is Form.TEMPLATE), f"{row.number:X}"
