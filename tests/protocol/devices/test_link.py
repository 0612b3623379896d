"""STX/ETX frames with an LRC: what the PIN pads' link promises (`pinpad-uic.md` sections 2, 3)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol.errors import OurMistake
from protocol.link.stx_etx import (
    TEXT_BYTES,
    TEXT_BYTES_MAX,
    Control,
    Damaged,
    Envelope,
    Frame,
    Receiver,
    Sending,
    encode,
)
from tests.protocol.devices.chunks import cuts
from tests.protocol.devices.vectors import vectors

VECTORS = vectors("pinpad-uic")
TEXTS = st.lists(st.sampled_from(sorted(TEXT_BYTES)), min_size=1, max_size=90).map(bytes)
FRAMES = st.builds(Frame, st.sampled_from(Envelope), TEXTS)
CANCEL = Frame(Envelope.TRANSACTION, b"72")


def in_one(data: bytes) -> tuple[object, ...]:
    return Receiver().receive(data)


@given(FRAMES)
def test_a_frame_reads_back_as_it_was_sent(frame: Frame) -> None:
    assert in_one(encode(frame)) == (frame,)


@pytest.mark.parametrize("name", VECTORS)
def test_every_frame_of_the_vectors_encodes_to_its_own_bytes(name: str) -> None:
    for _, data in VECTORS[name].steps:
        for event in in_one(data):
            if isinstance(event, Frame):
                assert encode(event) == data


@given(st.data(), st.lists(FRAMES, max_size=3), st.binary(max_size=12))
def test_any_chunking_gives_the_same_events(
    data: st.DataObject, frames: list[Frame], noise: bytes
) -> None:
    wire = noise.join(encode(frame) for frame in frames) + noise
    receiver = Receiver()
    events = [event for cut in data.draw(cuts(wire)) for event in receiver.receive(cut)]
    assert tuple(events) == in_one(wire)


@given(st.binary(max_size=40), FRAMES)
def test_a_good_frame_after_garbage_is_found(garbage: bytes, frame: Frame) -> None:
    wire = encode(frame)
    assume(not any(isinstance(event, Frame) for event in in_one(garbage + wire[:1])))
    assert in_one(garbage + wire)[-1] == frame


def test_an_lrc_equal_to_ack_belongs_to_its_frame() -> None:
    assert in_one(VECTORS["cancel-idle"].sent_by("host")) == (CANCEL,)


@given(FRAMES)
def test_no_lrc_value_is_taken_for_a_control_byte(frame: Frame) -> None:
    assert in_one(encode(frame) + Control.EOT.wire) == (frame, Control.EOT)


def test_the_acknowledgement_and_the_answer_may_come_in_one_read() -> None:
    events = in_one(VECTORS["self-test-ok"].sent_by("device"))
    assert events == (Control.ACK, Frame(Envelope.ADMIN, b"160"), Control.EOT)


def test_a_wrong_lrc_makes_the_frame_damaged() -> None:
    assert in_one(b"\x0272\x03\x07") == (Damaged(),)


def test_a_byte_that_no_text_holds_makes_the_frame_damaged_though_its_lrc_fits() -> None:
    wire = bytearray(encode(CANCEL))
    wire[1:1] = b"\x06"
    wire[-1] ^= 0x06
    assert in_one(bytes(wire)) == (Damaged(),)


def test_a_frame_cut_off_by_the_next_one_does_not_spoil_it() -> None:
    assert in_one(b"\x0271.006" + encode(CANCEL)) == (CANCEL,)


def test_a_frame_that_lost_its_lrc_does_not_cost_the_next_one() -> None:
    assert in_one(b"\x0271.006\x03" + encode(CANCEL)) == (Damaged(), CANCEL)


def test_a_frame_without_an_end_is_given_up_at_the_longest_length() -> None:
    assert in_one(b"\x02" + b"7" * (TEXT_BYTES_MAX + 1)) == (Damaged(),)


def test_a_frame_whose_end_never_came_can_be_abandoned() -> None:
    receiver = Receiver()
    receiver.receive(b"\x0271.0")
    assert receiver.mid_frame
    receiver.abandon()
    assert receiver.receive(encode(CANCEL)) == (CANCEL,)


@pytest.mark.parametrize("text", [b"", b"7\x03", b"7\x02", b"\xff", b"7" * (TEXT_BYTES_MAX + 1)])
def test_text_outside_the_grammar_is_never_sent(text: bytes) -> None:
    with pytest.raises(OurMistake):
        encode(Frame(Envelope.TRANSACTION, text))


def test_a_frame_is_sent_three_times_and_not_again_after_the_third_nak() -> None:
    wire = VECTORS["host-frame-nak3"].sent_by("host")
    sending = Sending(next(iter(Receiver().receive(wire))))  # type: ignore[arg-type]
    sends = [sending.wire]
    while sending.may_repeat_after_nak():
        sends.append(sending.wire)
    assert b"".join(sends) == wire


def test_a_frame_is_repeated_three_times_into_silence() -> None:
    sending = Sending(CANCEL)
    assert [sending.may_repeat_after_silence() for _ in range(4)] == [True, True, True, False]


def test_the_repr_of_a_frame_shows_no_text() -> None:
    assert "6212" not in repr(Frame(Envelope.TRANSACTION, b"70.6212345678901232"))
