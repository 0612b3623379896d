"""Short APDUs over raw T=0 (`emv.md` section 4), for readers that show 61 and 6C as they come."""

from __future__ import annotations

from collections.abc import Generator

from protocol.errors import PeerMistake

GET_RESPONSE = b"\x00\xc0\x00\x00"  # CLA 00 whatever the command's was
ROUNDS_MAX = 8
CASE4_BYTES_MIN = 7  # header, Lc, one byte of data, Le
DATA_BYTES_MAX = 256

Exchange = Generator[bytes, bytes, bytes]


def over_t0(command: bytes) -> Exchange:
    """Yields what goes to the card, takes what it answers, returns data and SW of the command.

    PeerMistake("t0") for an answer without SW, and for a card that never comes to an end.
    """
    case4 = len(command) >= CASE4_BYTES_MIN and len(command) == command[4] + 6
    sent = command[:-1] if case4 else command
    data, warning, corrected = b"", b"", False
    for _ in range(ROUNDS_MAX):
        answer = yield sent
        if len(answer) < 2:
            raise PeerMistake("t0", detail="no SW")
        data, sw = data + answer[:-2], answer[-2:]
        if len(data) > DATA_BYTES_MAX:
            raise PeerMistake("t0", detail="too much data")
        if sw[0] == 0x6C and not corrected:
            sent, corrected = sent[:4] + sw[1:], True
        elif sw[0] == 0x61:
            sent, corrected = GET_RESPONSE + sw[1:], False
        elif sw[0] in (0x62, 0x63) and case4 and not warning and not data:
            sent, warning = GET_RESPONSE + b"\x00", sw
        else:
            return data + (warning if warning and sw == b"\x90\x00" else sw)
    raise PeerMistake("t0", detail="endless")
