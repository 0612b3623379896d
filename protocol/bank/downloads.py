"""DE62 of what the terminal fetches: CA keys, chip applications, parameters (`bank-wire.md` 7).

A list is asked for page by page (372, 382), then each object by its key (370, 380); what an object
says is `protocol.emv`'s to read. Raises PeerMistake, field 62, offsets within the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocol.bank.readings import PARAMETERS
from protocol.bank.text import text_of
from protocol.emv import tlv
from protocol.errors import OurMistake, PeerMistake

KNOWN_MAX = 99  # `1NN`
NONE, COMPLETE, MORE = b"0", b"1", b"2"  # first byte of a page
FOUND = b"1"  # first byte of an object
AID = RID = 0x9F06  # of an application, of a CA key
KEY_INDEX = 0x9F22
TAG = 2  # characters of a parameter's name


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a list's query: the keys of objects in order, and whether more follow."""

    objects: tuple[Mapping[int, bytes], ...]
    more: bool


def list_query(known: int) -> bytes:
    """DE62 of 372 and 382: how many are known so far."""
    if not 0 <= known <= KNOWN_MAX:
        raise OurMistake(f"{known} objects known, at most {KNOWN_MAX} can be said")
    return f"1{known:02d}".encode("ascii")


def page(payload: bytes) -> Page:
    """An answer to `list_query`."""
    first, spans = payload[:1], _spans(payload)
    if first not in (NONE, COMPLETE, MORE) or (first == NONE) == bool(spans):
        raise PeerMistake("bad_length", 62, 0, "a list says one thing and holds another")
    objects: list[dict[int, bytes]] = []
    for tag, value, at in spans:
        if tag == AID:
            objects.append({})
        elif not objects:
            raise PeerMistake("bad_length", 62, at, "a list does not begin with 9F06")
        if tag in objects[-1]:
            raise PeerMistake("bad_length", 62, at, "a tag comes twice")
        objects[-1][tag] = value
    return Page(tuple(objects), first == MORE)


def one_query(key: Mapping[int, bytes]) -> bytes:
    """DE62 of 370 and 380: the object's key as its list gave it."""
    return tlv.encode([(tag, key[tag]) for tag in (RID, KEY_INDEX) if tag in key])


def one(payload: bytes) -> bytes | None:
    """The TLV of one object, None where the bank has none."""
    if payload[:1] == NONE:
        return None
    if payload[:1] != FOUND or not _spans(payload):
        raise PeerMistake("bad_length", 62, 0, "an object that is none")
    return payload[1:]


def parameters(payload: bytes) -> Mapping[str, str]:
    """The answer to 360: tag to text, blanks at the end taken off; none twice. A tag that is not in
    the sheet is refused: its length is nobody's to guess.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(payload):
        tag, start = payload[at : at + TAG], at + TAG
        end = start + PARAMETERS.get(tag, len(payload))
        text = text_of(payload[start:end]) if end <= len(payload) else None
        if text is None or tag.decode("ascii") in found:
            raise PeerMistake("bad_length", 62, at, "a parameter list")
        found[tag.decode("ascii")] = text.rstrip(" ")
        at = end
    return found


def status(states: Sequence[tuple[int, bool]]) -> bytes:
    """DE62 of 362: device number (01 to 99) and 1 when it is well."""
    if not all(0 < device <= 99 for device, _ in states):
        raise OurMistake("a device number has two digits")
    return "".join(f"{device:02d}{int(well)}" for device, well in states).encode("ascii")


def _spans(payload: bytes) -> list[tuple[int, bytes, int]]:
    """Tag, value and place of the objects behind the first byte."""
    data = payload[1:]
    try:
        return [(one.tag, data[one.starts : one.ends], 1 + one.begins) for one in tlv.spans(data)]
    except PeerMistake as why:
        raise PeerMistake("bad_length", 62, 1 + why.offset, "TLV") from None
