"""What every simulated reader asks of a card put into it, and a plain card that needs no bank.

A card answers whole commands (APDUs); procedure bytes, GET RESPONSE, blocks and chaining are the
reader's: `smart_card_t0.py`, `smart_card_t1.py`, and the ISO-DEP of `contactless_pn532.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

HEADER_BYTES = 4
NOT_FOUND = bytes.fromhex("6A82")
UNKNOWN_INS = bytes.fromhex("6D00")
SELECT = 0xA4
PLAIN_ATR = bytes.fromhex("3B67000050424F43545354")  # gempc-serial.md section 12


class SmartCard(Protocol):
    """A card with contacts, or the ISO 14443-4 layer of one without."""

    @property
    def atr(self) -> bytes:
        """What `reset` answers; tells the protocols the card speaks."""

    def reset(self) -> bytes:
        """Cold or warm reset: whatever the card had selected is forgotten. Answers the ATR."""

    def transmit(self, apdu: bytes) -> bytes:
        """Response data, if any, and SW1 SW2; at most 258 bytes.

        `apdu` is a short command of any case. Over T=0 the wire knows no difference between some:
        a command with data comes without its Le (answer its data all the same), and one with
        neither data nor Le comes as five bytes with Le 00 (ignore it). Data with 9000, 62xx or
        63xx is delivered; with any other status word the card returns the status word alone.
        An empty answer is none at all: the card is mute, or `is_out`.
        """


def is_out(card: SmartCard) -> bool:
    """Whether the card was pulled out in the middle of its last command, as some say of themselves.

    It is back when somebody inserts it and resets it.
    """
    return not getattr(card, "present", True)


def delay_s(card: SmartCard | None) -> float:
    """How long a card takes over an answer; most take no time at all."""
    slow: float = getattr(card, "delay_s", 0.0)
    return slow


class PlainCard:
    """Answers a table: command without Le, in hex, to data and status word, in hex."""

    def __init__(self, answers: Mapping[str, str], atr: bytes = PLAIN_ATR) -> None:
        self.atr = atr
        self.resets = 0
        self.seen: list[bytes] = []
        self._answers = {bytes.fromhex(ask): bytes.fromhex(got) for ask, got in answers.items()}

    def reset(self) -> bytes:
        self.resets += 1
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        self.seen.append(apdu)
        unknown = NOT_FOUND if apdu[1] == SELECT else UNKNOWN_INS
        return self._answers.get(without_le(apdu), unknown)


@dataclass(frozen=True)
class ContactlessCard:
    """A card in a reader's field; `chip` is None for a card without ISO 14443-4 (SAK bit 20h)."""

    uid: bytes
    chip: SmartCard | None = field(default=None, repr=False)
    atqa: bytes = b"\x00\x04"
    ats: bytes = b"\x05\x78\x80\x70\x02"  # length counts itself (pn532.md section 4)
    sak: int = 0x20


def without_le(apdu: bytes) -> bytes:
    """A short command without its Le, whatever its case (ISO/IEC 7816-3 section 12.1)."""
    if len(apdu) <= HEADER_BYTES + 1:
        return apdu[:HEADER_BYTES]
    return apdu[: HEADER_BYTES + 1 + apdu[HEADER_BYTES]]
