"""The card's side of T=0: 61xx, 6Cxx and GET RESPONSE over a card that answers whole commands.

ISO/IEC 7816-3 section 10; gempc-serial.md sections 5 and 13. Procedure bytes are the reader's.
"""

from tests.hw_sim.smart_card import SmartCard

GET_RESPONSE = 0xC0
WRONG_LENGTH = bytes.fromhex("6700")
NOTHING_WAITS = bytes.fromhex("6985")
OK = b"\x90\x00"
WARNINGS = (0x62, 0x63)
HEADER_BYTES = 5


class MuteCard(Exception):
    """The card does not answer what it was sent."""


def spoken(card: SmartCard, apdu: bytes) -> bytes:
    """The card's answer. Raises MuteCard when it gives none."""
    answer = card.transmit(apdu)
    if not answer:
        raise MuteCard
    return answer


class T0Card:
    """Takes TPDUs: five bytes, and the data if P3 counts any."""

    def __init__(self, card: SmartCard) -> None:
        self._card = card
        self._waiting = b""  # for GET RESPONSE
        self._too_long: tuple[bytes, bytes] | None = None  # header and answer behind a 6Cxx

    def exchange(self, tpdu: bytes) -> bytes:
        """Raises MuteCard when the command breaks off before its data."""
        if len(tpdu) < HEADER_BYTES or 0 < len(tpdu) - HEADER_BYTES < tpdu[4]:
            raise MuteCard
        if len(tpdu) > HEADER_BYTES and len(tpdu) != HEADER_BYTES + tpdu[4]:
            return WRONG_LENGTH  # an Le behind the data: no T=0 card takes it
        if tpdu[1] == GET_RESPONSE:
            return self._get_response(tpdu[4])
        self._waiting = b""
        return self._with_data(tpdu) if len(tpdu) > HEADER_BYTES else self._without_data(tpdu)

    def _with_data(self, tpdu: bytes) -> bytes:
        answer = spoken(self._card, tpdu)
        data, status = answer[:-2], answer[-2:]
        if not data:
            return status
        self._waiting = data
        return status if status[0] in WARNINGS else bytes([0x61, len(data) % 256])

    def _without_data(self, tpdu: bytes) -> bytes:
        header, wanted = tpdu[:4], tpdu[4] or 256
        if self._too_long is not None and self._too_long[0] == header:
            answer = self._too_long[1]  # the repeat after 6Cxx is the same command, not a new one
        else:
            answer = spoken(self._card, tpdu)
        self._too_long = None
        data = answer[:-2]
        if data and len(data) != wanted:
            self._too_long = header, answer
            return bytes([0x6C, len(data) % 256])
        return answer

    def _get_response(self, p3: int) -> bytes:
        wanted = p3 or 256
        if not self._waiting:
            return NOTHING_WAITS
        if wanted > len(self._waiting):
            return bytes([0x6C, len(self._waiting) % 256])
        data, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        status = bytes([0x61, len(self._waiting)]) if self._waiting else OK
        return data + status
