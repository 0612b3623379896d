"""The PN532's commands, targets and status bytes (`pn532.md` sections 4 to 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from protocol.errors import PeerMistake

ISO_DEP = 0x20  # of SEL_RES: ISO 14443-4, the card talks APDUs
MORE, ERROR_BITS = 0x40, 0x3F  # of the status byte
RANDOM_UID = 0x08
APDU_BYTES_MAX, ANSWER_BYTES_MAX = 261, 258  # short APDUs; section 6 leaves room for them


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its code, its parameters where they are fixed, and its answer's time limit."""

    name: str
    code: int
    parameters: bytes
    wait_s: float


ROWS = (
    Row("firmware", 0x02, b"", 1.0),
    Row("set_parameters", 0x12, b"\x14", 1.0),  # AutoATR_RES, AutoRATS
    Row("sam_configuration", 0x14, b"\x01", 1.0),  # normal mode
    Row("field_on", 0x32, b"\x01\x01", 1.0),
    Row("retries", 0x32, b"\x05\x00\x01\x02", 1.0),  # finite: else a list without a card never ends
    Row("list", 0x4A, b"\x02\x00", 1.0),  # up to two targets of 106 kbit/s type A
    Row("exchange", 0x40, b"", 6.0),  # target and data follow
    Row("release", 0x52, b"\x00", 1.0),  # all targets
)
BY_NAME = {row.name: row for row in ROWS}
assert len(BY_NAME) == len(ROWS)


class Trouble(Enum):
    """What a status byte says, by what has to be done about it (section 5)."""

    GONE = "card does not answer"
    LINE = "errors on the air"
    COLLISION = "more than one card"
    DRIVER = "driver mistake"
    FIELD = "field not on in time"
    HOT = "antenna switched off: too hot"
    STATE = "card lost in the protocol"
    DISCARDED = "another card took its place"
    OVER_CURRENT = "over-current"


TROUBLES = {
    0x01: Trouble.GONE,
    **dict.fromkeys((0x02, 0x03, 0x05), Trouble.LINE),
    **dict.fromkeys((0x04, 0x06), Trouble.COLLISION),
    **dict.fromkeys((0x07, 0x09, 0x0E, 0x10), Trouble.DRIVER),
    **dict.fromkeys((0x0A, 0x0B), Trouble.FIELD),
    0x0D: Trouble.HOT,
    **dict.fromkeys(
        (0x12, 0x13, 0x14, 0x18, 0x23, 0x25, 0x26, 0x27, 0x2A, 0x2C, 0x2E), Trouble.STATE
    ),
    **dict.fromkeys((0x29, 0x2B), Trouble.DISCARDED),
    0x2D: Trouble.OVER_CURRENT,
}


@dataclass(frozen=True, slots=True)
class Target:
    """One card in the field. The UID of a phone is drawn anew each time (`has_random_uid`)."""

    number: int
    uid: bytes = field(repr=False)
    talks_apdus: bool
    has_random_uid: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One answer to InDataExchange: more says that the rest is to be asked for."""

    data: bytes = field(repr=False)
    trouble: Trouble | None
    more: bool


def firmware(data: bytes) -> str:
    """`PN532 1.6`: IC, version and revision."""
    if len(data) != 4:
        raise PeerMistake("length", detail="firmware version")
    return f"PN5{data[0]:02X} {data[1]}.{data[2]}"


def targets(data: bytes) -> tuple[Target, ...]:
    """The cards of a list of type A. PeerMistake when the records do not add up."""
    if not data or data[0] > 2:
        raise PeerMistake("targets")
    found, at = [], 1
    for _ in range(data[0]):
        target, at = _target(data, at)
        found.append(target)
    if at != len(data):
        raise PeerMistake("length", offset=at, detail="list of targets")
    return tuple(found)


def _target(data: bytes, at: int) -> tuple[Target, int]:
    """One record: Tg, SENS_RES, SEL_RES, NFCID1 and, of a card that has one, its ATS."""
    if at + 5 > len(data):
        raise PeerMistake("length", offset=at)
    number, sak, uid_end = data[at], data[at + 3], at + 5 + data[at + 4]
    uid = data[at + 5 : uid_end]
    end, talks = uid_end, bool(sak & ISO_DEP)
    if talks:  # the length of the ATS counts itself
        ats_bytes = data[uid_end] if uid_end < len(data) else 0
        if not ats_bytes:
            raise PeerMistake("length", offset=uid_end, detail="ATS")
        end += ats_bytes
    if end > len(data) or len(uid) not in (4, 7, 10):
        raise PeerMistake("length", offset=at)
    return Target(number, uid, talks, len(uid) == 4 and uid[0] == RANDOM_UID), end


def part(data: bytes) -> Part:
    """The answer to InDataExchange: status byte and data."""
    if not data:
        raise PeerMistake("length", detail="no status")
    error = data[0] & ERROR_BITS
    trouble = TROUBLES.get(error, Trouble.STATE) if error else None
    return Part(data[1:], trouble, bool(data[0] & MORE))
