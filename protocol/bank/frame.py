"""The frame around a body: LEN, TPDU, header (`bank-wire.md` section 1). Strict, one kind an
error; a technician's tool may also hand in what other tools print, without LEN or without both.
"""

from __future__ import annotations

from enum import Enum

from protocol.bank.codec import MTIS, Message, refuse, unpack
from protocol.bank.fields import BASE, Dialect
from protocol.errors import PeerMistake

LEN_BYTES, TPDU_BYTES, HEADER_BYTES = 2, 5, 6
BODY_AT = LEN_BYTES + TPDU_BYTES + HEADER_BYTES
LEN_MIN = TPDU_BYTES + HEADER_BYTES + 10
TPDU_ID = 0x60
MANDATORY = {"0210": (39, 41, 42), "0410": (39, 41, 42)}
KINDS = {
    # every kind of PeerMistake that a frame can end in (`malformed.json`)
    "truncated": "the data end before what a length promises",
    "length_mismatch": "there are more bytes than LEN says",
    "trailing_data": "bytes are left after the last field",
    "bad_tpdu": "the TPDU does not begin with 60",
    "bad_frame": "LEN is too small or too large: this is no frame of this protocol",
    "bad_mti": "the dialect has no message of this type",
    "bad_bcd": "a digit above 9 stands where a number is expected",
    "bad_length": "a length is no number or above the field's maximum",
    "unknown_field": "the bitmap names a field that the dialect does not have",
    "bad_pad": "the unused half byte is not 0",
    "bad_char": "the bytes are no text, or hold a control character",
    "missing_field": "a field that this message must have is not there",
}


class Layout(Enum):
    """How much of a frame stands before the body; names as in `valid.json`."""

    FRAME = "frame"
    WITHOUT_LEN = "frame-without-LEN"
    BODY = "body"

    @property
    def body_at(self) -> int:
        match self:
            case Layout.FRAME:
                return BODY_AT
            case Layout.WITHOUT_LEN:
                return BODY_AT - LEN_BYTES
            case Layout.BODY:
                return 0


def wrap(body: bytes, *, tpdu: bytes, header: bytes) -> bytes:
    """The frame of a body; tpdu 5 bytes, header 6 bytes."""
    assert (len(tpdu), len(header)) == (TPDU_BYTES, HEADER_BYTES)
    content = tpdu + header + body
    return len(content).to_bytes(LEN_BYTES, "big") + content


def open_frame(frame: bytes, *, max_frame: int, dialect: Dialect = BASE) -> tuple[Message, bytes]:
    """The message and its body bytes (for the MAC), in the check order of `malformed.json`."""
    message = open_as(Layout.FRAME, frame, max_frame=max_frame, dialect=dialect)
    return message, frame[BODY_AT:]


def open_as(
    layout: Layout,
    data: bytes,
    *,
    max_frame: int,
    dialect: Dialect = BASE,
    excused: list[PeerMistake] | None = None,
) -> Message:
    """The message of `data` in this layout; offsets count from its first byte."""
    if layout is Layout.FRAME:
        _check_length(data, max_frame)
    if layout is not Layout.BODY:
        id_at = layout.body_at - HEADER_BYTES - TPDU_BYTES
        if len(data) <= id_at:
            raise PeerMistake("truncated", 0, len(data))
        if data[id_at] != TPDU_ID:
            refuse(PeerMistake("bad_tpdu", 0, id_at), excused)
    if len(data) < layout.body_at:
        raise PeerMistake("truncated", 0, len(data))
    body = data[layout.body_at :]
    message = unpack(body, start=layout.body_at, dialect=dialect, excused=excused)
    for de in MANDATORY.get(message.mti, ()):
        if de not in message.fields:
            raise PeerMistake("missing_field", de, len(data))
    return message


def layout_of(data: bytes, *, max_frame: int) -> Layout:
    """What `data` looks most like, where nobody says it.

    A LEN that is right decides; then a known message type where a body or a TPDU would put it. A
    first byte of 60 is a TPDU's where it would be a LEN above `max_frame`.
    """
    length = int.from_bytes(data[:LEN_BYTES], "big")
    if length == len(data) - LEN_BYTES:
        return Layout.FRAME
    framed = data[LEN_BYTES : LEN_BYTES + 1] == bytes([TPDU_ID]) and _names_message(data, BODY_AT)
    if _names_message(data, 0) and not framed:
        return Layout.BODY
    headed = _names_message(data, Layout.WITHOUT_LEN.body_at) or length > max_frame
    return Layout.WITHOUT_LEN if data[:1] == bytes([TPDU_ID]) and headed else Layout.FRAME


def _names_message(data: bytes, at: int) -> bool:
    return data[at : at + 2].hex() in MTIS


def _check_length(frame: bytes, max_frame: int) -> None:
    if len(frame) < LEN_BYTES:
        raise PeerMistake("truncated", 0, len(frame))
    length = int.from_bytes(frame[:LEN_BYTES], "big")
    if not LEN_MIN <= length <= max_frame:
        raise PeerMistake("bad_frame", 0, 0)
    if length > len(frame) - LEN_BYTES:
        raise PeerMistake("truncated", 0, len(frame))
    if length < len(frame) - LEN_BYTES:
        raise PeerMistake("length_mismatch", 0, LEN_BYTES + length)
