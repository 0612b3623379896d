"""T=0 above the reader: an APDU as TPDUs (`gempc-serial.md` section 5.4, EMV Book 1 clause 9.3.1).

The reader deals with procedure bytes; what is left are the status words 61, 6C and the warnings.
"""

from __future__ import annotations

from collections.abc import Generator

from protocol.errors import OurMistake, PeerMistake

GET_RESPONSE = bytes((0x00, 0xC0, 0x00, 0x00))
ROUNDS_MAX = 8  # `emv.md` section 4: guard against a card that always has more
WARNINGS = (0x62, 0x63)


def exchange(apdu: bytes) -> Generator[bytes, bytes, bytes]:
    """Yields each TPDU, is sent the card's data and status; returns those of the whole APDU.

    Short APDUs only. OurMistake when `apdu` is none; PeerMistake kinds `status` (no status word)
    and `endless`.
    """
    tpdu = first_tpdu(apdu)
    is_case4 = len(apdu) > 5 and len(apdu) == 6 + apdu[4]
    data, warning = b"", b""
    for _ in range(ROUNDS_MAX):
        got = yield tpdu
        if len(got) < 2:
            raise PeerMistake("status")
        status = got[-2:]
        data += got[:-2]
        if status[0] == 0x61:
            tpdu = GET_RESPONSE + status[1:]
        elif status[0] == 0x6C and len(tpdu) == 5 and tpdu[4] != status[1]:
            tpdu = tpdu[:4] + status[1:]
        elif status[0] in WARNINGS and is_case4 and not warning and not data:
            warning = status
            tpdu = GET_RESPONSE + b"\x00"
        else:
            return data + (warning or status)
    raise PeerMistake("endless")


def first_tpdu(apdu: bytes) -> bytes:
    """The TPDU of an APDU: case 1 gets P3=00, case 4 loses its Le (section 5.4)."""
    if len(apdu) == 4:
        return apdu + b"\x00"
    if len(apdu) == 5:
        return apdu
    if len(apdu) > 5 and apdu[4] and len(apdu) in (5 + apdu[4], 6 + apdu[4]):
        return apdu[: 5 + apdu[4]]
    raise OurMistake("not a short APDU")
