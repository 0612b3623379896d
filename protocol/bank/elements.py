"""DE62 of the county's services: tag (2) + length (3 digits, bytes) + value (`county-wire.md`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from protocol.bank.text import bytes_of, text_of
from protocol.errors import OurMistake, PeerMistake

BYTES_MAX = 512
TAG, LENGTH = 2, 3  # characters
YEAR, FEN, PERSON = "[0-9]{4}", "[0-9]{1,12}", "[0-9]{17}[0-9X]"


def _list(item: str, separator: str, most: int = 99) -> str:
    """Items without a trailing separator; none at all is an empty value."""
    return f"({item}({separator}{item}){{0,{most - 1}}})?"


# fmt: off
FORMS: Mapping[str, re.Pattern[str]] = {
    # "DE62 elements" of the sheet, row by row; where it only says "text" the bound is ours
    tag: re.compile(form)
    for tag, form in (
        ("ID", PERSON),
        ("HB", ".{1,18}"),
        ("SC", "[0-9A-Z]{3}"),
        ("NM", ".{1,60}"),
        ("ST", "[APRDNVWF]"),
        ("TW", "[0-9]{3}"),
        ("PD", _list(f"{YEAR}:{FEN}", ";")),
        ("YS", _list(YEAR, ",")),
        ("BL", FEN),
        ("SB", FEN),
        ("TL", _list(FEN, ",")),
        ("HN", _list(f"{PERSON},[^,;]{{1,60}},[APRDN]", ";", most=8)),
        ("YR", YEAR),
        ("TR", FEN),
        ("PR", "[12349]"),
        ("IK", "[0-9a-f]{16}"),
        ("QD", "[0-9]{14}"),
        ("RN", ".{0,20}"),
        ("PA", "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} .{1,20}"),
        ("AL", _list(f"[0-9]{{8}}:{FEN}", ";", most=12)),
        ("AC", "[0-9]{1,32}"),
        ("BN", ".{1,60}"),
        ("FE", FEN),
        ("PH", ".{1,20}"),
        ("CN", ".{1,32}"),
        ("CR", ".{1,32}"),
        ("NP", "[0-9A-Fa-f]{16}"),
        ("FV", ".{1,20}"),
        ("FT", _list(f"[a-z]{{1,20}},(own|other),[0-9]{{1,5}},{FEN},{FEN}", ";")),
    )
}
# fmt: on


def pack(pairs: Sequence[tuple[str, str]]) -> bytes:
    """The elements in this order. Raises OurMistake over 512 bytes or for another form."""
    parts = []
    for tag, value in pairs:
        if not _has_form(tag, value):
            raise OurMistake(f"DE62 element {tag} is not in its form")
        data = bytes_of(value)
        parts.append(f"{tag}{len(data):03d}".encode("ascii") + data)
    packed = b"".join(parts)
    if len(packed) > BYTES_MAX:
        raise OurMistake(f"DE62 has {len(packed)} bytes, at most {BYTES_MAX}")
    return packed


def unpack(data: bytes) -> Mapping[str, str]:
    """Tag to value, each in its form: a number is ASCII digits, and not more than it may have.

    An unknown tag is kept for whoever knows it. Raises PeerMistake, field 62.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        head = data[at : at + TAG + LENGTH]
        tag, digits = head[:TAG], head[TAG:]
        if len(digits) < LENGTH:
            raise PeerMistake("truncated", 62, at)
        if not (digits.isdigit() and tag.isalnum()):
            raise PeerMistake("bad_length", 62, at)
        end = at + TAG + LENGTH + int(digits)
        if end > len(data):
            raise PeerMistake("truncated", 62, at)
        name = tag.decode("ascii")
        if name in found:
            raise PeerMistake("bad_length", 62, at, "repeated element")
        value = text_of(data[at + TAG + LENGTH : end])
        if value is None or not _has_form(name, value):
            raise PeerMistake("bad_char", 62, at)
        found[name] = value
        at = end
    return found


def _has_form(tag: str, value: str) -> bool:
    form = FORMS.get(tag)
    return form is None or form.fullmatch(value) is not None
