"""The GemPC Twin serial contact reader (gempc-serial.md sections 2 to 5, 8, 9 and 13).

Every command is echoed and then answered. The reader knows TPDUs only: T=0 headers and T=1 blocks
are the host's work. Events come unasked, or between echo and answer once the host asked for that.
"""

from collections.abc import Callable

from tests.hw_sim import smart_card_frames as frames
from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.smart_card import SmartCard, delay_s, is_out
from tests.hw_sim.smart_card_atr import BadAtr
from tests.hw_sim.smart_card_frames import NAK, BadFrame, Command, IccState
from tests.hw_sim.smart_card_slot import VOLTAGES, Slot
from tests.hw_sim.smart_card_t0 import MuteCard

BYTE_GAP_S = 1.0  # section 7
EXTENSION_S = 0.1  # how long the answer behind a time extension takes
EXTENSION_FACTOR = 2
TIME_REQUEST = b"\x81"
FIRMWARE = b"GemTwRC2-V2.02-GT04"
REMOVED, INSERTED = b"\x50\x02", b"\x50\x03"
FAILED, TIME_EXTENSION = 0x40, 0x80
CLOCK_RUNNING = 0  # what the captured reader says even of a card without power

# Section 9: faults that fail one exchange with the card, and their bError.
BUSY = "busy"
EXCHANGE_ERRORS = {
    "mute": 0xFE,
    "parity": 0xFD,
    "overrun": 0xFC,
    "short_circuit": 0xFB,
    BUSY: 0xE0,
    "t1_error": 0xBD,
}
# An ATR that never was one: wrong first byte, wrong TCK.
SPOILT_ATRS = {"bad_ts": bytes.fromhex("3A00"), "bad_tck": bytes.fromhex("3B800100")}
FAULTS = (
    *SHAPES,
    "nak",
    "missing_echo",
    "stray_event",
    "time_request",
    "time_extension",
    "wtx",
    "card_pull",
    "card_pull_before",
    "card_swap",
    *EXCHANGE_ERRORS,
    *SPOILT_ATRS,
)


class CommandFailed(Exception):
    """A command the reader answers with a bError."""

    def __init__(self, error: int) -> None:
        super().__init__(f"bError {error:02X}")
        self.error = error


class GemPcTwin:
    """The reader: frames from the host in; `send` takes answers, `send_ahead` all else."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        send_ahead: Callable[[bytes], None],
        loop: Loop,
        faults: Faults,
    ) -> None:
        self.slot = Slot()
        self.powered = True
        self.exchanges = 0
        self.violations: list[str] = []
        self.on_removed: Callable[[], None] = lambda: None
        self._send = send
        self._send_ahead = send_ahead
        self._loop = loop
        self._faults = faults
        self._frames = frames.FrameReader()
        self._gap: Timer | None = None
        self._synchronous = False
        self._events: list[bytes] = []

    @property
    def state(self) -> IccState:
        if self.slot.card is None:
            return IccState.ABSENT
        return IccState.ACTIVE if self.slot.active else IccState.INACTIVE

    def insert(self, card: SmartCard, voltages: tuple[int, ...] = VOLTAGES) -> None:
        """Puts a card in; the one before is taken out first. It works at `voltages` only."""
        self.remove()
        self.slot.put(card)
        self.slot.voltages = voltages
        self._tell(INSERTED)

    def remove(self) -> None:
        if self.slot.card is None:
            return
        self.slot.put(None)
        self._tell(REMOVED)
        self.on_removed()

    def receive(self, data: bytes) -> None:
        if not self.powered:
            return
        if self._gap is not None:
            self._gap.cancel()
        for got in self._frames.feed(data):
            self._take(got)
        if self._frames.unfinished:
            self._gap = self._loop.after(BYTE_GAP_S, self._frames.forget)

    def pulled(self) -> None:
        """Loses its supply with the cable."""
        self._restart()

    def power_off(self) -> None:
        self.powered = False
        self._restart()

    def power_on(self) -> None:
        self.powered = True

    def _restart(self) -> None:
        self.slot.power_off()
        self._frames.forget()
        self._synchronous = False
        self._events.clear()

    def _tell(self, event: bytes) -> None:
        if not self.powered:
            return
        if self._synchronous:
            self._events.append(event)
        else:
            self._send_ahead(event)

    def _take(self, got: Command | BadFrame) -> None:
        if isinstance(got, BadFrame):
            self.violations.append("wrong LRC or length")
            self._send_ahead(NAK)
        elif self._faults.take("nak"):
            self._send_ahead(NAK)
        else:
            if not self._faults.take("missing_echo"):
                self._send_ahead(got.frame)
            if self._faults.take("stray_event"):
                self._events.append(INSERTED)
            self._answer(got)

    def _answer(self, got: Command) -> None:
        kind, run = COMMANDS.get(got.kind, (0x81, GemPcTwin._unknown))
        try:
            extra, data = run(self, got)
            status, error = int(self.state), 0
        except CommandFailed as why:
            extra, data = 0, b""
            status, error = self.state | FAILED, why.error
        for event in self._events:
            self._send_ahead(event)
        self._events.clear()
        answer = frames.answer(kind, got.sequence, status, error, extra, data)
        late_s = delay_s(self.slot.card) if got.kind == XFR_BLOCK else 0
        if got.kind == XFR_BLOCK and self._faults.take("time_extension"):
            self._ask_for_time(got.sequence, answer)
        elif late_s:
            self._loop.after(late_s, lambda: self._send(answer))
        else:
            self._send(answer)

    def _ask_for_time(self, sequence: int, answer: bytes) -> None:
        status = self.state | TIME_EXTENSION
        self._send(frames.answer(0x80, sequence, status, EXTENSION_FACTOR, 0, b""))
        self._loop.after(EXTENSION_S, lambda: self._send(answer))

    def _unknown(self, got: Command) -> tuple[int, bytes]:
        self.violations.append(f"unknown command {got.kind:02X}")
        raise CommandFailed(0)

    def _escape(self, got: Command) -> tuple[int, bytes]:
        if got.data == b"\x02":
            return 0, FIRMWARE
        if got.data in (b"\x01\x01\x01", b"\x01\x00\x01"):
            self._synchronous = got.data[1] == 1
        return 0, b""

    def _slot_status(self, _: Command) -> tuple[int, bytes]:
        return CLOCK_RUNNING, b""

    def _power_on_card(self, got: Command) -> tuple[int, bytes]:
        voltage = got.parameters[0]
        if voltage not in VOLTAGES:
            self.violations.append(f"power select {voltage:02X}")
            raise CommandFailed(0xFE if self.slot.card is None else 7)
        if self._faults.take("mute"):
            raise CommandFailed(0xFE)
        spoilt = next((atr for name, atr in SPOILT_ATRS.items() if self._faults.take(name)), None)
        try:
            return 0, self.slot.power_on(voltage, spoilt)
        except MuteCard as why:
            raise CommandFailed(0xFE) from why
        except BadAtr as why:
            raise CommandFailed(why.error) from why

    def _power_off_card(self, _: Command) -> tuple[int, bytes]:
        self.slot.power_off()
        return CLOCK_RUNNING, b""

    def _set_parameters(self, got: Command) -> tuple[int, bytes]:
        if not self.slot.set_parameters(got.parameters[0], got.data):
            raise CommandFailed(1 if got.parameters[0] in (0, 1) else 7)
        return self._parameters(got)

    def _reset_parameters(self, got: Command) -> tuple[int, bytes]:
        self.slot.reset_parameters()
        return self._parameters(got)

    def _parameters(self, _: Command) -> tuple[int, bytes]:
        return self.slot.protocol, self.slot.parameters

    def _transfer(self, got: Command) -> tuple[int, bytes]:
        if not self.slot.active:
            raise CommandFailed(0xFE)
        if self._faults.take(BUSY):  # not done: the host may send it again (section 9)
            raise CommandFailed(EXCHANGE_ERRORS[BUSY])
        self.exchanges += 1
        if self._faults.take("card_pull_before"):
            self.remove()
            raise CommandFailed(0xFE)
        self.slot.asks_for_time = self._faults.take("wtx")
        data = self._with_card(got.data)
        if self._faults.take("time_request"):
            self._send_ahead(TIME_REQUEST)
        return 0, data

    def _with_card(self, tpdu: bytes) -> bytes:
        """The faults here let the card do its work first: a counter it keeps has moved."""
        card = self.slot.card
        try:
            data = self.slot.exchange(tpdu)
        except MuteCard:
            data = None
        if self._faults.take("card_pull") or (card is not None and is_out(card)):
            self.remove()
        elif card is not None and self._faults.take("card_swap"):
            self.insert(card)
        if data is None or not self.slot.active:
            raise CommandFailed(0xFE)
        for name, error in EXCHANGE_ERRORS.items():
            if self._faults.take(name):
                raise CommandFailed(error)
        return data


Run = Callable[[GemPcTwin, Command], tuple[int, bytes]]

XFR_BLOCK = 0x6F
# Section 4: host message to the type that answers it.
COMMANDS: dict[int, tuple[int, Run]] = {
    0x6B: (0x83, GemPcTwin._escape),
    0x65: (0x81, GemPcTwin._slot_status),
    0x62: (0x80, GemPcTwin._power_on_card),
    0x63: (0x81, GemPcTwin._power_off_card),
    XFR_BLOCK: (0x80, GemPcTwin._transfer),
    0x61: (0x82, GemPcTwin._set_parameters),
    0x6C: (0x82, GemPcTwin._parameters),
    0x6D: (0x82, GemPcTwin._reset_parameters),
}
