"""Data object lists: what the card asks for, cut to the bytes it asks for (`emv.md` section 7)."""

from __future__ import annotations

from collections.abc import Mapping

from protocol.emv.tags import BY_NUMBER, Form
from protocol.emv.tlv import is_template
from protocol.errors import PeerMistake

Dol = tuple[tuple[int, int], ...]  # (tag, bytes asked for) in the card's order


def parse_dol(data: bytes) -> Dol:
    """The pairs of a DOL. PeerMistake("dol") when it ends inside a pair."""
    pairs, rest = [], iter(data)
    for tag in rest:
        try:
            if tag & 0x1F == 0x1F:
                tag = tag << 8 | next(rest)
                if tag & 0x80:
                    tag = tag << 8 | next(rest)
            pairs.append((tag, next(rest)))
        except StopIteration:
            raise PeerMistake("dol", offset=len(data), detail="ends inside a pair") from None
    return tuple(pairs)


def fill(dol: Dol, values: Mapping[int, bytes]) -> bytes:
    """The values one after the other, each exactly as long as asked; unknown ones are zeros."""
    return b"".join(_fitted(tag, size, values.get(tag, b"")) for tag, size in dol)


def _fitted(tag: int, size: int, value: bytes) -> bytes:
    row = BY_NUMBER.get(tag)
    form = row.form if row else Form.B
    if is_template(tag) or not value:
        return bytes(size)
    if form is Form.N:
        return value.rjust(size, b"\x00")[-size:] if size else b""
    return value[:size].ljust(size, b"\xff" if form is Form.CN else b"\x00")
