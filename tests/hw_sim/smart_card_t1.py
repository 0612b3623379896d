"""The card's side of T=1: blocks, chaining both ways, repeats, and what a card may ask for.

ISO/IEC 7816-3 section 11; gempc-serial.md section 5. The check is the LRC; NAD is 00.
"""

from tests.hw_sim.smart_card import SmartCard
from tests.hw_sim.smart_card_t0 import MuteCard, spoken

IFSD_AT_RESET = 32
IFSD_MAX = 254
PROLOGUE_BYTES = 3
MORE = 0x20
I_MASK, R_BLOCK, S_MASK, RESPONSE = 0x80, 0x80, 0xC0, 0x20
S_RESYNCH, S_IFS, S_ABORT, S_WTX = 0xC0, 0xC1, 0xC2, 0xC3
WTX_FACTOR = 2


class T1Card:
    """Takes one block, answers one block; the state is that between two resets."""

    def __init__(self, card: SmartCard, ifsc: int) -> None:
        self._card = card
        self._ifsc = ifsc
        self.asks_for_time = False  # before the next command is answered: S(WTX request)
        self._reset()

    def _reset(self) -> None:
        self._ifsd = IFSD_AT_RESET
        self._ours = 0  # N(S) of our next I-block
        self._theirs = 0  # N(S) expected of the host
        self._command = b""
        self._answer: list[bytes] = []
        self._sent = b""
        self._held = b""  # the command behind an S(WTX request)

    def exchange(self, block: bytes) -> bytes:
        """Raises MuteCard for what is too short to be a block, and when the card has no answer."""
        if len(block) < PROLOGUE_BYTES + 1:
            raise MuteCard
        pcb, length = block[1], block[2]
        if _lrc(block):
            return self._refuse(1)
        if len(block) != PROLOGUE_BYTES + length + 1 or length > self._ifsc:
            return self._refuse(2)
        info = block[PROLOGUE_BYTES:-1]
        if not pcb & I_MASK:
            return self._information(pcb, info)
        if pcb & S_MASK == S_MASK:
            return self._supervisory(pcb, info)
        return self._receive_ready(pcb)

    def _information(self, pcb: int, info: bytes) -> bytes:
        if pcb >> 6 & 1 != self._theirs or self._answer or self._held:
            return self._refuse(2)
        self._theirs ^= 1
        self._command += info
        if pcb & MORE:
            return self._send(R_BLOCK | self._theirs << 4)
        command, self._command = self._command, b""
        if self.asks_for_time:
            self.asks_for_time = False
            self._held = command
            return self._send(S_WTX, bytes([WTX_FACTOR]))
        return self._run(command)

    def _run(self, command: bytes) -> bytes:
        answer = spoken(self._card, command)
        self._answer = [answer[at : at + self._ifsd] for at in range(0, len(answer), self._ifsd)]
        return self._send_part()

    def _send_part(self) -> bytes:
        part = self._answer.pop(0)
        more = MORE if self._answer else 0
        block = self._send(self._ours << 6 | more, part)
        self._ours ^= 1
        return block

    def _receive_ready(self, pcb: int) -> bytes:
        """The next part when the host expects it, else our last block again."""
        expects = pcb >> 4 & 1
        if self._answer and expects == self._ours and not pcb & 0x0F:
            return self._send_part()
        return self._sent or self._refuse(2)

    def _supervisory(self, pcb: int, info: bytes) -> bytes:
        if pcb == S_RESYNCH:
            self._reset()
        elif pcb == S_IFS and len(info) == 1 and 0 < info[0] <= IFSD_MAX:
            self._ifsd = info[0]
        elif pcb == S_ABORT:
            self._answer, self._command = [], b""
        elif pcb == S_WTX | RESPONSE and self._held and info == bytes([WTX_FACTOR]):
            command, self._held = self._held, b""
            return self._run(command)
        else:
            return self._refuse(2)
        return self._send(pcb | RESPONSE, info)

    def _refuse(self, why: int) -> bytes:
        """R-block: 1 the check was wrong, 2 anything else. Not kept as our last block."""
        return _block(R_BLOCK | self._theirs << 4 | why, b"")

    def _send(self, pcb: int, info: bytes = b"") -> bytes:
        self._sent = _block(pcb, info)
        return self._sent


def _block(pcb: int, info: bytes) -> bytes:
    body = bytes([0, pcb, len(info)]) + info
    return body + bytes([_lrc(body)])


def _lrc(data: bytes) -> int:
    lrc = 0
    for byte in data:
        lrc ^= byte
    return lrc
