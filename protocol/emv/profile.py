"""What the terminal is and what is to be done: all that comes from outside (`emv.md` section 1).

A `Profile` is configuration and bank download, a `Transaction` one case at the counter. The kernel
knows no clock and draws no number: both are in the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from protocol.emv.bits import Capability
from protocol.emv.ca_keys import CaKey, RevokedCertificate
from protocol.emv.fields import record
from protocol.errors import OurMistake, PeerMistake
from protocol.values import Fen, Pan

INQUIRY_TYPES = (0x30, 0x31)  # 9C: no money moves, so nothing is ever reversed (section 18)
CASH_TYPE, GOODS_TYPE, CASHBACK_TYPE = 0x01, 0x00, 0x09
AMOUNT_FEN_MAX = 10**12 - 1  # n 12
NOTHING = Fen(0)
CAPABILITIES = Capability(0x6040C8)  # stripe, contact chip; online PIN; SDA, DDA, CDA
DEFAULT_DDOL = bytes.fromhex("9F3704")
# Section 15; the exact set belongs to the bank's dialect.
APPROVALS = frozenset({"00", "10", "11", "16", "A2", "A4", "A5", "A6"})


@dataclass(frozen=True, slots=True)
class ActionCodes:
    """Issuer or Terminal Action Codes, as TVR bits (section 13)."""

    denial: int = 0
    online: int = 0
    default: int = 0


UNIONPAY_CODES = ActionCodes(0x0010000000, 0xD84004F800, 0xD84000A800)


@dataclass(frozen=True, slots=True)
class Application:
    """One AID the terminal accepts, a row of the bank's parameter download."""

    aid: bytes
    partial: bool = True  # ASI 00: names that begin with the AID are accepted too
    version: bytes = b"\x00\x30"  # 9F09
    codes: ActionCodes = UNIONPAY_CODES
    floor_limit_fen: Fen = NOTHING
    default_ddol: bytes = DEFAULT_DDOL


@dataclass(frozen=True, slots=True)
class Profile:
    """The terminal. capabilities, additional: 9F33 (3 bytes), 9F40 (5). ifd_serial: an 8."""

    applications: tuple[Application, ...]
    ifd_serial: str
    ca_keys: tuple[CaKey, ...] = ()
    revoked: frozenset[RevokedCertificate] = frozenset()
    refused_names: tuple[bytes, ...] = (bytes.fromhex("A000000333010106"),)  # pure e-cash
    exception_file: frozenset[Pan] = frozenset()
    terminal_type: int = 0x22
    capabilities: Capability = CAPABILITIES
    additional: bytes = bytes.fromhex("FE00F0F001")
    country: bytes = b"\x01\x56"
    currency: bytes = b"\x01\x56"
    currency_exponent: int = 2
    merchant_name: bytes = b""  # 9F4E
    qualifiers: bytes = b""  # 9F66: only for looking at a contactless card
    approvals: frozenset[str] = APPROVALS
    pin_always: bool = True  # section 11, service policy: mainland debit wants a PIN in DE52
    timeout_reversal_tags: tuple[int, ...] = (0x95, 0x9F10, 0x9F1E, 0xDF31)  # section 17: per bank

    def __post_init__(self) -> None:
        if len(self.additional) != 5 or len(self.country) != 2 or len(self.currency) != 2:
            raise OurMistake("a terminal data element has the wrong length")
        if len(self.ifd_serial) != 8 or not self.ifd_serial.isascii():
            raise OurMistake("the IFD serial number has 8 characters")

    @property
    def unattended(self) -> bool:
        return self.terminal_type & 0x0F in (4, 5, 6)

    @property
    def atm(self) -> bool:
        """Section 10: types 14, 15 and 16 with the cash bit of 9F40."""
        return self.terminal_type in (0x14, 0x15, 0x16) and bool(self.additional[0] & 0x80)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One case at the counter. unpredictable: 4 fresh random bytes. sequence: n 8, DE11 padded."""

    type: int  # 9C as it stands in one BCD byte: 0x01 withdrawal, 0x31 balance
    amount_fen: Fen
    day: date
    clock: time
    unpredictable: bytes = field(repr=False)
    sequence: str
    other_fen: Fen = NOTHING

    def __post_init__(self) -> None:
        if len(self.unpredictable) != 4:
            raise OurMistake("the unpredictable number has 4 bytes")
        if not 0 <= self.amount_fen <= AMOUNT_FEN_MAX or not 0 <= self.other_fen <= AMOUNT_FEN_MAX:
            raise OurMistake("the amount does not fit n 12")
        if len(self.sequence) != 8 or not (self.sequence.isascii() and self.sequence.isdigit()):
            raise OurMistake("the sequence counter has 8 digits")

    @property
    def is_inquiry(self) -> bool:
        return self.type in INQUIRY_TYPES


def application(downloaded: bytes) -> Application:
    """One AID parameter record of the bank (section 1). PeerMistake("aid_record") if it is none."""
    values = record(downloaded, "aid_record")
    aid = values.get(0x9F06, b"")
    codes = [values.get(tag, bytes(5)) for tag in (0xDF13, 0xDF12, 0xDF11)]
    floor = values.get(0x9F1B, bytes(4))
    version = values.get(0x9F08, b"\x00\x30")
    sizes = (*(len(code) for code in codes), len(floor), len(version))
    if not 5 <= len(aid) <= 16 or sizes != (5, 5, 5, 4, 2):
        raise PeerMistake("aid_record", detail="length")
    denial, online, default = (int.from_bytes(code, "big") for code in codes)
    return Application(
        aid,
        partial=values.get(0xDF01, b"\x00") == b"\x00",
        version=version,
        codes=ActionCodes(denial, online, default),
        floor_limit_fen=Fen(int.from_bytes(floor, "big")),
        default_ddol=values.get(0xDF14, DEFAULT_DDOL),
    )
