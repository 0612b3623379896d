"""A message body (MTI, bitmap, fields) as bytes and back, by the table of `fields.py`. Strict.

Values are str for n, z and ans, bytes for b. Raises OurMistake for what the table cannot say, and
PeerMistake with the kinds of `malformed.json` for bytes that do not fit. Whoever only diagnoses
hands in a list: what `EXCUSABLE` names is then noted there, and reading goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from protocol.bank.fields import BASE, ROWS, Dialect, Field
from protocol.bank.text import CHARSET, bytes_of, text_of
from protocol.errors import OurMistake, PeerMistake

Value = str | bytes
MTIS = frozenset(
    f"{request + answer:04d}"
    for request in (100, 200, 220, 320, 400, 500, 620, 800, 820)
    for answer in (0, 10)
)
EXCUSABLE = frozenset({"bad_tpdu", "bad_pad", "bad_char"})  # column lenient of `malformed.json`
BITMAP_AT, FIELDS_AT = 2, 10  # bytes
BYTEWISE = ("ans", "b")
TRACK_DIGITS = frozenset("0123456789ABCDEF")  # an encrypted track has any of them
PREFIXES = {
    0: ("",) * 1000,
    1: [f"{n:02d}" for n in range(100)],
    2: [f"{n:04d}" for n in range(1000)],
}
COUNTS = {text: count for texts in PREFIXES.values() for count, text in enumerate(texts) if text}
assert all(row.size < len(PREFIXES[row.prefix]) for row in ROWS)


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


def pack(mti: str, fields: Mapping[int, Value], dialect: Dialect = BASE) -> bytes:
    """The body. Raises OurMistake."""
    if mti not in MTIS:
        raise OurMistake("a message type that is not in the dialect")
    bitmap, rows = _layout(frozenset(fields), dialect)
    parts = [_in_hex(row, fields[row.de]) for row in rows]
    return bytes.fromhex(f"{mti}{bitmap:016X}{''.join(parts)}")


@lru_cache(maxsize=64)  # a terminal writes a few dozen kinds of messages in its life
def _layout(numbers: frozenset[int], dialect: Dialect) -> tuple[int, tuple[Field, ...]]:
    """The bitmap of these fields and their rows, ascending."""
    unknown = numbers - dialect.by_de.keys()
    if unknown:
        raise OurMistake(f"field {min(unknown)} is not in the dialect")
    return sum(1 << (64 - de) for de in numbers), tuple(r for r in dialect.rows if r.de in numbers)


def _in_hex(row: Field, value: Value) -> str:
    """One field with its prefix; the whole body becomes bytes at once."""
    if isinstance(value, str) and row.kind == "n":
        count, text = len(value), value
        if count % 2 or not (value.isdigit() and value.isascii()):
            text = _nibbles(row, value)
    else:
        count, text = _other(row, value)
    size = row.size
    if count != size and (count > size or not row.prefix):
        raise OurMistake(f"field {row.de} has {count}, the dialect says {size}")
    return PREFIXES[row.prefix][count] + text if row.prefix else text


def _other(row: Field, value: Value) -> tuple[int, str]:
    """Count and hex of what is not a number."""
    if isinstance(value, bytes):
        if row.kind == "b":
            return len(value), value.hex()
    elif row.kind == "ans":
        data = bytes_of(value)
        return len(data), data.hex()
    elif row.kind == "z":
        return len(value), _nibbles(row, value)
    raise OurMistake(f"field {row.de} is of kind {row.kind}, given {type(value).__name__}")


def _nibbles(row: Field, value: str) -> str:
    """Digits and the pad nibble; a track's separator is the nibble D."""
    if row.kind == "z":
        value = value.replace("=", "D")
        if not TRACK_DIGITS.issuperset(value):
            raise OurMistake(f"field {row.de} takes track digits only")
    elif value and not (value.isdigit() and value.isascii()):
        raise OurMistake(f"field {row.de} takes digits only")
    if len(value) % 2:
        return f"0{value}" if row.right else f"{value}0"
    return value


def unpack(
    body: bytes,
    *,
    start: int = 0,
    dialect: Dialect = BASE,
    excused: list[PeerMistake] | None = None,
) -> Message:
    """The message of a whole body. `start` is the body's offset in its frame, for errors."""
    mti, bitmap = _head(body, start, dialect)
    whole, nibbles = len(body), body.hex().upper()
    fields: dict[int, Value] = {}
    at = FIELDS_AT
    value: Value | None
    for row, de, kind, count, width, prefix in _plan(bitmap, dialect):
        if prefix:
            count, width, at = _announced(row, nibbles, at, start)
        end = at + width
        if end > whole:
            raise PeerMistake("truncated", de, start + whole)
        if kind == "ans":
            value = text_of(body[at:end])
            if value is None:
                refuse(PeerMistake("bad_char", de, start + at), excused)
                value = body[at:end].decode(CHARSET, "replace")
        elif kind == "b":
            value = body[at:end]
        else:
            value = nibbles[at * 2 : end * 2]
            if count % 2 or not value.isdecimal():
                value = _digits(row, value, count, start + at, excused)
        fields[de] = value
        at = end
    if at != whole:
        raise PeerMistake("trailing_data", 0, start + at)
    return Message(mti, fields)


def refuse(why: PeerMistake, excused: list[PeerMistake] | None) -> None:
    """Raises it, unless it may be excused and somebody notes it."""
    if excused is None or why.kind not in EXCUSABLE:
        raise why
    excused.append(why)


def _head(body: bytes, start: int, dialect: Dialect) -> tuple[str, int]:
    """MTI and bitmap, all bits of which are known."""
    if len(body) < FIELDS_AT:
        raise PeerMistake("truncated", 0, start + len(body))
    mti = body[:BITMAP_AT].hex()
    if not mti.isdecimal():
        raise PeerMistake("bad_bcd", 0, start)
    if mti not in MTIS:
        raise PeerMistake("bad_mti", 0, start)
    bitmap = int.from_bytes(body[BITMAP_AT:FIELDS_AT], "big")
    if unknown := bitmap & ~dialect.known_bits:
        raise PeerMistake("unknown_field", 65 - unknown.bit_length(), start + BITMAP_AT)
    return mti, bitmap


@lru_cache(maxsize=64)  # a terminal meets a few dozen bitmaps in its life
def _plan(bitmap: int, dialect: Dialect) -> tuple[tuple[Field, int, str, int, int, int], ...]:
    """Row, number, kind, size, width in bytes and prefix of the fields that a bitmap announces."""
    present = (row for row in dialect.rows if bitmap >> (64 - row.de) & 1)
    return tuple(
        (row, row.de, row.kind, row.size, _width(row, row.size), row.prefix) for row in present
    )


def _width(row: Field, count: int) -> int:
    return count if row.kind in BYTEWISE else (count + 1) // 2


def _announced(row: Field, nibbles: str, at: int, start: int) -> tuple[int, int, int]:
    """Count and width that the prefix says, and where the data begin."""
    digits = nibbles[at * 2 : (at + row.prefix) * 2]
    count = COUNTS.get(digits)
    if len(digits) < row.prefix * 2:
        raise PeerMistake("truncated", row.de, start + len(nibbles) // 2)
    if count is None or count > row.size:
        raise PeerMistake("bad_length", row.de, start + at)
    return count, _width(row, count), at + row.prefix


def _digits(
    row: Field, nibbles: str, count: int, at: int, excused: list[PeerMistake] | None
) -> str:
    """The digits without their pad nibble, which must be 0."""
    pad = "0"
    if count % 2:
        pad, nibbles = (nibbles[0], nibbles[1:]) if row.right else (nibbles[-1], nibbles[:-1])
    if count and row.kind == "n" and not nibbles.isdecimal():
        raise PeerMistake("bad_bcd", row.de, at)
    if pad != "0":
        refuse(PeerMistake("bad_pad", row.de, at), excused)
    return nibbles
