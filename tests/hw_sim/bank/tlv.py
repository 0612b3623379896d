"""BER-TLV of DE55 and DE62, as far as a bank needs it (emv.md; bank-wire.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable

MORE_TAG_BYTES = 0x1F  # low five bits of the first tag byte
TAG_CONTINUES = 0x80
LONG_LENGTH = 0x80
LENGTH_BYTES_MAX = 2


class BadTlv(Exception):
    """The bytes end inside an object; the text names the offset."""


def read(raw: bytes) -> dict[str, bytes]:
    """The outermost objects by upper-case tag; zero bytes between them are padding."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(raw):
        if raw[at] == 0:
            at += 1
            continue
        tag, at = _tag(raw, at)
        size, at = _length(raw, at)
        if at + size > len(raw):
            raise BadTlv(f"value at {at}")
        found[tag] = raw[at : at + size]
        at += size
    return found


def write(objects: Iterable[tuple[str, bytes]]) -> bytes:
    return b"".join(bytes.fromhex(tag) + _size(value) + value for tag, value in objects)


def _tag(raw: bytes, at: int) -> tuple[str, int]:
    end = at + 1
    if raw[at] & MORE_TAG_BYTES == MORE_TAG_BYTES:
        while end < len(raw) and raw[end] & TAG_CONTINUES:
            end += 1
        end += 1
    if end > len(raw):
        raise BadTlv(f"tag at {at}")
    return raw[at:end].hex().upper(), end


def _length(raw: bytes, at: int) -> tuple[int, int]:
    if at >= len(raw):
        raise BadTlv(f"length at {at}")
    if raw[at] < LONG_LENGTH:
        return raw[at], at + 1
    count = raw[at] - LONG_LENGTH
    end = at + 1 + count
    if not 1 <= count <= LENGTH_BYTES_MAX or end > len(raw):
        raise BadTlv(f"length at {at}")
    return int.from_bytes(raw[at + 1 : end], "big"), end


def _size(value: bytes) -> bytes:
    if len(value) < LONG_LENGTH:
        return bytes([len(value)])
    size = len(value).to_bytes(1 if len(value) < 256 else 2, "big")
    return bytes([LONG_LENGTH + len(size)]) + size
