"""ESC/POS bytes into commands, in any split (escpos-printer.md section 2).

Commands are cut out as they arrive, so that real-time ones (DLE …) can be obeyed before what waits
in the buffer. A command whose table row says `known=False` is real ESC/POS but outside the sheet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

DLE = 0x10
LEAD_BYTES = range(0x81, 0xFF)  # section 4: the first byte of a Han character
# Section 2: DLE byte to length of arguments and the values the first one may have.
REALTIME_TAILS = {0x04: (1, range(1, 5)), 0x05: (1, range(1, 3)), 0x14: (3, range(1, 2))}
REALTIME_BYTES_MAX = 5
PREFIX_BYTES_MAX = 3


@dataclass(frozen=True)
class Command:
    """One command or character. `inside` marks a real-time triple found in another's data."""

    name: str
    args: bytes
    size_bytes: int
    known: bool = True
    inside: bool = False


Length = int | Callable[[bytes], int | None]  # of the arguments; None: too few bytes to tell


def _gs_v_0(args: bytes) -> int | None:
    if len(args) < 5:
        return None
    return 5 + (args[1] + 256 * args[2]) * (args[3] + 256 * args[4])


def _gs_k(args: bytes) -> int | None:
    return None if len(args) < 2 else 2 + args[0] + 256 * args[1]


def _gs_cut(args: bytes) -> int | None:
    if not args:
        return None
    return 2 if args[0] in (0x41, 0x42) else 1


# Section 2, prefix to name and length of arguments.
TABLE: dict[bytes, tuple[str, Length]] = {
    b"\x1b@": ("ESC @", 0),
    b"\x1c&": ("FS &", 0),
    b"\x1c.": ("FS .", 0),
    b"\x1c!": ("FS !", 1),
    b"\x1c-": ("FS -", 1),
    b"\x1cS": ("FS S", 2),
    b"\x1bt": ("ESC t", 1),
    b"\x1bR": ("ESC R", 1),
    b"\x1ba": ("ESC a", 1),
    b"\x1bE": ("ESC E", 1),
    b"\x1b-": ("ESC -", 1),
    b"\x1d!": ("GS !", 1),
    b"\x1b!": ("ESC !", 1),
    b"\x1b3": ("ESC 3", 1),
    b"\x1b2": ("ESC 2", 0),
    b"\x1bd": ("ESC d", 1),
    b"\x1bJ": ("ESC J", 1),
    b"\x1dL": ("GS L", 2),
    b"\x1dW": ("GS W", 2),
    b"\x1dV": ("GS V", _gs_cut),
    b"\x1bi": ("ESC i", 0),
    b"\x1bm": ("ESC m", 0),
    b"\x1bp": ("ESC p", 3),
    b"\x1dv0": ("GS v 0", _gs_v_0),
    b"\x1d(k": ("GS ( k", _gs_k),
    b"\x1da": ("GS a", 1),
    b"\x1dr": ("GS r", 1),
    b"\x1dI": ("GS I", 1),
    b"\x1bc3": ("ESC c 3", 1),
    b"\x1bc4": ("ESC c 4", 1),
    b"\x1b=": ("ESC =", 1),
    b"\x10\x04": ("DLE EOT", 1),
    b"\x10\x05": ("DLE ENQ", 1),
    b"\x10\x14": ("DLE DC4", 3),
}
# Real commands that the sheet does not give: their length is known, their use is a violation.
OUTSIDE: dict[bytes, tuple[str, Length]] = {
    b"\x1bM": ("ESC M", 1),
    b"\x1bG": ("ESC G", 1),
    b"\x1b ": ("ESC SP", 1),
    b"\x1b{": ("ESC {", 1),
    b"\x1bV": ("ESC V", 1),
    b"\x1b9": ("ESC 9", 1),
    b"\x1b$": ("ESC $", 2),
    b"\x1b\\": ("ESC \\", 2),
    b"\x1dB": ("GS B", 1),
    b"\x1db": ("GS b", 1),
    b"\x1dH": ("GS H", 1),
    b"\x1df": ("GS f", 1),
    b"\x1dh": ("GS h", 1),
    b"\x1dw": ("GS w", 1),
    b"\x1dP": ("GS P", 2),
    b"\x1d(L": ("GS ( L", _gs_k),
}
PREFIXES = TABLE | OUTSIDE
BEGINNINGS = {prefix[:length] for prefix in PREFIXES for length in range(1, len(prefix))}
assert max(map(len, PREFIXES)) == PREFIX_BYTES_MAX


class EscPosParser:
    """Yields commands in the order received; keeps what is unfinished."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._scanned = 0
        self._chinese = True  # section 4: on after power-up of a China-ROM model

    @property
    def unfinished(self) -> bool:
        return bool(self._pending)

    def power_up(self) -> None:
        self.forget()
        self._chinese = True

    def forget(self) -> None:
        """Drops an unfinished command, as an interface does that lost its host."""
        self._pending.clear()
        self._scanned = 0

    def feed(self, data: bytes) -> Iterator[Command]:
        self._pending += data
        while self._pending:
            command = self._take()
            yield from self._realtime_inside(command)
            if command is None:
                return
            self._follow_mode(command.name)
            del self._pending[: command.size_bytes]
            self._scanned = 0
            yield command

    def _take(self) -> Command | None:
        first = self._pending[0]
        if bytes([first]) in BEGINNINGS:
            return self._take_prefixed()
        size = 2 if self._chinese and first in LEAD_BYTES else 1
        if len(self._pending) < size:
            return None
        name = "text" if first >= 0x20 else "control"
        return Command(name, bytes(self._pending[:size]), size)

    def _take_prefixed(self) -> Command | None:
        for length in range(2, PREFIX_BYTES_MAX + 1):
            prefix = bytes(self._pending[:length])
            if len(prefix) < length:
                return None
            if prefix in PREFIXES:
                return self._take_arguments(prefix)
            if prefix not in BEGINNINGS:
                break
        return Command(prefix.hex(" ").upper(), b"", len(prefix), known=False)

    def _take_arguments(self, prefix: bytes) -> Command | None:
        name, length = PREFIXES[prefix]
        rest = bytes(self._pending[len(prefix) :])
        wanted = length if isinstance(length, int) else length(rest)
        if wanted is None or len(rest) < wanted:
            return None
        size = len(prefix) + wanted
        return Command(name, rest[:wanted], size, known=prefix in TABLE)

    def _realtime_inside(self, command: Command | None) -> Iterator[Command]:
        """Real-time triples inside another command's data: some printers obey them (section 7)."""
        if self._pending[0] == DLE:
            return
        end = len(self._pending) if command is None else command.size_bytes
        data = self._pending[:end]
        at = data.find(DLE, max(self._scanned, 1))
        while at >= 0 and (command is not None or at + REALTIME_BYTES_MAX <= end):
            found = realtime_at(data, at)
            if found is not None:
                yield found
            at = data.find(DLE, at + 1)
        self._scanned = at if at >= 0 else end

    def _follow_mode(self, name: str) -> None:
        """Framing depends on Chinese mode, so it is followed here, ahead of the printing."""
        if name in ("FS .", "ESC @"):
            self._chinese = False  # section 4: not guaranteed after ESC @; here it is off
        elif name == "FS &":
            self._chinese = True


def realtime_at(data: bytes | bytearray, at: int) -> Command | None:
    """The real-time command at `at` in other data, or None."""
    if at + 2 >= len(data) or data[at] != DLE or data[at + 1] not in REALTIME_TAILS:
        return None
    length, firsts = REALTIME_TAILS[data[at + 1]]
    args = bytes(data[at + 2 : at + 2 + length])
    if args[0] not in firsts or len(args) < length:
        return None
    name, _ = TABLE[bytes(data[at : at + 2])]
    return Command(name, args, 0, inside=True)
