"""How the parts of a field are found: by place, by TLV tag, by the county's tags.

Raises PeerMistake naming the field; its offset counts from the start of the value, in digits for
n and z, in bytes for b. `subfields.py` says which field is read how.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protocol.bank import elements
from protocol.bank.codec import Value
from protocol.bank.fields import Sensitivity
from protocol.emv import tags, tlv
from protocol.errors import PeerMistake

OPEN, MASKED, WIPED = Sensitivity
REST = 0


@dataclass(frozen=True, slots=True)
class Sub:
    """number is the second of 60.2. size in digits, characters or bytes; REST: to the end."""

    number: int
    size: int
    meaning: str
    shown: Sensitivity = OPEN


@dataclass(frozen=True, slots=True)
class Part:
    """value[start:end] of a field, under its name (`60.2`, `55.9F26`)."""

    name: str
    meaning: str
    start: int
    end: int
    shown: Sensitivity


Reading = Callable[[int, Value], list[Part]]


def in_place(head: Sequence[Sub], each: Sequence[Sub] = ()) -> Reading:
    """Parts by position; `each` repeats to the end. A value may end early, but not in a part."""

    def read(de: int, value: Value) -> list[Part]:
        found: list[Part] = []
        at = _placed(de, value, head, "", 0, found)
        turn = 0
        while each and at < len(value):
            turn += 1
            at = _placed(de, value, each, f"/{turn}", at, found)
        if at < len(value):
            raise PeerMistake("bad_length", de, at, "more than its parts")
        return found

    return read


def _placed(
    de: int, value: Value, rows: Sequence[Sub], turn: str, at: int, found: list[Part]
) -> int:
    """Adds the parts of one pass over `rows`; where it ended."""
    for row in rows:
        if at >= len(value):
            break
        end = at + row.size if row.size else len(value)
        if end > len(value):
            raise PeerMistake("bad_length", de, at, "a part ends early")
        found.append(Part(f"{de}.{row.number}{turn}", row.meaning, at, end, row.shown))
        at = end
    return at


SHOWN = {tags.Shown.OPEN: OPEN, tags.Shown.MASKED: MASKED, tags.Shown.NEVER: WIPED}


def tlv_objects(lead: int = 0) -> Reading:
    """BER-TLV behind `lead` bytes. What an unknown tag holds is never shown; none comes twice."""

    def read(de: int, value: Value) -> list[Part]:
        data = _bytes(de, value)
        found = [Part(f"{de}.0", "后续标志", 0, lead, OPEN)] if lead and data else []
        try:
            spans = tlv.spans(data[lead:])
        except PeerMistake as why:
            raise PeerMistake("bad_length", de, lead + why.offset, "TLV") from None
        seen = set()
        for span in spans:
            if span.tag in seen and span.tag not in REPEATING:
                raise PeerMistake("bad_length", de, lead + span.begins, "a tag comes twice")
            seen.add(span.tag)
            row = tags.BY_NUMBER.get(span.tag)
            meaning, shown = (row.name, SHOWN[row.shown]) if row else ("", WIPED)
            name = f"{de}.{tlv.tag_bytes(span.tag).hex().upper()}"
            found.append(Part(name, meaning, lead + span.starts, lead + span.ends, shown))
        return found

    return read


REPEATING = frozenset({0x71, 0x72, 0x9F06, 0x9F22, 0xDF05})
"""Scripts may come one after the other; key and AID lists repeat their tags (section 7)."""

# Elements of DE62 that tell nothing of a person or a card.
OPEN_ELEMENTS = (
    *("SC", "ST", "TW", "PD", "YS", "BL", "SB", "TL", "YR", "TR", "PR", "IK", "QD", "RN", "PA"),
    *("AL", "FE", "FV", "FT", "CR", "BN"),
)


def tagged_text(de: int, value: Value) -> list[Part]:
    """The county's elements: tag (2), length (3 digits), text (`county-wire.md`)."""
    data = _bytes(de, value)
    found, at = [], 0
    for tag in elements.unpack(data):
        start = at + elements.TAG + elements.LENGTH
        at = start + int(data[at + elements.TAG : start])
        found.append(Part(f"{de}.{tag}", "", start, at, OPEN if tag in OPEN_ELEMENTS else WIPED))
    return found


# Section 7, reply to 360: size in bytes by tag.
PARAMETERS = {
    f"{tag}".encode("ascii"): size
    for tag, size in zip(
        range(11, 27), (2, 2, 1, 14, 14, 14, 14, 1, 2, 1, 1, 40, 1, 1, 1, 4), strict=True
    )
}


def parameters(de: int, value: Value) -> list[Part]:
    """Tag (2 digits) and a value of the tag's own size; the rest after an unknown tag is one."""
    data, at = _bytes(de, value), 0
    found: list[Part] = []
    while at < len(data):
        tag, start = data[at : at + 2], at + 2
        size = PARAMETERS.get(tag)
        if size is None:
            return [*found, Part(f"{de}.?", "", at, len(data), WIPED)]
        at = start + size
        if at > len(data):
            raise PeerMistake("bad_length", de, start, "a parameter ends early")
        found.append(Part(f"{de}.{tag.decode('ascii')}", "", start, at, OPEN))
    return found


def _bytes(de: int, value: Value) -> bytes:
    assert isinstance(value, bytes), f"field {de} is no text"
    return value
