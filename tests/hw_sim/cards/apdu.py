"""Command and answer of a card as bytes (ISO 7816-4, emv.md section 5)."""

from dataclasses import dataclass, field
from enum import IntEnum

HEADER_BYTES = 4


class SW(IntEnum):
    """Status words this card gives."""

    OK = 0x9000
    SELECTED_BLOCKED = 0x6283
    AUTHENTICATION_FAILED = 0x6300
    PIN_WRONG = 0x63C0  # the low digit counts the tries left
    WRONG_LENGTH = 0x6700
    SECURITY_NOT_SATISFIED = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    MAC_MISSING = 0x6987
    MAC_WRONG = 0x6988
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1_P2 = 0x6A86
    DATA_NOT_FOUND = 0x6A88
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00


class Refused(Exception):
    """The card answers this status word and nothing else."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


@dataclass(frozen=True, slots=True)
class Apdu:
    """A short command; the data may hold account data and stay out of the repr."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))


@dataclass(frozen=True, slots=True)
class Answer:
    data: bytes = field(default=b"", repr=False)
    sw: int = SW.OK

    def bytes(self) -> bytes:
        return self.data + int(self.sw).to_bytes(2, "big")


def parse_apdu(raw: bytes) -> Apdu:
    """Cases 1 to 4, case 4 with its Le or (T=0) without. Raises Refused(6700)."""
    if len(raw) < HEADER_BYTES:
        raise Refused(SW.WRONG_LENGTH)
    cla, ins, p1, p2 = raw[:HEADER_BYTES]
    body = raw[HEADER_BYTES:]
    if len(body) <= 1:
        return Apdu(cla, ins, p1, p2)
    count, data = body[0], body[1:]
    if len(data) not in (count, count + 1) or count == 0:
        raise Refused(SW.WRONG_LENGTH)
    return Apdu(cla, ins, p1, p2, data[:count])
