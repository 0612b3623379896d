"""DE62 of the county's services: tag (2) + length (3 digits, bytes) + value (`county-wire.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protocol.bank.text import bytes_of, text_of
from protocol.errors import OurMistake, PeerMistake

BYTES_MAX = 512
TAG, LENGTH = 2, 3  # characters


def pack(pairs: Sequence[tuple[str, str]]) -> bytes:
    """The elements in this order. Raises OurMistake over 512 bytes."""
    parts = []
    for tag, value in pairs:
        data = bytes_of(value)
        parts.append(f"{tag}{len(data):03d}".encode("ascii") + data)
    packed = b"".join(parts)
    if len(packed) > BYTES_MAX:
        raise OurMistake(f"DE62 has {len(packed)} bytes, at most {BYTES_MAX}")
    return packed


def unpack(data: bytes) -> Mapping[str, str]:
    """Tag to value; an unknown tag is kept for whoever knows it. Raises PeerMistake, field 62."""
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
        if value is None:
            raise PeerMistake("bad_char", 62, at)
        found[name] = value
        at = end
    return found
