"""Values by tag: what a card said, each once and each in its format (`emv.md` sections 3 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from protocol.emv.tags import BY_NUMBER, Form, Source, Tag
from protocol.emv.tlv import Objects, parse
from protocol.errors import PeerMistake

DIGITS = re.compile(r"[0-9]*")
DIGITS_F = re.compile(r"[0-9]*f*")


class CardData(Mapping[int, bytes]):
    """What the card said. A tag said twice, or in the wrong format, is a card error.

    Not heard: empty values, templates in the place of values, tags that are the terminal's to say.
    Tags without a row are kept: a DOL may ask for them. The repr shows tags, never values.
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[int, bytes] = {}

    def add(self, objects: Objects) -> None:
        """Raises PeerMistake("duplicate" or "format")."""
        for tag, value in objects:
            if isinstance(value, bytes) and value:
                self._keep(tag, value)

    def _keep(self, tag: int, value: bytes) -> None:
        row = BY_NUMBER.get(tag)
        if row and row.source is not Source.CARD:
            return
        if tag in self._values:
            raise PeerMistake("duplicate", detail=f"tag {tag:X}")
        if row and not _fits(row, value):
            raise PeerMistake("format", detail=f"tag {tag:X}")
        self._values[tag] = value

    def __getitem__(self, tag: int) -> bytes:
        return self._values[tag]

    def __iter__(self) -> Iterator[int]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<CardData {' '.join(f'{tag:X}' for tag in self._values)}>"


def _fits(row: Tag, value: bytes) -> bool:
    if not row.bytes_min <= len(value) <= row.bytes_max:
        return False
    if row.form is Form.N:
        return bool(DIGITS.fullmatch(value.hex()))
    return row.form is not Form.CN or bool(DIGITS_F.fullmatch(value.hex()))


def record(downloaded: bytes, kind: str) -> dict[int, bytes]:
    """The values of a parameter record of the bank, each tag once. PeerMistake(`kind`)."""
    found: dict[int, bytes] = {}
    for tag, value in parse(downloaded):
        if not isinstance(value, bytes) or tag in found:
            raise PeerMistake(kind, detail=f"tag {tag:X}")
        found[tag] = value
    return found


def bcd(number: int, size: int) -> bytes:
    """`number` as n, `size` bytes."""
    return bytes.fromhex(f"{number:0{2 * size}d}")
