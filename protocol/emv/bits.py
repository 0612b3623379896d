"""The bit fields of a chip transaction, each bit by its name (`emv.md` sections 8, 14, 19)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag


class Tvr(IntFlag):
    """Terminal Verification Results, tag 95: five bytes, the first one highest."""

    ODA_NOT_PERFORMED = 0x80_00_00_00_00
    SDA_FAILED = 0x40_00_00_00_00
    ICC_DATA_MISSING = 0x20_00_00_00_00
    ON_EXCEPTION_FILE = 0x10_00_00_00_00
    DDA_FAILED = 0x08_00_00_00_00
    CDA_FAILED = 0x04_00_00_00_00
    SDA_SELECTED = 0x02_00_00_00_00
    VERSIONS_DIFFER = 0x80_00_00_00
    EXPIRED = 0x40_00_00_00
    NOT_YET_EFFECTIVE = 0x20_00_00_00
    SERVICE_NOT_ALLOWED = 0x10_00_00_00
    NEW_CARD = 0x08_00_00_00
    CVM_UNSUCCESSFUL = 0x80_00_00
    CVM_UNRECOGNISED = 0x40_00_00
    PIN_TRIES_EXCEEDED = 0x20_00_00
    PIN_PAD_NOT_WORKING = 0x10_00_00
    PIN_NOT_ENTERED = 0x08_00_00
    ONLINE_PIN_ENTERED = 0x04_00_00
    FLOOR_LIMIT_EXCEEDED = 0x80_00
    LOWER_OFFLINE_LIMIT_EXCEEDED = 0x40_00
    UPPER_OFFLINE_LIMIT_EXCEEDED = 0x20_00
    CHOSEN_AT_RANDOM = 0x10_00
    FORCED_ONLINE = 0x08_00
    DEFAULT_TDOL = 0x80
    ISSUER_AUTHENTICATION_FAILED = 0x40
    SCRIPT_FAILED_BEFORE_FINAL_AC = 0x20
    SCRIPT_FAILED_AFTER_FINAL_AC = 0x10

    @property
    def wire(self) -> bytes:
        return self.to_bytes(5, "big")


class Tsi(IntFlag):
    """Transaction Status Information, tag 9B: two bytes."""

    ODA_PERFORMED = 0x80_00
    CVM_PERFORMED = 0x40_00
    CARD_RISK_MANAGED = 0x20_00
    ISSUER_AUTHENTICATED = 0x10_00
    TERMINAL_RISK_MANAGED = 0x08_00
    SCRIPT_PROCESSED = 0x04_00

    @property
    def wire(self) -> bytes:
        return self.to_bytes(2, "big")


class Aip(IntFlag):
    """Application Interchange Profile, tag 82: two bytes."""

    SDA = 0x40_00
    DDA = 0x20_00
    CARDHOLDER_VERIFICATION = 0x10_00
    TERMINAL_RISK_MANAGEMENT = 0x08_00
    ISSUER_AUTHENTICATION = 0x04_00
    CDA = 0x01_00


class Capability(IntFlag):
    """Terminal Capabilities, tag 9F33: three bytes."""

    MANUAL_ENTRY = 0x80_00_00
    MAGNETIC_STRIPE = 0x40_00_00
    CONTACT_CHIP = 0x20_00_00
    PLAINTEXT_OFFLINE_PIN = 0x80_00
    ONLINE_PIN = 0x40_00
    SIGNATURE = 0x20_00
    ENCIPHERED_OFFLINE_PIN = 0x10_00
    NO_CVM = 0x08_00
    ID_DOCUMENT = 0x01_00  # PBOC; UNVERIFIED in the standard's text
    SDA = 0x80
    DDA = 0x40
    CARD_CAPTURE = 0x20
    CDA = 0x08


class UsageControl(IntFlag):
    """Application Usage Control, tag 9F07: two bytes."""

    DOMESTIC_CASH = 0x80_00
    INTERNATIONAL_CASH = 0x40_00
    DOMESTIC_GOODS = 0x20_00
    INTERNATIONAL_GOODS = 0x10_00
    DOMESTIC_SERVICES = 0x08_00
    INTERNATIONAL_SERVICES = 0x04_00
    ATM = 0x02_00
    NOT_ATM = 0x01_00
    DOMESTIC_CASHBACK = 0x80
    INTERNATIONAL_CASHBACK = 0x40


class CryptogramType(IntEnum):
    """Bits 8 and 7 of the Cryptogram Information Data; P1 of GENERATE AC asks with the same."""

    AAC = 0x00
    TC = 0x40
    ARQC = 0x80
    INVALID = 0xC0


CID_TYPE, CID_ADVICE, CID_REASON = 0xC0, 0x08, 0x07  # section 14


class CvmMethod(IntEnum):
    """The low six bits of a CVM code (section 11)."""

    FAIL = 0x00
    PLAINTEXT_OFFLINE_PIN = 0x01
    ONLINE_PIN = 0x02
    PLAINTEXT_OFFLINE_PIN_AND_SIGNATURE = 0x03
    ENCIPHERED_OFFLINE_PIN = 0x04
    ENCIPHERED_OFFLINE_PIN_AND_SIGNATURE = 0x05
    SIGNATURE = 0x1E
    NO_CVM = 0x1F
    ID_DOCUMENT = 0x20
    NONE_PERFORMED = 0x3F


class CvmResult(IntEnum):
    UNKNOWN = 0x00
    FAILED = 0x01
    SUCCESSFUL = 0x02


@dataclass(frozen=True, slots=True)
class CvmResults:
    """CVM Results, tag 9F34. code keeps bit 7 as the list has it (section 11)."""

    code: int = CvmMethod.NONE_PERFORMED
    condition: int = 0
    result: CvmResult = CvmResult.UNKNOWN

    @property
    def wire(self) -> bytes:
        return bytes([self.code, self.condition, self.result])

    @property
    def method(self) -> CvmMethod:
        return CvmMethod(self.code & 0x3F)


CVM_NONE = CvmResults()
TVR_CLEAR, TSI_CLEAR, AIP_NONE = Tvr(0), Tsi(0), Aip(0)
