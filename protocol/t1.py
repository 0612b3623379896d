"""T=1: blocks `NAD PCB LEN INF LRC` between terminal and card (`gempc-serial.md` section 5.5).

Lost blocks are asked for again with R-blocks. What that does not mend ends the exchange: after a
RESYNCH the APDU would have to be sent anew, and the card may already have counted it
(`devices/README.md` rule 5). So the only other remedy is a reset and a new transaction.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from protocol.errors import PeerMistake

IFSD = 254  # what we take in one block
ANSWER_BYTES_MAX = 258  # the answer to a short APDU: 256 bytes and the status word
REPEATS_MAX = 2  # section 5.5: R at most twice
BLOCKS_MAX = 640  # per exchange: one byte a block in both directions, and waiting
MORE, SEQUENCE = 0x20, 0x40  # of an I-block's PCB
R_SEQUENCE = 0x10
IFS_REQUEST, ABORT_REQUEST, WTX_REQUEST = 0xC1, 0xC2, 0xC3
RESPONSE_BIT = 0x20  # of an S-block's PCB


@dataclass(frozen=True, slots=True)
class Block:
    pcb: int
    inf: bytes = field(default=b"", repr=False)

    @property
    def is_information(self) -> bool:
        return not self.pcb & 0x80

    @property
    def is_receipt(self) -> bool:
        return self.pcb & 0xC0 == 0x80


@dataclass(frozen=True, slots=True)
class Sent:
    """A block on its way. wait_factor: how many block waiting times its answer may take."""

    wire: bytes = field(repr=False)
    wait_factor: int = 1


Exchange = Generator[Sent, bytes | None, bytes]


def encode(block: Block) -> bytes:
    body = bytes([0, block.pcb, len(block.inf)]) + block.inf
    return body + bytes([reduce(xor, body)])


def decode(wire: bytes) -> Block:
    """PeerMistake kinds: `length`, `lrc`, `pcb`, `nad`."""
    if len(wire) < 4 or len(wire) != wire[2] + 4 or wire[2] > IFSD:
        raise PeerMistake("length")
    if reduce(xor, wire) != 0:
        raise PeerMistake("lrc")
    if wire[0] != 0:
        raise PeerMistake("nad")
    block = Block(wire[1], wire[3:-1])
    if block.is_receipt and block.inf:
        raise PeerMistake("pcb", offset=1)
    return block


class Link:
    """The numbering of one card since its reset."""

    def __init__(self, ifsc: int) -> None:
        self._ifsc = ifsc
        self._ours = 0  # N(S) of our next I-block
        self._theirs = 0  # N(S) expected in the card's next one

    def negotiate(self) -> Exchange:
        """S(IFS request): the first exchange after the reset. Returns b""."""
        asked = Block(IFS_REQUEST, bytes([IFSD]))
        for _ in range(REPEATS_MAX + 1):
            got = _decoded((yield Sent(encode(asked))))
            if got == Block(IFS_REQUEST | RESPONSE_BIT, bytes([IFSD])):
                return b""
        raise PeerMistake("lost", detail="the card does not take the block size")

    def exchange(self, apdu: bytes) -> Exchange:
        """Yields blocks, is sent the card's (None: it came damaged or not); returns data + SW.

        PeerMistake kinds: `lost` (repetition did not help), `aborted`, `endless`, `status`.
        """
        outgoing = [apdu[at : at + self._ifsc] for at in range(0, len(apdu), self._ifsc)]
        answer = b""
        sent, failures = self._information(outgoing), 0
        wire = Sent(encode(sent))
        for _ in range(BLOCKS_MAX):
            got = _decoded((yield wire))
            if got is not None and (reply := self._supervisory(got)):
                wire = reply
            elif got is not None and self._acknowledges(got, sent):
                outgoing.pop(0)
                failures, sent = 0, self._information(outgoing)
                wire = Sent(encode(sent))
            elif got is not None and self._is_next(got, outgoing):
                failures, answer = 0, answer + got.inf
                if outgoing:
                    self._ours ^= 1
                    outgoing.clear()
                self._theirs ^= 1
                if len(answer) > ANSWER_BYTES_MAX:
                    raise PeerMistake("endless")
                if not got.pcb & MORE:
                    return _with_status(answer)
                sent = Block(0x80 | self._theirs * R_SEQUENCE)
                wire = Sent(encode(sent))
            else:
                failures += 1
                if failures > REPEATS_MAX:
                    raise PeerMistake("lost")
                wire = Sent(encode(self._again(got, sent)))
        raise PeerMistake("endless")

    def _information(self, outgoing: list[bytes]) -> Block:
        more = MORE if len(outgoing) > 1 else 0
        return Block(self._ours * SEQUENCE | more, outgoing[0])

    def _acknowledges(self, got: Block, sent: Block) -> bool:
        """R with the number of the block after `sent`, which has more behind it."""
        if not got.is_receipt or not sent.is_information or not sent.pcb & MORE:
            return False
        if bool(got.pcb & R_SEQUENCE) == bool(self._ours):
            return False
        self._ours ^= 1
        return True

    def _is_next(self, got: Block, outgoing: list[bytes]) -> bool:
        """The card's I-block in turn; it also acknowledges our last one."""
        if not got.is_information or len(outgoing) > 1:
            return False
        return bool(got.pcb & SEQUENCE) == bool(self._theirs)

    def _again(self, got: Block | None, sent: Block) -> Block:
        """What is sent after a block that does not fit: ours again if the card asks, else R."""
        if got is not None and got.is_receipt:
            return sent
        return Block(0x80 | self._theirs * R_SEQUENCE | (1 if got is None else 2))

    def _supervisory(self, got: Block) -> Sent | None:
        """The answer to an S-request of the card."""
        if got.pcb == WTX_REQUEST and len(got.inf) == 1:
            return Sent(encode(Block(got.pcb | RESPONSE_BIT, got.inf)), max(1, got.inf[0]))
        if got.pcb == IFS_REQUEST and len(got.inf) == 1 and 0 < got.inf[0] <= IFSD:
            self._ifsc = got.inf[0]
            return Sent(encode(Block(got.pcb | RESPONSE_BIT, got.inf)))
        if got.pcb == ABORT_REQUEST:
            raise PeerMistake("aborted")
        return None


def _decoded(wire: bytes | None) -> Block | None:
    if wire is None:
        return None
    try:
        return decode(wire)
    except PeerMistake:
        return None


def _with_status(answer: bytes) -> bytes:
    if len(answer) < 2:
        raise PeerMistake("status")
    return answer
