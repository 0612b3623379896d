"""The commands a terminal without offline PIN ever sends (`emv.md` section 5), always short APDUs.

VERIFY and GET CHALLENGE are not here. PeerMistake("command_length") when a list of the card asks
for more data than a command can carry.
"""

from __future__ import annotations

from protocol.emv.bits import CryptogramType
from protocol.emv.tlv import encode
from protocol.errors import PeerMistake

PSE = b"1PAY.SYS.DDF01"
PPSE = b"2PAY.SYS.DDF01"  # contactless
CDA_REQUESTED = 0x10  # added to P1 of GENERATE AC


def select(name: bytes) -> bytes:
    return _case4("00A40400", name)


def select_next(name: bytes) -> bytes:
    return _case4("00A40402", name)


def read_record(sfi: int, number: int) -> bytes:
    return bytes([0x00, 0xB2, number, sfi << 3 | 0x04, 0x00])


def get_processing_options(pdol_data: bytes) -> bytes:
    return _case4("80A80000", encode([(0x83, pdol_data)]))


def get_data(tag: int) -> bytes:
    return b"\x80\xca" + tag.to_bytes(2, "big") + b"\x00"


def internal_authenticate(ddol_data: bytes) -> bytes:
    return _case4("00880000", ddol_data)


def generate_ac(asked: CryptogramType, cdol_data: bytes, *, cda: bool) -> bytes:
    return _case4(f"80AE{asked | (CDA_REQUESTED if cda else 0):02X}00", cdol_data)


def external_authenticate(issuer_authentication: bytes) -> bytes:
    return b"\x00\x82\x00\x00" + _counted(issuer_authentication)


def _case4(header: str, data: bytes) -> bytes:
    return bytes.fromhex(header) + _counted(data) + b"\x00"


def _counted(data: bytes) -> bytes:
    if len(data) > 255:
        raise PeerMistake("command_length")
    return bytes([len(data)]) + data
