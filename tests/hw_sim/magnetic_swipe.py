"""A plain swipe reader with a serial port (magstripe.md section 3): it speaks, it never listens."""

from collections.abc import Callable
from enum import Enum

from tests.hw_sim.faults import SHAPES
from tests.hw_sim.magnetic_msr605 import Swipe
from tests.hw_sim.magnetic_tracks import CODINGS, TRACK3_START_SHOWN, MagneticCard, lrc_char

FAULTS = tuple(name for name in SHAPES if name not in ("bad_check", "glue"))


class Ending(Enum):
    CR = b"\r"
    CRLF = b"\r\n"
    NONE = b""


class MagneticSwipe:
    """The reader; what a swipe becomes is set on it."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.ending = Ending.CR
        self.sends_lrc = False
        self.wraps = False  # STX and ETX around it all
        self.violations: list[str] = []
        self._send = send

    def receive(self, data: bytes) -> None:
        self.violations.append(f"{len(data)} bytes to a reader that takes none")

    def pulled(self) -> None:
        return

    def swipe(self, card: MagneticCard, how: Swipe = Swipe.OK) -> None:
        tracks = b"".join(self._track(card, index, how) for index in range(3))
        whole = b"\x02" + tracks + b"\x03" if self.wraps else tracks
        self._send(whole + self.ending.value)

    def _track(self, card: MagneticCard, index: int, how: Swipe) -> bytes:
        coding = CODINGS[index]
        shown = TRACK3_START_SHOWN if index == 2 else coding.start
        text = card.tracks[index]
        if how is not Swipe.OK:
            return f"{shown}E?".encode("ascii")
        if text is None:
            return b""
        lrc = lrc_char(f"{coding.start}{text}?", coding) if self.sends_lrc else ""
        if lrc and card.wrong_lrc:
            lrc = chr(ord(lrc) ^ 1)
        return f"{shown}{text}?{lrc}".encode("ascii")
