"""DE62 of the county's services: tag, length in bytes, value in GB18030."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank import elements
from protocol.errors import OurMistake, PeerMistake

TAGS = ("ID", "NM", "FE", "PD", "ZZ")
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


@given(st.binary(max_size=60))
def test_noise_is_read_or_refused_never_an_accident(noise: bytes) -> None:
    with suppress(PeerMistake):
        elements.unpack(noise)


def test_more_than_512_bytes_are_our_mistake() -> None:
    with pytest.raises(OurMistake):
        elements.pack([("NM", "王" * 255)])


def test_no_value_stands_in_an_error() -> None:
    with pytest.raises(PeerMistake) as caught:
        elements.unpack(b"ID018110101198003078735" + b"x" * 4)
    assert "1101" not in str(caught.value)
