"""Terminal action analysis (`emv.md` section 13): which cryptogram to ask for first."""

from __future__ import annotations

from collections.abc import Mapping

from protocol.emv.bits import CryptogramType, Tvr
from protocol.emv.profile import ActionCodes

ALL = 0xFF_FF_FF_FF_FF
IAC_DEFAULT, IAC_DENIAL, IAC_ONLINE = 0x9F0D, 0x9F0E, 0x9F0F


def issuer_codes(card: Mapping[int, bytes]) -> ActionCodes:
    """The issuer's codes; an absent denial code denies nothing, the other two want all online."""
    return ActionCodes(
        denial=_code(card, IAC_DENIAL, 0),
        online=_code(card, IAC_ONLINE, ALL),
        default=_code(card, IAC_DEFAULT, ALL),
    )


def request(tvr: Tvr, issuer: ActionCodes, terminal: ActionCodes) -> CryptogramType:
    """AAC when a denial code hits, else ARQC.

    The online codes would tell ARQC from TC: this product never asks for a TC first. The default
    codes are for a host out of reach: then the second cryptogram asked for is always an AAC.
    """
    if tvr & (issuer.denial | terminal.denial):
        return CryptogramType.AAC
    return CryptogramType.ARQC


def _code(card: Mapping[int, bytes], tag: int, absent: int) -> int:
    return int.from_bytes(card[tag], "big") if tag in card else absent
