"""Answers to reset by transport protocol (gempc-serial.md section 6)."""

from functools import reduce

HISTORICAL = b"PBOCTST"
T0_ATR = bytes.fromhex("3B670000") + HISTORICAL  # the vector `power-on-5v`
FAST = bytes.fromhex("3B77130000") + HISTORICAL  # TA1=13, the vector `pps-ta1-13`
WRONG_TS = bytes.fromhex("3C670000") + HISTORICAL
NOT_EMV = bytes.fromhex("3B672500") + HISTORICAL  # TB1 asks for a programming voltage


def t1_atr(*, ifsc: int = 0xFE, bwi: int = 4, cwi: int = 5) -> bytes:
    """T=1 only: TB1 and TC1 zero, TA3 the card's block size, TB3 its waiting times, TCK."""
    body = bytes((0xE7, 0, 0, 0x81, 0x31, ifsc, bwi << 4 | cwi)) + HISTORICAL
    return b"\x3b" + body + bytes((check(body),))


def check(body: bytes) -> int:
    """TCK: the XOR of T0 to TCK is zero."""
    return reduce(lambda one, other: one ^ other, body, 0)


BY_PROTOCOL = {0: T0_ATR, 1: t1_atr()}
WRONG_TCK = t1_atr()[:-1] + bytes((t1_atr()[-1] ^ 0x11,))
