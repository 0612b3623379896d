"""DE62 as elements: two letters, three digits of length, value (county-wire.md, DE62 elements)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

DE62_BYTES_MAX = 512
TEXT = "gb18030"

FORMS: dict[str, str] = {
    "ID": r"\d{17}[\dX]",
    "HB": r".{1,18}",
    "SC": r"[A-Z]{3}",
    "YR": r"\d{4}",
    "TR": r"\d{1,12}",
    "PR": r"[12349]",
    "IK": r"[0-9a-f]{16}",
    "QD": r"\d{14}",
    "AC": r"\d{1,32}",
    "NM": r".{1,60}",
    "FE": r"\d{1,12}",
    "PH": r"[\d-]{3,20}",
    "CN": r".{1,20}",
    "NP": r"[0-9A-F]{16}",
    "FV": r"\d{1,20}",
}


class BadElements(Exception):
    """DE62 does not follow the table; the text names the tag, never a value."""


def read(raw: bytes) -> dict[str, str]:
    """The elements of a request, in the order sent. Raises BadElements (answer 30)."""
    found: dict[str, str] = {}
    rest = raw
    while rest:
        tag, length = rest[:2].decode("latin-1"), rest[2:5]
        if tag not in FORMS or tag in found or len(length) != 3 or not length.isdigit():
            raise BadElements(f"element {len(found) + 1}")
        value, rest = rest[5 : 5 + int(length)], rest[5 + int(length) :]
        if len(value) != int(length):
            raise BadElements(f"{tag} is cut short")
        found[tag] = _text(tag, value)
    return found


def write(elements: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    """The elements as DE62 bytes, in the order given."""
    pairs = elements.items() if isinstance(elements, Mapping) else elements
    out = b"".join(
        tag.encode() + f"{len(text.encode(TEXT)):03d}".encode() + text.encode(TEXT)
        for tag, text in pairs
    )
    assert len(out) <= DE62_BYTES_MAX
    return out


def _text(tag: str, value: bytes) -> str:
    try:
        text = value.decode(TEXT)
    except UnicodeDecodeError:
        raise BadElements(f"{tag} is not text") from None
    if not re.fullmatch(FORMS[tag], text, re.ASCII):
        raise BadElements(f"{tag} has another form")
    return text
