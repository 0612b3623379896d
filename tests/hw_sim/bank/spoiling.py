"""What a fault does to the content of a good reply (county-wire.md rule 8)."""

from __future__ import annotations

from tests.hw_sim.bank.host import seal
from tests.hw_sim.bank.state import Bank
from tests.hw_sim.bank.wire import Message, frame_of

GARBAGE_BYTES = 96
OTHER_TERMINAL = "99990009"


def spoilt(bank: Bank, terminal: str, reply: Message, fault: str) -> bytes:
    """The frame that arrives in place of the reply's own; any other fault leaves it as it is."""
    if fault == "garbage":
        return bank.chance.randbytes(GARBAGE_BYTES)
    if fault == "other_terminal":
        other = Message(reply.mti, {**reply.fields, 41: OTHER_TERMINAL}, reply.tpdu, reply.header)
        reply = seal(bank, terminal, other) if 64 in other.fields else other
    if fault == "bad_mac" and 64 in reply.fields:
        wrong = bytes(byte ^ 1 for byte in bytes.fromhex(reply.get(64))).hex().upper()
        reply = Message(reply.mti, {**reply.fields, 64: wrong}, reply.tpdu, reply.header)
    return frame_of(reply)
