"""Frames: every case of malformed.json by its kind, and the header and TPDU around a body."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank import header
from protocol.bank.codec import pack
from protocol.bank.frame import KINDS, Layout, layout_of, open_as, open_frame, wrap
from protocol.errors import PeerMistake
from tests.protocol.bank import vectors

MALFORMED = {case["id"]: case for case in vectors.read("malformed.json")["cases"]}
FRAMES = [
    bytes.fromhex(message["hex"])
    for message in vectors.read("valid.json")["messages"]
    if message["layout"] == "frame"
]
MAX = 2048  # `order` of malformed.json


# id: field and offset, counted by hand in the hex: LEN 2, TPDU 5, header 6, MTI 2, bitmap 8, then
# the fields; a value's offset is where it begins, a prefix's its own, and an end is the last byte's
PLACES = {
    "trunc_len": (0, 1),
    "trunc_header": (0, 9),
    "trunc_bitmap": (0, 0),
    "trunc_llvar": (2, 27),
    "trunc_last": (64, 162),
    "len_short": (0, 165),
    "len_long": (0, 160),
    "len_zero": (0, 0),
    "trailing": (0, 165),
    "tpdu_id": (0, 2),
    "mti_nibble": (0, 13),
    "mti_unknown": (0, 13),
    "pan_nibble": (2, 24),
    "ll_nibble": (2, 23),
    "ll_over": (2, 23),
    "amount_nibble": (4, 35),
    "lll_overrun": (55, 124),
    "lll_steals": (60, 153),
    "bit1": (1, 15),
    "bit5": (5, 15),
    "pad_nibble": (60, 145),
    "de22_right": (22, 46),
    "de23_pad": (23, 48),
    "de41_ctrl": (41, 75),
    "empty_bitmap": (39, 23),
    "no39": (39, 163),
    "http_html": (0, 0),
    "huge_len": (0, 0),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_refused_by_kind_field_and_offset(name: str) -> None:
    with pytest.raises(PeerMistake) as caught:
        open_frame(bytes.fromhex(MALFORMED[name]["hex"]), max_frame=MAX)
    told = caught.value
    assert (told.kind, (told.field, told.offset)) == (MALFORMED[name]["error"], PLACES[name])


def test_the_kinds_are_the_sheets_and_no_other() -> None:
    assert KINDS.keys() == vectors.read("malformed.json")["errors"].keys()


@pytest.mark.parametrize("message", vectors.read("valid.json")["messages"], ids=lambda m: m["id"])
def test_how_a_message_is_laid_out_is_seen(message: dict[str, Any]) -> None:
    assert layout_of(bytes.fromhex(message["hex"]), max_frame=MAX).value == message["layout"]


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_still_seen_as_a_frame(name: str) -> None:
    assert layout_of(bytes.fromhex(MALFORMED[name]["hex"]), max_frame=MAX) is Layout.FRAME


def test_a_frame_whose_len_reads_like_a_message_type_is_a_frame() -> None:
    body = pack("0210", {39: "00", 41: "44010001", 42: "103440160120001", 63: bytes(163)})
    filled = pack("0210", {39: "00", 41: "4" * 8, 42: "1" * 15, 56: bytes(0x0200 - 48)})
    frame = wrap(filled, tpdu=bytes.fromhex("6000030000"), header=bytes(6))
    assert frame[:2] == bytes.fromhex("0200")
    assert layout_of(frame, max_frame=MAX) is Layout.FRAME
    assert layout_of(frame[:-1], max_frame=MAX) is Layout.FRAME
    assert layout_of(body, max_frame=MAX) is Layout.BODY
    other_tpdu = frame[:2] + b"\x61" + frame[3:]  # a LEN that is right decides
    assert layout_of(other_tpdu, max_frame=MAX) is Layout.FRAME


def test_what_is_no_frame_is_never_opened_as_one() -> None:
    """Offsets count from the first byte that was handed in, whatever is missing before it."""
    spoilt = pack("0210", {39: "00", 41: "44010001", 42: "103440160120001"})[:-1]
    for layout, before in ((Layout.BODY, b""), (Layout.WITHOUT_LEN, bytes.fromhex("60" * 11))):
        with pytest.raises(PeerMistake) as caught:
            open_as(layout, before + spoilt, max_frame=MAX)
        assert (caught.value.kind, caught.value.field) == ("truncated", 42)
        assert caught.value.offset == len(before) + len(spoilt)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[13:15].hex())
def test_a_frame_wrapped_again_is_the_same_bytes(frame: bytes) -> None:
    message, body = open_frame(frame, max_frame=MAX)
    assert message.mti == frame[13:15].hex()
    assert wrap(body, tpdu=frame[2:7], header=frame[7:13]) == frame


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[13:15].hex())
def test_a_frame_cut_at_any_byte_is_truncated(frame: bytes) -> None:
    for cut in range(len(frame)):
        with pytest.raises(PeerMistake) as caught:
            open_frame(frame[:cut], max_frame=MAX)
        assert (caught.value.kind, caught.value.offset) == ("truncated", cut)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[13:15].hex())
def test_a_frame_cut_at_any_byte_with_a_len_that_fits_is_refused(frame: bytes) -> None:
    """Below the smallest LEN it is no frame; else a field ends early or one is not there."""
    for cut in range(2, len(frame)):
        shorter = (cut - 2).to_bytes(2, "big") + frame[2:cut]
        with pytest.raises(PeerMistake) as caught:
            open_frame(shorter, max_frame=MAX)
        assert caught.value.kind == ("bad_frame" if cut - 2 < 21 else "truncated")


@pytest.mark.parametrize("first", [*range(0x60), *range(0x61, 0x100)])
def test_any_other_tpdu_is_refused(first: int) -> None:
    frame = FRAMES[0][:2] + bytes([first]) + FRAMES[0][3:]
    with pytest.raises(PeerMistake) as caught:
        open_frame(frame, max_frame=MAX)
    assert (caught.value.kind, caught.value.offset) == ("bad_tpdu", 2)


@given(st.binary(max_size=64))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(PeerMistake):
        open_frame(noise, max_frame=MAX)


def test_the_bank_asks_in_the_low_half_of_the_third_header_byte() -> None:
    """Digit 6; above 9 it counts as 0 (`bank-wire.md` section 1, samples 60310031110E and FFF1)."""
    asked = {"603100311000": 0, "603103311000": 3, "603108311000": 8, "60310E311000": 0}
    assert {text: header.asks(bytes.fromhex(text)).value for text in asked} == asked
