"""Frames: every case of malformed.json by its kind, and the header and TPDU around a body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bank.frame import open_frame, wrap
from protocol.errors import PeerMistake
from tests.protocol.bank import vectors

MALFORMED = {case["id"]: case for case in vectors.read("malformed.json")["cases"]}
FRAMES = [
    bytes.fromhex(message["hex"])
    for message in vectors.read("valid.json")["messages"]
    if message["layout"] == "frame"
]
MAX = 2048  # `order` of malformed.json


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_refused_by_its_kind(name: str) -> None:
    case = MALFORMED[name]
    frame = bytes.fromhex(case["hex"])
    with pytest.raises(PeerMistake) as caught:
        open_frame(frame, max_frame=MAX)
    assert caught.value.kind == case["error"]
    assert 0 <= caught.value.offset <= len(frame)


@pytest.mark.parametrize(
    ("name", "field", "offset"),
    # counted by hand in the hex: LEN 2, TPDU 5, header 6, MTI 2, bitmap 8, then the fields
    [
        ("pan_nibble", 2, 24),
        ("ll_over", 2, 23),
        ("amount_nibble", 4, 35),
        ("bit1", 1, 15),
        ("bit5", 5, 15),
        ("no39", 39, 163),
    ],
)
def test_a_refusal_names_the_field_and_the_place(name: str, field: int, offset: int) -> None:
    with pytest.raises(PeerMistake) as caught:
        open_frame(bytes.fromhex(MALFORMED[name]["hex"]), max_frame=MAX)
    assert (caught.value.field, caught.value.offset) == (field, offset)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[13:15].hex())
def test_a_frame_wrapped_again_is_the_same_bytes(frame: bytes) -> None:
    message, body = open_frame(frame, max_frame=MAX)
    assert message.mti == frame[13:15].hex()
    assert wrap(body, tpdu=frame[2:7], header=frame[7:13]) == frame


@given(st.sampled_from(FRAMES), st.data())
def test_a_frame_cut_anywhere_is_refused(frame: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(PeerMistake, match="truncated"):
        open_frame(frame[:cut], max_frame=MAX)


@given(st.binary(max_size=64))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(PeerMistake):
        open_frame(noise, max_frame=MAX)
