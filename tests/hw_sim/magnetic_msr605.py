"""The MSR605 magnetic-stripe reader (magstripe.md sections 2, 5, 8 and 9).

Silent until a card is swiped. Write and erase commands are refused and counted as violations:
the product may never send them.
"""

from collections.abc import Callable
from enum import Enum

from tests.hw_sim import magnetic_tracks
from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.magnetic_tracks import BLANK, MagneticCard

ESC = 0x1B
BLOCK_END = b"\x3f\x1c"
WRONG_BLOCK_END = b"\x1c\x3f"
INVALID_COMMAND = b"\x1b\x34"
FORMAT_ERROR = b"\x1b\x32"
# An unfinished command is forgotten after the longest gap the sheet allows (section 5).
COMMAND_GAP_S = 0.5

FAULTS = (
    *(name for name in SHAPES if name not in ("bad_check", "glue")),
    "wrong_terminator",
    "after_cancel",
)


class Swipe(Enum):
    """How the card was drawn through; the value is the status byte (section 2)."""

    OK = b"0"
    BAD = b"1"
    FAST = b"9"


class Armed(Enum):
    NO = "idle"
    ISO = "armed, ISO"
    RAW = "armed, raw"
    SENSOR = "sensor test"


# Section 2: letter to answer, for the commands that only answer.
ANSWERS: dict[int, bytes] = {
    0x65: b"\x1by",  # comm test
    0x74: b"\x1b3S",  # model: three tracks
    0x76: b"\x1bREVU2.31",  # firmware
    0x87: b"\x1b0",  # RAM test
    0x78: b"\x1b0",  # Hi-Co
    0x79: b"\x1b0",  # Lo-Co
    0x64: b"\x1bH",  # coercivity status
}
LEDS: dict[int, str] = {
    0x81: "off",
    0x82: "all",
    0x83: "green",
    0x84: "yellow",
    0x85: "red",
}
ARMING: dict[int, Armed] = {0x72: Armed.ISO, 0x6D: Armed.RAW, 0x86: Armed.SENSOR}
RESET, COMM_TEST, SET_BPC = 0x61, 0x65, 0x6F
FORBIDDEN: dict[int, str] = {0x77: "write", 0x6E: "raw write", 0x63: "erase"}
WRITES = frozenset({0x77, 0x6E})  # followed by a data block that must not be read as commands
PARAMETERS: dict[int, int] = {SET_BPC: 3, 0x63: 1}


class MagneticMsr605:
    """The reader: bytes from the host in, answers out through `send`."""

    def __init__(self, send: Callable[[bytes], None], loop: Loop, faults: Faults) -> None:
        self.armed = Armed.NO
        self.leds = "all"
        self.violations: list[str] = []
        self.sends_empty_track3_mark = True  # section 2: it "may not be transmitted"
        self.on_armed: Callable[[], None] = lambda: None
        self._send = send
        self._loop = loop
        self._faults = faults
        self._last_card = BLANK
        self._pending = bytearray()
        self._gap: Timer | None = None
        self._skipping_block = False

    @property
    def waits_for_card(self) -> bool:
        return self.armed is not Armed.NO

    def receive(self, data: bytes) -> None:
        self._pending += data
        if self._gap is not None:
            self._gap.cancel()
        while self._take_command():
            pass
        if self._pending or self._skipping_block:
            self._gap = self._loop.after(COMMAND_GAP_S, self._forget)

    def pulled(self) -> None:
        """Loses the supply with the cable, as the USB models do."""
        self.armed = Armed.NO
        self._forget()

    def swipe(self, card: MagneticCard, how: Swipe = Swipe.OK) -> bool:
        """Draws a card through; False when nobody asked for one and nothing was sent."""
        armed, self.armed = self.armed, Armed.NO
        self._last_card = card
        if armed is Armed.NO:
            return False
        if armed is Armed.SENSOR:
            self._send(b"\x1b0")
        else:
            self._send(self._block(armed, card if how is Swipe.OK else BLANK, how))
        return True

    def _forget(self) -> None:
        self._pending.clear()
        self._skipping_block = False

    def _take_command(self) -> bool:
        if self._skipping_block:
            return self._skip_block()
        start = self._pending.find(ESC)
        del self._pending[: start if start >= 0 else len(self._pending)]
        if len(self._pending) < 2:
            return False
        letter = self._pending[1]
        end = 2 + PARAMETERS.get(letter, 0)
        if len(self._pending) < end:
            return False
        parameters = bytes(self._pending[2:end])
        del self._pending[:end]
        self._obey(letter, parameters)
        return True

    def _skip_block(self) -> bool:
        end = self._pending.find(BLOCK_END)
        if end < 0:
            return False
        del self._pending[: end + len(BLOCK_END)]
        self._skipping_block = False
        return True

    def _obey(self, letter: int, parameters: bytes) -> None:
        if letter in FORBIDDEN:
            self.violations.append(f"{FORBIDDEN[letter]} command 1B {letter:02X}")
            self._skipping_block = letter in WRITES
            self._send(INVALID_COMMAND)
        elif letter == RESET:
            self._reset()
        elif letter in ARMING:
            self.armed = ARMING[letter]
            self.on_armed()
        elif letter in LEDS:
            self.leds = LEDS[letter]
        elif letter == SET_BPC:
            in_range = all(5 <= bits <= 8 for bits in parameters)
            self._send(b"\x1b0" + parameters if in_range else FORMAT_ERROR)
        elif letter in ANSWERS:
            self._answer(letter)
        else:
            self.violations.append(f"unknown command 1B {letter:02X}")
            self._send(INVALID_COMMAND)

    def _answer(self, letter: int) -> None:
        if letter == COMM_TEST and self.armed is not Armed.NO:
            # Section 5: on some firmwares the probe cancels the read.
            self.violations.append("comm test while armed")
        self._send(ANSWERS[letter])

    def _reset(self) -> None:
        armed, self.armed = self.armed, Armed.NO
        if armed in (Armed.ISO, Armed.RAW) and self._faults.take("after_cancel"):
            self._send(self._block(armed, self._last_card, Swipe.OK))

    def _block(self, armed: Armed, card: MagneticCard, how: Swipe) -> bytes:
        end = WRONG_BLOCK_END if self._faults.take("wrong_terminator") else BLOCK_END
        tracks = (self._track(armed, card, index) for index in range(3))
        return b"\x1bs" + b"".join(tracks) + end + b"\x1b" + how.value

    def _track(self, armed: Armed, card: MagneticCard, index: int) -> bytes:
        mark = bytes([ESC, index + 1])
        if armed is Armed.RAW:
            bits = magnetic_tracks.raw(card, index)
            return mark + bytes([len(bits)]) + bits
        text = magnetic_tracks.shown(card, index)
        if not text and index == 2 and not self.sends_empty_track3_mark:
            return b""
        return mark + text
