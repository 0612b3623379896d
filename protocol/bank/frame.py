"""The frame around a body: LEN, TPDU, header (`bank-wire.md` section 1). Strict, one kind an
error.
"""

from __future__ import annotations

from protocol.bank.codec import Message, unpack
from protocol.errors import PeerMistake

LEN_BYTES, TPDU_BYTES, HEADER_BYTES = 2, 5, 6
BODY_AT = LEN_BYTES + TPDU_BYTES + HEADER_BYTES
LEN_MIN = TPDU_BYTES + HEADER_BYTES + 10
TPDU_ID = 0x60
MANDATORY = {"0210": (39, 41, 42), "0410": (39, 41, 42)}


def wrap(body: bytes, *, tpdu: bytes, header: bytes) -> bytes:
    """The frame of a body; tpdu 5 bytes, header 6 bytes."""
    assert (len(tpdu), len(header)) == (TPDU_BYTES, HEADER_BYTES)
    content = tpdu + header + body
    return len(content).to_bytes(LEN_BYTES, "big") + content


def open_frame(frame: bytes, *, max_frame: int) -> tuple[Message, bytes]:
    """The message and its body bytes (for the MAC), in the check order of `malformed.json`."""
    if len(frame) < LEN_BYTES:
        raise PeerMistake("truncated", 0, len(frame))
    length = int.from_bytes(frame[:LEN_BYTES], "big")
    if not LEN_MIN <= length <= max_frame:
        raise PeerMistake("bad_frame", 0, 0)
    if length > len(frame) - LEN_BYTES:
        raise PeerMistake("truncated", 0, len(frame))
    if length < len(frame) - LEN_BYTES:
        raise PeerMistake("length_mismatch", 0, LEN_BYTES + length)
    if frame[LEN_BYTES] != TPDU_ID:
        raise PeerMistake("bad_tpdu", 0, LEN_BYTES)
    body = frame[BODY_AT:]
    message = unpack(body, start=BODY_AT)
    for de in MANDATORY.get(message.mti, ()):
        if de not in message.fields:
            raise PeerMistake("missing_field", de, len(frame))
    return message, body
