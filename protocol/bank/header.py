"""The six bytes between TPDU and body: opaque, but for what the bank asks for in them.

`bank-wire.md` section 1: digit 6 (处理要求) is the low half of the third byte; above 9 it says
nothing. What it asks is done after the transaction in hand is finished and printed.
"""

from __future__ import annotations

from enum import IntEnum

ASKS_AT = 2  # byte


class Asks(IntEnum):
    """Digit 6. A profile may give the digits other meanings (`frame.header_actions`)."""

    NOTHING = 0
    PARAMETERS = 1
    STATUS = 2
    SIGN_IN = 3
    CA_KEYS = 4
    AIDS = 5
    SOFTWARE = 6
    BLOCKED_CARDS = 7
    FEE_TABLE = 8
    UNASSIGNED = 9


def asks(header: bytes) -> Asks:
    """What a reply's header asks for."""
    digit = header[ASKS_AT] & 0x0F
    return Asks(digit) if digit <= Asks.UNASSIGNED else Asks.NOTHING
