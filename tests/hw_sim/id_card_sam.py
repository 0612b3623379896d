"""The resident ID-card reader with SAM_V module (idcard-sam.md sections 2 to 5 and 9).

A reading is find, select, read, in that order; a card once read is not found again before it has
left the field. A pseudo-terminal has no speed, so a change of speed is only remembered.
"""

from collections.abc import Callable
from enum import IntEnum

from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.identity_document import (
    PREAMBLE,
    IdentityDocument,
    newest_address,
    text_block,
)
from tests.hw_sim.loop import Loop, Timer

BYTE_GAP_S = 0.3  # section 4
SETTLE_S = 0.5  # section 3, row 10 FF
LENGTH_BYTES_MAX = 2400
COMMAND_LENGTH = 3  # no command of section 3 has data
CUT_AT = 700  # section 9
SAM_NUMBER = b"".join(
    number.to_bytes(size, "little")
    for number, size in ((5, 2), (3, 2), (20160512, 4), (1234567, 4), (987654321, 4))
)
FIND_BYTES, SELECT_BYTES = 4, 8
BAUDS = (115200, 57600, 38400, 19200, 9600)


class Sw3(IntEnum):
    """What the reader says of a command (section 3)."""

    OK = 0x90
    NOTHING_STORED = 0x91
    FOUND = 0x9F
    WRONG_CHECKSUM = 0x10
    WRONG_LENGTH = 0x11
    WRONG_COMMAND = 0x21
    UNRECOGNISED = 0x24
    CARD_REJECTS = 0x31
    READER_REJECTS = 0x32
    UNVERIFIED = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST = 0x60
    UNAUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81


class Step(IntEnum):
    NONE = 0
    FOUND = 1
    SELECTED = 2
    DONE = 3  # read: not found again until the card has left


RESET, STATUS, SAM, FIND, SELECT = 0x10FF, 0x11FF, 0x12FF, 0x2001, 0x2002
READ, READ_FINGERPRINTS, READ_ADDRESS = 0x3001, 0x3010, 0x3003
SPEEDS = range(0x6000, 0x6000 + len(BAUDS))
CARD_STEPS = frozenset({FIND, SELECT, READ, READ_FINGERPRINTS, READ_ADDRESS})
READS = frozenset({READ, READ_FINGERPRINTS})
EVERY = CARD_STEPS | {RESET, STATUS, SAM, *SPEEDS}

# Faults that answer an SW3, and the commands they can befall.
REFUSALS: dict[str, tuple[Sw3, frozenset[int]]] = {
    "our_checksum": (Sw3.WRONG_CHECKSUM, EVERY),
    "unrecognised": (Sw3.UNRECOGNISED, EVERY),
    "self_test": (Sw3.SELF_TEST, EVERY),
    "unauthorised": (Sw3.UNAUTHORISED, EVERY),
    "select_failed": (Sw3.SELECT_FAILED, frozenset({SELECT})),
    "random_failed": (Sw3.RANDOM_FAILED, frozenset({SELECT})),
    "card_rejects": (Sw3.CARD_REJECTS, frozenset({SELECT, READ, READ_FINGERPRINTS})),
    "reader_rejects": (Sw3.READER_REJECTS, frozenset({SELECT, READ, READ_FINGERPRINTS})),
    "unverified": (Sw3.UNVERIFIED, READS),
    "wrong_card": (Sw3.WRONG_CARD, READS),
    "read_failed": (Sw3.READ_FAILED, READS),
}
FAULTS = (*SHAPES, "extra_aa", "cut_at_700", "card_pull", *REFUSALS)


class Refused(Exception):
    """A command answered by its SW3 alone."""

    def __init__(self, sw3: Sw3) -> None:
        super().__init__(sw3.name)
        self.sw3 = sw3


class IdCardSam:
    """The reader: frames from the host in, answers out through `send`."""

    def __init__(self, send: Callable[[bytes], None], loop: Loop, faults: Faults) -> None:
        self.document: IdentityDocument | None = None
        self.powered = True
        self.baud = BAUDS[0]
        self.finds_once = True  # section 3: "on most readers"
        self.find_bytes = FIND_BYTES  # section 7: "exists in two lengths"
        self.readings = 0
        self.violations: list[str] = []
        self._send = send
        self._loop = loop
        self._faults = faults
        self._step = Step.NONE
        self._pending = b""
        self._gap: Timer | None = None
        self._settled_at_s = 0.0

    @property
    def waits_for_removal(self) -> bool:
        return self._step is Step.DONE

    def place(self, document: IdentityDocument) -> None:
        """Lays a document on the reader in the place of the one there."""
        self.document, self._step = document, Step.NONE

    def take(self) -> None:
        self.document, self._step = None, Step.NONE

    def receive(self, data: bytes) -> None:
        if not self.powered:
            return
        if self._gap is not None:
            self._gap.cancel()
        self._pending += data
        while self._take_frame():
            pass
        if self._pending:
            self._gap = self._loop.after(BYTE_GAP_S, self._forget)

    def pulled(self) -> None:
        self.power_off()
        self.power_on()

    def power_off(self) -> None:
        self.powered = False
        self._forget()
        self._step, self.baud = Step.NONE, BAUDS[0]

    def power_on(self) -> None:
        self.powered = True

    def _forget(self) -> None:
        self._pending = b""

    def _take_frame(self) -> bool:
        start = self._pending.find(PREAMBLE)
        if start < 0:
            self._pending = self._pending[1 - len(PREAMBLE) :]
            return False
        frame = self._pending[start + len(PREAMBLE) :]
        if len(frame) < 2:
            return False
        length = int.from_bytes(frame[:2], "big")
        if not COMMAND_LENGTH <= length <= LENGTH_BYTES_MAX:
            self._pending = frame
            return True
        if len(frame) < 2 + length:
            return False
        self._pending = frame[2 + length :]
        self._obey(frame[: 2 + length])
        return True

    def _obey(self, frame: bytes) -> None:
        command = int.from_bytes(frame[2:4], "big")
        try:
            self._check(frame, command)
            sw3, data = self._run(command)
        except Refused as why:
            sw3, data = why.sw3, b""
            if command in CARD_STEPS and self._step is not Step.DONE:
                self._step = Step.NONE  # section 3: all three steps again after any error
        self._reply(sw3, data)

    def _check(self, frame: bytes, command: int) -> None:
        if self._loop.clock() < self._settled_at_s:
            self.violations.append("command within 500 ms of a reset")
        if _check_byte(frame):
            self.violations.append("wrong CHK")
            raise Refused(Sw3.WRONG_CHECKSUM)
        if command not in EVERY:
            self.violations.append(f"unknown command {command:04X}")
            raise Refused(Sw3.WRONG_COMMAND)
        if len(frame) != 2 + COMMAND_LENGTH:
            self.violations.append(f"data with command {command:04X}")
            raise Refused(Sw3.WRONG_LENGTH)
        for name, (sw3, befalls) in REFUSALS.items():
            if command in befalls and self._faults.take(name):
                raise Refused(sw3)

    def _run(self, command: int) -> tuple[Sw3, bytes]:
        if command in SPEEDS:
            self.baud = BAUDS[command - SPEEDS.start]
            return Sw3.OK, b""
        return COMMANDS[command](self)

    def _reset(self) -> tuple[Sw3, bytes]:
        if self._step is not Step.DONE:
            self._step = Step.NONE
        self._settled_at_s = self._loop.clock() + SETTLE_S
        return Sw3.OK, b""

    def _status(self) -> tuple[Sw3, bytes]:
        return Sw3.OK, b""

    def _sam_number(self) -> tuple[Sw3, bytes]:
        return Sw3.OK, SAM_NUMBER

    def _find(self) -> tuple[Sw3, bytes]:
        if self.document is None or (self._step is Step.DONE and self.finds_once):
            raise Refused(Sw3.NO_CARD)
        self._step = Step.FOUND
        return Sw3.FOUND, bytes(self.find_bytes)

    def _select(self) -> tuple[Sw3, bytes]:
        if self._step is not Step.FOUND:
            raise Refused(Sw3.SELECT_FAILED)
        self._step = Step.SELECTED
        return Sw3.OK, bytes(SELECT_BYTES)

    def _read(self) -> tuple[Sw3, bytes]:
        document = self._selected()
        text = text_block(document)
        return Sw3.OK, _lengths(text, document.photo) + text + document.photo

    def _read_fingerprints(self) -> tuple[Sw3, bytes]:
        document = self._selected()
        text = text_block(document)
        return Sw3.OK, _lengths(text, document.photo, b"") + text + document.photo

    def _selected(self) -> IdentityDocument:
        if self._faults.take("card_pull"):
            self.take()
        if self.document is None or self._step is not Step.SELECTED:
            raise Refused(Sw3.READ_FAILED)
        self._step = Step.DONE
        self.readings += 1
        return self.document

    def _read_address(self) -> tuple[Sw3, bytes]:
        if self.document is None or self._step < Step.SELECTED:
            raise Refused(Sw3.READ_FAILED)
        address = newest_address(self.document)
        if address is None:
            return Sw3.NOTHING_STORED, b""
        return Sw3.OK, address

    def _reply(self, sw3: Sw3, data: bytes) -> None:
        body = bytes([0, 0, sw3]) + data
        counted = (len(body) + 1).to_bytes(2, "big") + body
        frame = PREAMBLE + counted + bytes([_check_byte(counted)])
        if self._faults.take("extra_aa"):
            frame = PREAMBLE[:1] + frame
        if self._faults.take("cut_at_700"):
            frame = frame[:CUT_AT]
        self._send(frame)


def _lengths(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") for part in parts)


def _check_byte(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte
    return total


COMMANDS: dict[int, Callable[[IdCardSam], tuple[Sw3, bytes]]] = {
    RESET: IdCardSam._reset,
    STATUS: IdCardSam._status,
    SAM: IdCardSam._sam_number,
    FIND: IdCardSam._find,
    SELECT: IdCardSam._select,
    READ: IdCardSam._read,
    READ_FINGERPRINTS: IdCardSam._read_fingerprints,
    READ_ADDRESS: IdCardSam._read_address,
}
