"""An ESC/POS receipt printer with Chinese ROM (escpos-printer.md sections 2, 3, 7 and 11).

Real-time commands are obeyed as they arrive; the rest waits in a ring buffer and is printed at the
speed given. While offline nothing is printed and GS r is silent; it is answered on recovery.
After ESC @ Chinese mode is off, and GS ! leaves Han characters alone: the sheet guarantees neither.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.hw_sim import printer_status as status
from tests.hw_sim.escpos_interpreter import CUTTER_DOTS, Interpreter, Rom
from tests.hw_sim.escpos_parser import Command, EscPosParser
from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.printer_status import Condition, PaperState, StatusProfile
from tests.hw_sim.slip import DOTS_PER_MM, PAPERS, Paper, Slip

FAULTS = (*(name for name in SHAPES if name not in ("bad_check", "truncate")), "asb_inside")
XON, XOFF = b"\x11", b"\x13"
BUFFER_BYTES = 4096
ROLL_MM = 30_000.0
NEAR_END_MM = 1_000.0
HEAD_COOLS_S = 30.0
BATCH_S_MIN = 0.005  # lines closer together than this are printed as one
IDENTITIES = {65: "1.00", 66: "SIMULATOR", 67: "SIM-58", 68: "SIM0000001", 69: "CHINA GB18030"}
ONE_BYTE_IDENTITIES = {1: 0x02, 2: 0x03, 3: 0x01}


@dataclass(frozen=True)
class Model:
    """What kind of printer it is; `speed_mm_s` infinite prints at once."""

    paper: Paper = PAPERS[58]
    rom: Rom = Rom.GBK
    status: StatusProfile = StatusProfile.FULL
    has_qr: bool = True
    speed_mm_s: float = 90.0
    buffer_bytes: int = BUFFER_BYTES


class PrinterEscPos:
    """The printer: bytes from the host in; answers through `send`, slips to `on_slip`."""

    def __init__(
        self, model: Model, send: Callable[[bytes], None], loop: Loop, faults: Faults
    ) -> None:
        self.condition = Condition()
        self.powered = True
        self.slips: list[Slip] = []
        self.violations: list[str] = []
        self.drawer_pulses: list[tuple[int, int, int]] = []  # pin, on ms, off ms
        self.cuts = 0
        self.paper_left_mm = ROLL_MM
        self.jams_at_cut: int | None = None
        self.on_slip: Callable[[Slip], None] = lambda _: None
        self.on_full: Callable[[bool], None] = lambda _: None
        self.model = model
        self._send = send
        self._loop = loop
        self._faults = faults
        self._parser = EscPosParser()
        self._interpreter = Interpreter(
            model.paper, model.rom, has_qr=model.has_qr, violations=self.violations
        )
        self._buffer: deque[Command] = deque()
        self._buffered_bytes = 0
        self._full = False
        self._held = False
        self._asb_enabled = 0
        self._moving: Timer | None = None
        self._owed_s = 0.0
        self._printing = False
        self._cooling: Timer | None = None
        self._blade_stuck = False
        self._ran_out_inside = False

    @property
    def busy(self) -> bool:
        """Whether something received is still to be printed."""
        return bool(self._buffer) or self._moving is not None

    def receive(self, data: bytes) -> None:
        if not self.powered:
            return
        for command in self._parser.feed(data):
            if command.inside:
                self.violations.append(f"{command.name} triple inside another command's data")
            if command.name in REALTIME:
                REALTIME[command.name](self, command.args)
            else:
                self._buffer.append(command)
                self._buffered_bytes += command.size_bytes
        self._print()

    def pulled(self) -> None:
        self._parser.forget()

    def set_paper(self, state: PaperState) -> None:
        """`IN` is a new roll; what was printed before the paper ran out is torn off."""
        if state is PaperState.IN:
            self.paper_left_mm = ROLL_MM
            if self._ran_out_inside:
                self._end_slip("torn: paper out")
        self._ran_out_inside = state is PaperState.OUT and bool(self._interpreter.items)
        self._change(paper=state)

    def set_cover(self, *, is_open: bool) -> None:
        self._change(cover_open=is_open)

    def jam_cutter(self) -> None:
        self._blade_stuck = True
        self._change(cutter_error=True)

    def free_cutter(self) -> None:
        """Frees the blade; the error stays until DLE ENQ or a power cycle (section 7)."""
        self._blade_stuck = False

    def set_head_hot(self, *, is_hot: bool, cools_s: float = HEAD_COOLS_S) -> None:
        if self._cooling is not None:
            self._cooling.cancel()
        self._change(head_hot=is_hot)
        if is_hot:
            self._cooling = self._loop.after(cools_s, lambda: self._change(head_hot=False))

    def set_unrecoverable(self, *, is_broken: bool) -> None:
        self._change(unrecoverable=is_broken)

    def set_drawer(self, *, is_open: bool) -> None:
        self._change(drawer_pin_high=is_open)

    def power_off(self) -> None:
        """Loses the buffer and all modes; what was on paper is torn off where it stood."""
        self.powered = False
        self._clear_buffer()
        self._parser.power_up()
        self._interpreter.reset()
        self._asb_enabled = 0
        self._end_slip("torn: power off")
        self._update_full()

    def power_on(self) -> None:
        self.powered = True
        self.condition = replace(self.condition, head_hot=False, cutter_error=self._blade_stuck)

    def hold(self, wait_s: float) -> None:
        """Sends XOFF and takes nothing for `wait_s`, then XON (section 11)."""
        self._held = True
        self._send(XOFF)
        self.on_full(True)
        self._loop.after(wait_s, self._release)

    def _release(self) -> None:
        self._held = False
        self._send(XON)
        self.on_full(self._full)

    def _change(self, **sensors: object) -> None:
        before = self.condition
        self.condition = replace(before, **sensors)  # type: ignore[arg-type]
        enabled = self._asb_enabled if self.powered else 0
        if status.asb_concerns(before, self.condition, enabled):
            self._send(status.asb(self.condition))
        self._print()

    def _print(self) -> None:
        """Prints what waits until the buffer is empty, the paper moves, or the printer stops."""
        if self._printing:
            return  # a sensor changed while a command moves the paper: that command comes first
        self._printing = True
        while self._buffer and self._moving is None and self._ready():
            command = self._buffer.popleft()
            self._buffered_bytes -= command.size_bytes
            self._obey(command)
        self._printing = False
        self._update_full()

    def _ready(self) -> bool:
        return self.powered and not self.condition.offline

    def _update_full(self) -> None:
        full = self._buffered_bytes >= self.model.buffer_bytes
        if full is not self._full:
            self._full = full
            self.on_full(full or self._held)

    def _obey(self, command: Command) -> None:
        if not command.known:
            self.violations.append(f"command outside the sheet: {command.name}")
        moved_dots = self._interpreter.obey(command)
        if moved_dots is not None:
            self._move(moved_dots)
        elif command.name in IN_ORDER:
            IN_ORDER[command.name](self, command)

    def _move(self, dots: int) -> None:
        if not dots:
            return
        length_mm = dots / DOTS_PER_MM
        self.paper_left_mm -= length_mm
        if self.paper_left_mm <= 0:
            self.set_paper(PaperState.OUT)
        elif self.paper_left_mm <= NEAR_END_MM and self.condition.paper is PaperState.IN:
            self._change(paper=PaperState.LOW)
        self._owed_s += length_mm / self.model.speed_mm_s
        if self._owed_s >= BATCH_S_MIN and not math.isinf(self.model.speed_mm_s):
            self._moving = self._loop.after(self._owed_s, self._moved)
            self._owed_s = 0.0

    def _moved(self) -> None:
        self._moving = None
        self._print()

    def _clear_buffer(self) -> None:
        self._buffer.clear()
        self._buffered_bytes = 0
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None

    def _end_slip(self, end: str) -> None:
        items = self._interpreter.take_items()
        if not items:
            return
        slip = Slip(len(self.slips) + 1, self.model.paper, items, end)
        self.slips.append(slip)
        self.on_slip(slip)

    def _cut(self, command: Command) -> None:
        """GS V and the old ESC i, ESC m. A jam puts the command back: ENQ 1 cuts again."""
        mode = command.args[0] % 0x30 if command.name == "GS V" else int(command.name == "ESC m")
        if not self._interpreter.at_line_start:
            self.violations.append(f"{command.name} inside a line")
            return
        if self._jams_now():
            self._buffer.appendleft(command)
            self._buffered_bytes += command.size_bytes
            self.jam_cutter()
            return
        if mode >= 0x11:  # 41h, 42h: feed to the cutter and n dots more
            self._move(self._interpreter.feed(CUTTER_DOTS + command.args[1]))
        self.cuts += 1
        self._end_slip("full cut" if mode in (0, 0x11) else "partial cut")

    def _jams_now(self) -> bool:
        if self.jams_at_cut is not None:
            self.jams_at_cut -= 1
            if self.jams_at_cut <= 0:
                self.jams_at_cut = None
                return True
        return self._blade_stuck

    def _pulse_drawer(self, command: Command) -> None:
        pin, on, off = command.args
        self.drawer_pulses.append((2 if pin % 0x30 == 0 else 5, 2 * on, 2 * off))

    def _pulse_drawer_now(self, args: bytes) -> None:
        _, pin, hundred_ms = args
        self.drawer_pulses.append((2 if pin == 0 else 5, 100 * hundred_ms, 100 * hundred_ms))

    def _enable_asb(self, command: Command) -> None:
        if self.model.status is not StatusProfile.FULL:
            return
        self._asb_enabled = command.args[0]
        if self._asb_enabled:
            self._send(status.asb(self.condition))

    def _answer_in_order(self, command: Command) -> None:
        if self.model.status is StatusProfile.FULL:
            self._send(bytes([status.gs_r(self.condition, command.args[0])]))
        elif self.model.status is StatusProfile.CONSTANT:
            self._send(b"\x12")

    def _identify(self, command: Command) -> None:
        which = command.args[0]
        if self.model.status is not StatusProfile.FULL:
            return
        if which in IDENTITIES:
            self._send(b"\x5f" + IDENTITIES[which].encode("ascii") + b"\0")
        elif which % 0x30 in ONE_BYTE_IDENTITIES:
            self._send(bytes([ONE_BYTE_IDENTITIES[which % 0x30]]))

    def _answer_now(self, args: bytes) -> None:
        """DLE EOT, as far as the model answers it."""
        profile, question = self.model.status, args[0]
        if profile is StatusProfile.CONSTANT:
            self._send(b"\x12")
        elif profile is StatusProfile.BASIC and question in (1, 4):
            self._send(bytes([status.dle_eot(_without_near_end(self.condition), question)]))
        elif profile is StatusProfile.FULL and 1 <= question <= 4:
            if self._faults.take("asb_inside"):
                self._send(status.asb(self.condition))
            self._send(bytes([status.dle_eot(self.condition, question)]))

    def _recover(self, args: bytes) -> None:
        """DLE ENQ: 1 goes on with the buffer, 2 clears it; a blade still stuck jams again."""
        if args == b"\x02":
            self._clear_buffer()
            self._interpreter.reset()
            self._end_slip("torn: buffer cleared")
        if not self._blade_stuck:
            self._change(cutter_error=False)


def _without_near_end(now: Condition) -> Condition:
    return replace(now, paper=PaperState.IN) if now.paper is PaperState.LOW else now


def _nothing(_: PrinterEscPos, __: Command) -> None:
    return None


REALTIME: dict[str, Callable[[PrinterEscPos, bytes], None]] = {
    "DLE EOT": PrinterEscPos._answer_now,
    "DLE ENQ": PrinterEscPos._recover,
    "DLE DC4": PrinterEscPos._pulse_drawer_now,
}
IN_ORDER: dict[str, Callable[[PrinterEscPos, Command], None]] = {
    "GS V": PrinterEscPos._cut,
    "ESC i": PrinterEscPos._cut,
    "ESC m": PrinterEscPos._cut,
    "ESC p": PrinterEscPos._pulse_drawer,
    "GS a": PrinterEscPos._enable_asb,
    "GS r": PrinterEscPos._answer_in_order,
    "GS I": PrinterEscPos._identify,
    "ESC c 3": _nothing,
    "ESC c 4": _nothing,
    "ESC =": _nothing,
}
