"""A message body (MTI, bitmap, fields) as bytes and back, by the table of `fields.py`. Strict.

Values are str for n, z and ans, bytes for b. Raises OurMistake for what the table cannot say, and
PeerMistake with the kinds of `malformed.json` for bytes that do not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.bank.fields import BY_DE, ROWS, Field
from protocol.errors import OurMistake, PeerMistake

Value = str | bytes
MTIS = frozenset(
    f"{request + answer:04d}"
    for request in (100, 200, 220, 320, 400, 500, 620, 800, 820)
    for answer in (0, 10)
)
KNOWN_BITS = sum(1 << (64 - row.de) for row in ROWS)
BITMAP_AT, FIELDS_AT = 2, 10  # bytes
CHARSET = "gb18030"


@dataclass(frozen=True, slots=True)
class Message:
    """mti is four digits; fields by number of the data element."""

    mti: str
    fields: Mapping[int, Value]

    def text(self, de: int) -> str:
        """A text field's value, "" where it is absent."""
        value = self.fields.get(de, "")
        return value if isinstance(value, str) else ""

    def raw(self, de: int) -> bytes:
        """A bytes field's value, empty where it is absent."""
        value = self.fields.get(de, b"")
        return value if isinstance(value, bytes) else b""

    def __repr__(self) -> str:
        return f"<Message {self.mti} {sorted(self.fields)}>"


def pack(mti: str, fields: Mapping[int, Value]) -> bytes:
    """The body. Raises OurMistake."""
    bitmap, parts = 0, []
    for de in sorted(fields):
        row = BY_DE.get(de)
        if row is None:
            raise OurMistake(f"field {de} is not in the dialect")
        bitmap |= 1 << (64 - de)
        parts.append(_packed(row, fields[de]))
    return b"".join((bytes.fromhex(mti), bitmap.to_bytes(8, "big"), *parts))


def _packed(row: Field, value: Value) -> bytes:
    try:
        if row.kind == "b" or row.kind == "ans":
            data = value if isinstance(value, bytes) else value.encode(CHARSET)
            count = len(data)
        else:
            assert isinstance(value, str)
            if row.kind == "n" and not (value.isascii() and value.isdigit()):
                raise OurMistake(f"field {row.de} takes digits only")
            count = len(value)
            padded = value if not count % 2 else f"0{value}" if row.right else f"{value}0"
            data = bytes.fromhex(padded.replace("=", "D"))
    except (ValueError, AssertionError) as why:
        raise OurMistake(f"field {row.de}: {type(why).__name__}") from None
    if count > row.size or (not row.prefix and count != row.size):
        raise OurMistake(f"field {row.de} has {count}, the dialect says {row.size}")
    if not row.prefix:
        return data
    return bytes.fromhex(f"{count:0{row.prefix * 2}d}") + data


def unpack(body: bytes, *, start: int = 0) -> Message:
    """The message of a whole body. `start` is the body's offset in its frame, for errors."""
    if len(body) < FIELDS_AT:
        raise PeerMistake("truncated", 0, start + len(body))
    mti = body[:BITMAP_AT].hex()
    if not mti.isdecimal():
        raise PeerMistake("bad_bcd", 0, start)
    if mti not in MTIS:
        raise PeerMistake("bad_mti", 0, start)
    bitmap = int.from_bytes(body[BITMAP_AT:FIELDS_AT], "big")
    if unknown := bitmap & ~KNOWN_BITS:
        raise PeerMistake("unknown_field", 65 - unknown.bit_length(), start + BITMAP_AT)
    fields: dict[int, Value] = {}
    at = FIELDS_AT
    try:
        for row in ROWS:
            if bitmap >> (64 - row.de) & 1:
                fields[row.de], at = _unpacked(row, body, at)
    except PeerMistake as why:
        raise PeerMistake(why.kind, why.field, start + why.offset) from None
    if at != len(body):
        raise PeerMistake("trailing_data", 0, start + at)
    return Message(mti, fields)


def _unpacked(row: Field, body: bytes, at: int) -> tuple[Value, int]:
    """One field from `at`, and where the next begins."""
    count = row.size
    if row.prefix:
        count, at = _length(row, body, at)
    digits = row.kind == "n" or row.kind == "z"
    end = at + ((count + 1) // 2 if digits else count)
    data = body[at:end]
    if end > len(body):
        raise PeerMistake("truncated", row.de, len(body))
    if row.kind == "b":
        return data, end
    if not digits:
        return _text(row, data, at), end
    return _digits(row, data.hex().upper(), count, at), end


def _length(row: Field, body: bytes, at: int) -> tuple[int, int]:
    prefix = body[at : at + row.prefix]
    if len(prefix) < row.prefix:
        raise PeerMistake("truncated", row.de, len(body))
    digits = prefix.hex()
    if not digits.isdecimal() or int(digits) > row.size:
        raise PeerMistake("bad_length", row.de, at)
    return int(digits), at + row.prefix


def _text(row: Field, data: bytes, at: int) -> str:
    try:
        text = data.decode(CHARSET)
    except UnicodeDecodeError as why:
        raise PeerMistake("bad_char", row.de, at + why.start) from None
    if not text.isprintable():
        raise PeerMistake("bad_char", row.de, at)
    return text


def _digits(row: Field, nibbles: str, count: int, at: int) -> str:
    pad = ""
    if count % 2:
        pad = nibbles[0] if row.right else nibbles[-1]
        nibbles = nibbles[1:] if row.right else nibbles[:-1]
    if row.kind == "n" and not nibbles.isdecimal():
        raise PeerMistake("bad_bcd", row.de, at)
    if pad not in ("", "0"):
        raise PeerMistake("bad_pad", row.de, at)
    return nibbles
