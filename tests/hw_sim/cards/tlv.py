"""BER-TLV and DOLs as a card writes and reads them (emv.md sections 3 and 7).

Tags are written as upper case hexadecimal, the way the sheet names them.
"""

from collections.abc import Iterator

LENGTH_BYTE_MAX = 0x7F


class BadTlv(Exception):
    pass


def tlv(tag: str, value: bytes | str) -> bytes:
    """One object; a `str` value is hexadecimal."""
    content = bytes.fromhex(value) if isinstance(value, str) else value
    return bytes.fromhex(tag) + length(len(content)) + content


def length(count: int) -> bytes:
    """The shortest form of at most three bytes (81 LL, 82 LLLL)."""
    if count <= LENGTH_BYTE_MAX:
        return bytes([count])
    if count <= 0xFF:
        return bytes([0x81, count])
    return bytes([0x82]) + count.to_bytes(2, "big")


def parse(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The objects one after another, not descended into. Raises BadTlv."""
    at = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):
            at += 1
            continue
        tag, at = _tag(data, at)
        count, at = _length(data, at)
        if at + count > len(data):
            raise BadTlv(f"{tag}: value overruns")
        yield tag, data[at : at + count]
        at += count


def parse_dol(dol: bytes) -> Iterator[tuple[str, int]]:
    """Tag and length of every element asked for. Raises BadTlv."""
    at = 0
    while at < len(dol):
        tag, at = _tag(dol, at)
        if at >= len(dol):
            raise BadTlv(f"{tag}: no length in DOL")
        yield tag, dol[at]
        at += 1


def split_by_dol(dol: bytes, data: bytes) -> dict[str, bytes] | None:
    """The terminal's values by tag; None when `data` has not exactly the length asked for.

    A DOL that is none asks for nothing that a terminal could give: None as well.
    """
    values: dict[str, bytes] = {}
    at = 0
    try:
        asked = list(parse_dol(dol))
    except BadTlv:
        return None
    for tag, count in asked:
        values[tag] = data[at : at + count]
        at += count
    return values if at == len(data) else None


def _tag(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1
    if data[at] & 0x1F == 0x1F:
        while end < len(data) and data[end] & 0x80:
            end += 1
        end += 1
    if end > len(data):
        raise BadTlv("tag is cut short")
    return data[at:end].hex().upper(), end


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise BadTlv("no length")
    first = data[at]
    if first <= LENGTH_BYTE_MAX:
        return first, at + 1
    more = first & 0x7F
    if more not in (1, 2) or at + 1 + more > len(data):
        raise BadTlv("length of a form EMV does not use")
    return int.from_bytes(data[at + 1 : at + 1 + more], "big"), at + 1 + more
