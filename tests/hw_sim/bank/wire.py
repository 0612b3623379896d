"""Frames and fields of the county wire, for the bank's side.

Owns the bytes: LEN, TPDU, header, MTI, bitmap, fields (bank-wire.md sections 1 and 2). Knows no
service and no key. Values are digits without pad nibble; binary fields are upper-case hex.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import iso8583

FRAME_BYTES_MAX = 2048  # bank-wire.md section 1, max_frame
FRAME_BYTES_MIN = 21  # the smallest LEN: TPDU, header, MTI, bitmap (malformed.json, order)
TPDU_ID = "60"
PROCESS_NONE = "0"  # header digit 6: the bank asks for nothing
PROCESSES = frozenset("123456789")  # bank-wire.md section 1; 1 parameters, 3 sign in again, …

REPLY_MTI = {
    "0100": "0110",
    "0200": "0210",
    "0220": "0230",
    "0320": "0330",
    "0400": "0410",
    "0500": "0510",
    "0620": "0630",
    "0800": "0810",
    "0820": "0830",
}

FIXED_DIGITS = {3: 6, 4: 12, 11: 6, 12: 6, 13: 4, 14: 4, 15: 4, 25: 2, 26: 2, 53: 16}
LEFT_ALIGNED_DIGITS = {22: 3}
RIGHT_ALIGNED_DIGITS = {23: 3, 24: 3}
LL_DIGITS = {2: 19, 32: 11, 35: 37}
LLL_DIGITS = {36: 104, 48: 322, 60: 17, 61: 29}
FIXED_TEXT = {37: 12, 38: 6, 39: 2, 41: 8, 42: 15, 49: 3}
LL_TEXT = {44: 25}
LLL_TEXT = {54: 120}
FIXED_BYTES = {43: 40, 52: 8, 64: 8}
LLL_BYTES = {46: 999, 47: 999, 55: 255, 56: 999, 57: 999, 58: 100, 59: 600, 62: 512, 63: 163}

TRACK_FIELDS = {35, 36}  # nibbles may be any hex digit; everywhere else digits are decimal


def _digits(size: int, prefix_bytes: int, pad_side: str) -> dict[str, Any]:
    return {
        "data_enc": "b",
        "len_enc": "bcd",
        "len_type": prefix_bytes,
        "max_len": size,
        "len_count": "nibbles",
        pad_side: "0",
    }


def _bytes(size: int, prefix_bytes: int, encoding: str) -> dict[str, Any]:
    return {
        "data_enc": encoding,
        "len_enc": "bcd",
        "len_type": prefix_bytes,
        "max_len": size,
        "len_count": "bytes",
    }


def _spec() -> dict[str, dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    for sizes, prefix_bytes, side in (
        (FIXED_DIGITS | RIGHT_ALIGNED_DIGITS, 0, "left_pad"),
        (LEFT_ALIGNED_DIGITS, 0, "right_pad"),
        (LL_DIGITS, 1, "right_pad"),
        (LLL_DIGITS, 2, "right_pad"),
    ):
        rows |= {number: _digits(size, prefix_bytes, side) for number, size in sizes.items()}
    for sizes, prefix_bytes, encoding in (
        (FIXED_TEXT, 0, "ascii"),
        (LL_TEXT, 1, "ascii"),
        (LLL_TEXT, 2, "ascii"),
        (FIXED_BYTES, 0, "b"),
        (LLL_BYTES, 2, "b"),
    ):
        rows |= {number: _bytes(size, prefix_bytes, encoding) for number, size in sizes.items()}
    named = {str(number): row | {"desc": f"DE{number}"} for number, row in rows.items()}
    return named | {
        "h": _bytes(0, 0, "b"),
        "t": _bytes(2, 0, "b"),
        "p": _bytes(8, 0, "b"),
        "1": _bytes(8, 0, "b"),
    }


SPEC = _spec()
DIGIT_FIELDS = (
    set(FIXED_DIGITS | LEFT_ALIGNED_DIGITS | RIGHT_ALIGNED_DIGITS | LL_DIGITS | LLL_DIGITS)
    - TRACK_FIELDS
)


@dataclass(frozen=True)
class Message:
    """One message; its repr shows field numbers only, because values may be secret."""

    mti: str
    fields: Mapping[int, str] = field(repr=False)
    tpdu: str = "6000000003"
    header: str = "603100311000"
    raw: bytes = field(default=b"", repr=False, compare=False)  # the frame as it came or goes out

    def get(self, number: int) -> str:
        return self.fields.get(number, "")

    @property
    def batch(self) -> str:
        return self.get(60)[2:8]

    @property
    def de62(self) -> bytes:
        return bytes.fromhex(self.get(62))


@dataclass(frozen=True)
class Unreadable:
    """A frame that is not a message; `message` holds what could be read before the fault."""

    why: str
    message: Message | None


def decode(frame: bytes) -> Message | Unreadable:
    """The message in a whole frame, or why there is none (answer 30, county-wire.md rule 2)."""
    if len(frame) < 2 or int.from_bytes(frame[:2], "big") != len(frame) - 2:
        return Unreadable("LEN does not fit", None)
    if not FRAME_BYTES_MIN <= len(frame) - 2 <= FRAME_BYTES_MAX:
        return Unreadable("LEN out of bounds", None)
    tpdu, header, body = frame[2:7].hex(), frame[7:13].hex().upper(), frame[13:]
    if tpdu[:2] != TPDU_ID:
        return Unreadable("TPDU is not 60", None)
    if body[:2].hex() not in REPLY_MTI and body[:2].hex() not in REPLY_MTI.values():
        return Unreadable("MTI unknown", None)
    return _decode_body(frame, body, tpdu.upper(), header)


def _decode_body(frame: bytes, body: bytes, tpdu: str, header: str) -> Message | Unreadable:
    undefined = [n for n in _bitmap(body) if str(n) not in SPEC or n == 1]
    if undefined:
        return Unreadable(f"undefined field {undefined[0]}", Message(body[:2].hex(), {}, tpdu))
    try:
        decoded, _ = iso8583.decode(body, SPEC)
    except iso8583.DecodeError as why:
        partial = {k: v for k, v in why.doc_dec.items() if k != str(why.field)}
        return Unreadable(f"field {why.field}", _message(partial, tpdu, header))
    message = _message(decoded, tpdu, header, frame)
    bad = [n for n in message.fields if n in DIGIT_FIELDS and not message.fields[n].isdecimal()]
    return Unreadable(f"digits of field {bad[0]}", message) if bad else message


def encode(message: Message) -> bytes:
    """The whole frame, LEN first."""
    values = {"t": message.mti} | {str(number): text for number, text in message.fields.items()}
    body, _ = iso8583.encode(values, SPEC)
    rest = bytes.fromhex(message.tpdu) + bytes.fromhex(message.header) + bytes(body)
    return len(rest).to_bytes(2, "big") + rest


def frame_of(message: Message) -> bytes:
    """The frame as it came or was sealed; encoded only where there is none yet."""
    return message.raw or encode(message)


def reply_to(asked: Message, fields: Mapping[int, str], process: str = PROCESS_NONE) -> Message:
    """The reply's shell: MTI + 10, TPDU addresses swapped, digit 6 of the header `process`."""
    tpdu = asked.tpdu[:2] + asked.tpdu[6:] + asked.tpdu[2:6]
    header = asked.header[:5] + process + asked.header[6:]
    return Message(REPLY_MTI[asked.mti], dict(fields), tpdu, header)


def mac_input(frame: bytes) -> bytes:
    """From MTI to the end of field 63 (bank-wire.md section 9); the frame must carry field 64."""
    return frame[13:-8]


def _message(decoded: Mapping[str, str], tpdu: str, header: str, frame: bytes = b"") -> Message:
    fields = {int(key): text for key, text in decoded.items() if key.isdecimal()}
    return Message(decoded["t"], fields, tpdu, header, frame)


def _bitmap(body: bytes) -> list[int]:
    bits = int.from_bytes(body[2:10], "big")
    return [number for number in range(1, 65) if bits >> (64 - number) & 1]
