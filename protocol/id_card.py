"""The Chinese identity card: commands to a SAM_V reader, statuses, text (`idcard-sam.md` 3, 4).

Name and number are all that the terminal wants; the photo is never looked at. No error text repeats
what stands on a card.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from protocol.errors import PeerMistake
from protocol.link.sam_v import Reply, encode
from protocol.values import IdNumber, PersonName

TEXT_BYTES, PHOTO_BYTES = 256, 1024
SAM_NUMBER_BYTES = 16  # its layout is UNVERIFIED: shown as hex (section 3)
LENGTHS_BYTES = 4  # of text and photo, before them
LONG_TERM = "长期"
GBK_BYTES_MAX = 2  # a character that needs more in GB18030 is in no printer's set

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
CHECK_DIGITS = "10X98765432"


class Meaning(Enum):
    """What SW3 says, by what has to be done about it (section 3)."""

    DONE = "done"
    NOTHING = "nothing there"  # no card in the field, no such item
    REPEAT = "our checksum came damaged"
    MOVED = "reading failed: place the card again"
    NOT_VERIFIED = "card and reader do not trust each other"
    WRONG_KIND = "not an identity card"
    BROKEN = "self-test failed"
    NOT_AUTHORISED = "module without licence"
    REFUSED = "command refused"


MEANINGS = {
    **dict.fromkeys((0x90, 0x9F), Meaning.DONE),
    **dict.fromkeys((0x80, 0x91), Meaning.NOTHING),
    0x10: Meaning.REPEAT,
    **dict.fromkeys((0x41, 0x47, 0x81), Meaning.MOVED),
    **dict.fromkeys((0x31, 0x32, 0x33), Meaning.NOT_VERIFIED),
    0x40: Meaning.WRONG_KIND,
    0x60: Meaning.BROKEN,
    0x66: Meaning.NOT_AUTHORISED,
    **dict.fromkeys((0x11, 0x21, 0x23, 0x24, 0x50), Meaning.REFUSED),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One command: CMD PARA, the SW3 of success, lengths of its data then, and its time limit."""

    name: str
    command: bytes
    done: int
    data_bytes: tuple[int, ...]
    wait_s: float


ROWS = (
    Row("reset", b"\x10\xff", 0x90, (0,), 2.0),
    Row("status", b"\x11\xff", 0x90, (0,), 0.5),
    Row("sam_number", b"\x12\xff", 0x90, (SAM_NUMBER_BYTES,), 0.5),
    Row("find", b"\x20\x01", 0x9F, (0, 4), 0.5),
    Row("select", b"\x20\x02", 0x90, (8,), 0.5),
    Row("read", b"\x30\x01", 0x90, (LENGTHS_BYTES + TEXT_BYTES + PHOTO_BYTES,), 3.0),
)
BY_NAME = {row.name: row for row in ROWS}
assert len({row.command for row in ROWS}) == len(BY_NAME) == len(ROWS)


@dataclass(frozen=True, slots=True)
class Field:
    """Where a text stands in the text block, in bytes (section 4)."""

    at: int
    size: int


NAME, SEX, BIRTH = Field(0, 30), Field(30, 2), Field(36, 16)
NUMBER, VALID_TO, KIND = Field(122, 36), Field(204, 16), Field(248, 2)
CITIZEN, RESIDENT = "", "J"  # 港澳台居民居住证 has the citizen card's layout for what is read here


class Flaw(Enum):
    """Why what was read is no identity."""

    UNSUPPORTED = "unsupported"  # 此证件类型不支持: other layouts are never sliced as this one
    INCONSISTENT = "inconsistent"  # number, birth date and sex contradict one another
    GARBLED = "garbled"  # not text, or no name


@dataclass(frozen=True, slots=True)
class IdCard:
    """valid_to is YYYYMMDD, "" without end (长期).

    has_rare_name: a character outside the printer's set, so the name is drawn, not printed.
    """

    name: PersonName
    number: IdNumber
    valid_to: str
    has_rare_name: bool


def command(name: str) -> bytes:
    return encode(BY_NAME[name].command)


def meaning(name: str, reply: Reply) -> Meaning | None:
    """What `reply` says to the command `name`; None when it answers another one, late."""
    row = BY_NAME[name]
    if reply.sw3 == row.done:
        return Meaning.DONE if len(reply.data) in row.data_bytes else None
    found = MEANINGS.get(reply.sw3, Meaning.REFUSED)
    return None if found is Meaning.DONE or reply.data else found


def card(reply: Reply) -> IdCard | Flaw:
    """What the answer to `read` says. PeerMistake when its lengths are not those of section 4."""
    text_bytes, photo_bytes = (int.from_bytes(reply.data[at : at + 2], "big") for at in (0, 2))
    if (text_bytes, photo_bytes) != (TEXT_BYTES, PHOTO_BYTES):
        raise PeerMistake("length", detail="text and photo of an identity card")
    return parse(reply.data[LENGTHS_BYTES : LENGTHS_BYTES + TEXT_BYTES])


def parse(text: bytes) -> IdCard | Flaw:
    """The text block of 256 bytes."""
    try:
        kind, name, number, birth, sex, valid_to = (
            text[field.at : field.at + field.size].decode("utf-16-le").rstrip(" \0")
            for field in (KIND, NAME, NUMBER, BIRTH, SEX, VALID_TO)
        )
    except UnicodeDecodeError:
        return Flaw.GARBLED
    number = number.upper()
    if kind not in (CITIZEN, RESIDENT) or number.startswith("9"):
        return Flaw.UNSUPPORTED
    if not name or any(ord(char) < 0x20 for char in name):
        return Flaw.GARBLED
    if not number_ok(number) or number[6:14] != birth or not _sex_fits(number, sex):
        return Flaw.INCONSISTENT
    ends = "" if valid_to == LONG_TERM else valid_to
    if ends and not (ends.isascii() and ends.isdigit() and len(ends) == 8):
        return Flaw.INCONSISTENT
    return IdCard(PersonName(name), IdNumber(number), ends, any(map(_is_rare, name)))


def number_ok(number: str) -> bool:
    """18 characters with the check digit of GB 11643 (ISO 7064 MOD 11-2)."""
    digits = number[:17]
    if len(number) != 18 or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    return CHECK_DIGITS[total % 11] == number[17]


def _sex_fits(number: str, sex: str) -> bool:
    """The 17th digit is odd for men; 0 and 9 as sex say nothing (GB/T 2261.1)."""
    return sex in ("0", "9") or (sex in ("1", "2") and int(number[16]) % 2 == int(sex) % 2)


def _is_rare(char: str) -> bool:
    private = "\ue000" <= char <= "\uf8ff"
    return private or len(char.encode("gb18030")) > GBK_BYTES_MAX
