"""GET PROCESSING OPTIONS and the records of the application (`emv.md` section 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol.emv import commands
from protocol.emv.bits import Aip, Tsi, Tvr
from protocol.emv.dol import parse_dol
from protocol.emv.fields import CardData
from protocol.emv.session import Phase, Session, send
from protocol.emv.tlv import only, parse
from protocol.errors import PeerMistake
from protocol.values import Pan, Track2

OK, NOT_ALLOWED_NOW = 0x9000, 0x6985
MANDATORY = (0x5A, 0x5F24, 0x57, 0x8C, 0x8D)  # 57 for DE35
SFI_MAX, SFI_OF_EMV_MAX = 30, 10
AIP, AFL = 0x82, 0x94
TRACK2 = re.compile(r"([0-9]{13,19})d([0-9]{7}[0-9]*)f?")
TRACK2_CHARACTERS_MAX = 37


@dataclass(frozen=True, slots=True)
class Read:
    """One record to read; signed: its bytes go into offline data authentication."""

    sfi: int
    number: int
    signed: bool


def get_processing_options(s: Session) -> Phase[bytes | None]:
    """The AFL. None when the card does not allow this application now: choose another one."""
    s.tvr, s.tsi, s.records = Tvr(0), Tsi(0), CardData()
    s.pdol_data = s.data_for(parse_dol(s.fci.get(0x9F38, b"")))
    answer = yield from send(s, commands.get_processing_options(s.pdol_data))
    if answer.sw == NOT_ALLOWED_NOW:
        return None
    if answer.sw != OK:
        raise PeerMistake("gpo", detail=f"{answer.sw:04X}")
    tag, value = only(answer.data)
    if tag == 0x80:
        aip, afl = value[:2], value[2:]
    else:
        if tag != 0x77:
            raise PeerMistake("gpo", detail=f"template {tag:X}")
        s.records.add(parse(value))
        aip, afl = s.records.get(AIP, b""), s.records.get(AFL, b"")
    if len(aip) != 2:
        raise PeerMistake("gpo", detail="AIP")
    s.aip = Aip(int.from_bytes(aip, "big"))
    return afl


def reads(afl: bytes) -> tuple[Read, ...]:
    """The records an AFL names, in its order. PeerMistake("afl")."""
    if not afl or len(afl) % 4:
        raise PeerMistake("afl", detail="length")
    found: list[Read] = []
    for at in range(0, len(afl), 4):
        file, first, last, signed = afl[at : at + 4]
        sfi = file >> 3
        if file & 0x07 or not 1 <= sfi <= SFI_MAX:
            raise PeerMistake("afl", offset=at, detail="SFI")
        if not 1 <= first <= last or signed > last - first + 1:
            raise PeerMistake("afl", offset=at, detail="records")
        found += [Read(sfi, n, n < first + signed) for n in range(first, last + 1)]
    return tuple(found)


def read_application(s: Session, afl: bytes) -> Phase[None]:
    """Every record, then what must be there. Any answer but 9000 ends the transaction."""
    s.static_data, s.static_data_whole = b"", True
    for read in reads(afl):
        answer = yield from send(s, commands.read_record(read.sfi, read.number))
        if answer.sw != OK:
            raise PeerMistake("record", detail=f"{answer.sw:04X}")
        if read.sfi <= SFI_OF_EMV_MAX:
            value = _template(answer.data)
            s.records.add(parse(value))
            s.static_data += value if read.signed else b""
        elif read.signed:
            _sign_proprietary(s, answer.data)
    _mandatory(s)


def _template(data: bytes) -> bytes:
    tag, value = only(data)
    if tag != 0x70:
        raise PeerMistake("record", detail=f"template {tag:X}")
    return value


def _sign_proprietary(s: Session, data: bytes) -> None:
    """Files 11 to 30 are signed whole; one not coded as 70 fails authentication, no more."""
    try:
        _template(data)
    except PeerMistake:
        s.static_data_whole = False
    s.static_data += data


def _mandatory(s: Session) -> None:
    """What the rest of the transaction rests on, checked before it can hurt."""
    for tag in MANDATORY:
        if tag not in s.records:
            raise PeerMistake("missing", detail=f"tag {tag:X}")
    for tag in (0x8C, 0x8D):
        if sum(size for _, size in parse_dol(s.records[tag])) > 255:
            raise PeerMistake("dol", detail="longer than a command")
    parse_dol(s.records.get(0x97, b""))
    try:
        s.pan = Pan(s.records[0x5A].hex().rstrip("f"))
    except ValueError:
        raise PeerMistake("format", detail="tag 5A") from None
    found = TRACK2.fullmatch(s.records[0x57].hex())
    if found is None or found[1] != s.pan.reveal():
        raise PeerMistake("format", detail="tag 57")
    s.track2 = Track2(f"{found[1]}={found[2]}"[:TRACK2_CHARACTERS_MAX])
