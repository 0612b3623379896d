"""BER-TLV as cards speak it (`emv.md` section 3).

Refused, always as PeerMistake("tlv"): indefinite lengths, length fields of more than two bytes,
tags of more than three, whatever ends early, templates nested deeper than 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from protocol.errors import PeerMistake

DEPTH_MAX = 8  # section 21, 3: no recursion deeper than this
TAG_BYTES_MAX = 3  # section 3
PADDING = (0x00, 0xFF)  # between objects
LENGTH_MAX = 0xFFFF  # 82 LLLL

# Leaves in order as (tag, value), templates as (tag, objects inside).
Objects: TypeAlias = "list[tuple[int, bytes | Objects]]"


class Span(NamedTuple):
    """One object of a level: data[begins:ends] is the whole, data[starts:ends] its value."""

    tag: int
    begins: int
    starts: int
    ends: int


def parse(data: bytes) -> Objects:
    """Every object in order, templates opened. Duplicates are kept: `CardData` judges them."""
    try:
        return _level(data, 0, len(data), DEPTH_MAX)
    except IndexError:
        raise PeerMistake("tlv", offset=len(data), detail="object ends early") from None


def spans(data: bytes) -> list[Span]:
    """Where the objects of the outermost level stand, for whoever needs their bytes as sent."""
    found, at = [], 0
    try:
        while at < len(data):
            begins = at
            if data[at] in PADDING:
                at += 1
                continue
            tag, starts, at = _head(data, at)
            if at > len(data):
                raise PeerMistake("tlv", offset=begins, detail="value ends early")
            found.append(Span(tag, begins, starts, at))
    except IndexError:
        raise PeerMistake("tlv", offset=len(data), detail="object ends early") from None
    return found


def _level(data: bytes, at: int, end: int, deeper: int) -> Objects:
    """The objects between `at` and `end`. Common forms are read in place: this is the hot loop."""
    found: Objects = []
    while at < end:
        first = tag = data[at]
        if first == 0x00 or first == 0xFF:
            at += 1
            continue
        if tag & 0x1F != 0x1F:
            size, starts = data[at + 1], at + 2
        else:
            tag = tag << 8 | data[at + 1]
            size, starts = data[at + 2], at + 3
        if size < 0x80 and (tag <= 0xFF or not tag & 0x80):
            at = starts + size
        else:
            tag, starts, at = _head(data, at)
        if at > end:  # also when tag or length themselves ran over the end of this level
            raise PeerMistake("tlv", offset=starts, detail="value ends early")
        if first & 0x20:
            if not deeper:
                raise PeerMistake("tlv", offset=starts, detail="nested too deep")
            found.append((tag, _level(data, starts, at, deeper - 1)))
        else:
            found.append((tag, data[starts:at]))
    return found


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, where the value starts, where it should end. IndexError when the data end first."""
    begins, tag = at, data[at]
    at += 1
    more = tag & 0x1F == 0x1F
    while more:
        if at - begins == TAG_BYTES_MAX:
            raise PeerMistake("tlv", offset=begins, detail="long tag")
        tag = tag << 8 | data[at]
        at += 1
        more = bool(tag & 0x80)
    size = data[at]
    at += 1
    if size == 0x81:
        size, at = data[at], at + 1
    elif size == 0x82:
        size, at = data[at] << 8 | data[at + 1], at + 2
    elif size >= 0x80:
        raise PeerMistake("tlv", offset=begins, detail="length form")
    return tag, at, at + size


def only(data: bytes) -> tuple[int, bytes]:
    """Tag and raw value of the one object that fills `data`; PeerMistake for anything beside it."""
    found = spans(data)
    if len(found) != 1 or (found[0].begins, found[0].ends) != (0, len(data)):
        raise PeerMistake("tlv", detail="one object expected")
    return found[0].tag, data[found[0].starts : found[0].ends]


def encode(objects: Iterable[tuple[int, bytes]]) -> bytes:
    """The objects one after the other, lengths in their shortest form."""
    return b"".join(tag_bytes(tag) + _length(len(value)) + value for tag, value in objects)


def tag_bytes(tag: int) -> bytes:
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big")


def is_template(tag: int) -> bool:
    """Whether bit 6 of the first byte is set."""
    return bool((tag if tag <= 0xFF else tag >> 8 if tag <= 0xFFFF else tag >> 16) & 0x20)


def leaf(objects: Objects, tag: int) -> bytes:
    """The first primitive value under `tag`, empty when there is none."""
    return next((v for t, v in objects if t == tag and isinstance(v, bytes)), b"")


def branch(objects: Objects, tag: int) -> Objects | None:
    """What the first template `tag` holds; None when it is not there."""
    return next((v for t, v in objects if t == tag and isinstance(v, list)), None)


def _length(size: int) -> bytes:
    assert size <= LENGTH_MAX
    if size < 0x80:
        return bytes([size])
    return bytes([0x81, size]) if size <= 0xFF else b"\x82" + size.to_bytes(2, "big")
