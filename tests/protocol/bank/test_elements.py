"""DE62 of the county's services: tag, length in bytes, value in GB18030."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank import elements
from protocol.errors import OurMistake, PeerMistake

TAGS = ("QA", "QB", "Q1", "99", "ZZ")  # of no row: any text is theirs
PAIRS = st.lists(
    st.tuples(st.sampled_from(TAGS), st.text(max_size=12).filter(str.isprintable)),
    max_size=5,
    unique_by=lambda pair: pair[0],
)


def test_the_length_counts_bytes_not_characters() -> None:
    assert elements.pack([("NM", "王芳")]) == b"NM004" + bytes.fromhex("CDF5B7BC")


@given(PAIRS)
def test_what_is_written_reads_back_in_any_order(pairs: list[tuple[str, str]]) -> None:
    assert elements.unpack(elements.pack(pairs)) == dict(pairs)


def test_an_unknown_tag_of_a_reply_is_accepted() -> None:
    assert elements.unpack(b"QQ001xFE0010") == {"QQ": "x", "FE": "0"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"FE", "truncated"),
        (b"FE00", "truncated"),
        (b"FE0021", "truncated"),
        (b"FE0x10", "bad_length"),
        (b"FE-010", "bad_length"),
        (b"FE001\xff", "bad_char"),
        (b"FE0010FE0011", "bad_length"),
        (b"\xff\xff0010", "bad_length"),
        (b"NM004\x1bd\x0a1", "bad_char"),  # a name that would command the slip printer
    ],
)
def test_elements_that_do_not_fit_are_refused(data: bytes, kind: str) -> None:
    with pytest.raises(PeerMistake) as caught:
        elements.unpack(data)
    assert (caught.value.kind, caught.value.field) == (kind, 62)


GOOD = [
    ("ID", "11010119800307873X"),
    ("NM", "阿依古丽·买买提"),
    ("ST", "A"),
    ("TW", "201"),
    ("PD", "2023:10000;2024:10000"),
    ("PD", ""),
    ("YS", "2025,2026"),
    ("YS", ""),
    ("BL", "0"),
    ("SB", "999999999999"),
    ("TL", "10000"),
    ("HN", "110101195506120043,李四,R"),
    ("HN", ";".join(["110101195506120043,李四,R"] * 8)),
    ("PA", "2026-03-02 10:14 44010007"),
    ("RN", "XNB202600012345"),
    ("AL", "20261101:5500;20261001:5500"),
    ("FT", "withdrawal,other,50,100,5000;transfer,own,0,0,0"),
]


@pytest.mark.parametrize(("tag", "value"), GOOD)
def test_a_value_in_the_sheets_form_is_read(tag: str, value: str) -> None:
    assert elements.unpack(elements.pack([(tag, value)])) == {tag: value}


NO_NUMBERS = ["", "-5", "+5", " 7", "7 ", "1_0", "1.0", "1e3", "٣", "５", "²", "abc", "1" * 13]
BAD = [
    *((tag, number) for tag in ("FE", "BL", "SB", "TR") for number in NO_NUMBERS),
    *(("PD", f"2023:{number}") for number in NO_NUMBERS),
    *(("TL", f"10000,{number}") for number in NO_NUMBERS),
    *(("YS", year) for year in ("26", "20260", "２０２６", "2025,2026,", ",2025", "2025;2026")),
    *(("PD", pairs) for pairs in ("2023", "2023:1;", ";2023:1", "23:1", "2023:1,2024:1")),
    *(("ST", status) for status in ("", "X", "a", "AA", "Ａ")),
    *(("TW", code) for code in ("", "1", "1003", "１０３", "1 3")),
    *(("ID", number) for number in ("11010119800307873x", "1101011980030787", "１" * 18)),
    ("NM", ""),
    ("NM", "王" * 61),
    ("RN", "1" * 21),
    ("PA", "yesterday"),
    ("PA", "2026-03-02 10:14 " + "4" * 21),
    ("HN", "110101195506120043,李四"),
    ("HN", "110101195506120043,李四,X"),
    ("HN", "110101195506120043,李,四,R"),
    ("HN", ";".join(["110101195506120043,李四,R"] * 9)),
    ("AL", ";".join(["20261101:5500"] * 13)),
    ("YR", "1"),
    ("PR", "5"),
    ("IK", "E42A5BA259BD9D17"),
    ("QD", "2026-11-23"),
]


@pytest.mark.parametrize(("tag", "value"), BAD)
def test_a_value_in_another_form_is_refused_and_never_sent(tag: str, value: str) -> None:
    data = value.encode("gb18030")
    with pytest.raises(PeerMistake) as caught:
        elements.unpack(b"ZZ001x" + f"{tag}{len(data):03d}".encode() + data)
    assert (caught.value.kind, caught.value.offset) == ("bad_char", 6)
    with pytest.raises(OurMistake, match=tag):
        elements.pack([(tag, value)])


@given(st.binary(max_size=60))
def test_noise_is_read_or_refused_never_an_accident(noise: bytes) -> None:
    with suppress(PeerMistake):
        elements.unpack(noise)


def test_more_than_512_bytes_are_our_mistake() -> None:
    with pytest.raises(OurMistake):
        elements.pack([("ZZ", "王" * 254)])


def test_no_value_stands_in_an_error() -> None:
    with pytest.raises(PeerMistake) as caught:
        elements.unpack(b"ID018110101198003078735" + b"x" * 4)
    with pytest.raises(OurMistake) as ours:
        elements.pack([("ID", "1101011980030787")])
    assert "1101" not in f"{caught.value}{ours.value}"
