"""The PN532 contactless reader on a UART (pn532.md sections 3 to 6 and 11).

It sleeps until a wake-up and SAMConfiguration. Every good command is acknowledged and then
answered; an ACK of the host stops a command that still waits, a NACK asks for the answer again.
"""

from collections.abc import Callable

from tests.hw_sim import contactless_field
from tests.hw_sim import contactless_frames as frames
from tests.hw_sim.contactless_field import Field
from tests.hw_sim.contactless_frames import ACK, ERROR, BadFrame, Command, Received, Short
from tests.hw_sim.faults import SHAPES, Faults
from tests.hw_sim.loop import Loop, Timer
from tests.hw_sim.smart_card import ContactlessCard

BYTE_GAP_S = 0.05  # section 7
FIRMWARE = bytes([0x32, 0x01, 0x06, 0x07])
ENDLESS = 0xFF
AUTO_RATS = 0x10
FLAGS_AT_START = 0x14
TYPE_A = 0x00
REGISTERS_AT_START = {0x6302: 0x80, 0x6303: 0x80}
POLL_TYPES_A = {0x00, 0x10, 0x20}
POLL_TYPE_ISO_DEP = 0x20
TARGETS_MAX = 2

TIMEOUT, BAD_PARAMETER = 0x01, 0x10
FAULTS = (*SHAPES, "ack_lost", "bad_length_check", "extra_zeros", *contactless_field.FAULTS)


class SyntaxErrorFrame(Exception):
    """A command the PN532 knows nothing of, or of a wrong length."""


class StillWaiting(Exception):
    """The command is answered when a card comes."""


class Pn532:
    """The reader: frames from the host in; `send` takes answers, `send_ahead` ACKs."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        send_ahead: Callable[[bytes], None],
        loop: Loop,
        faults: Faults,
    ) -> None:
        self.powered = True
        self.field_on = False
        self.field = Field(faults)
        self.violations: list[str] = []
        self._send = send
        self._send_ahead = send_ahead
        self._loop = loop
        self._faults = faults
        self._frames = frames.FrameReader()
        self._gap: Timer | None = None
        self._start()

    def _start(self) -> None:
        """Power-up: LowVbat, endless retries, nothing listed."""
        self._awake = self._configured = False
        self.field_on = False
        self._flags = FLAGS_AT_START
        self._retries = ENDLESS
        self._registers = dict(REGISTERS_AT_START)
        self.field.switch_off()
        self._waiting: Command | None = None
        self._last = b""
        self._frames.forget()

    @property
    def asleep(self) -> bool:
        return not self._configured

    def put(self, *cards: ContactlessCard) -> None:
        """Lays these cards on the antenna in the place of those there."""
        self.field.cards = list(cards)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._answer(waiting)

    def take(self) -> None:
        self.field.cards = []

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
        """Loses its supply with the cable: asleep again (section 8)."""
        self._start()

    def power_off(self) -> None:
        self.powered = False
        self._start()

    def power_on(self) -> None:
        self.powered = True

    def _take(self, got: Received) -> None:
        if isinstance(got, Command):
            self._command(got)
        elif got is Short.ACK:
            self._waiting = None
        elif got is Short.NACK:
            if self._last:
                self._send(self._last)
        else:
            assert isinstance(got, BadFrame)
            self.violations.append("wrong LCS, DCS or TFI")

    def _command(self, got: Command) -> None:
        self._awake = self._awake or got.after_55
        if not self._awake or not (self._configured or got.code == SAM_CONFIGURATION):
            return  # LowVbat: not a sound
        if self._faults.take("ack_lost"):
            return
        self._waiting = None
        self._send_ahead(ACK)
        self._answer(got)

    def _answer(self, got: Command) -> None:
        try:
            run = COMMANDS.get(got.code)
            if run is None:
                self.violations.append(f"unknown command {got.code:02X}")
                raise SyntaxErrorFrame
            frame = frames.answer(got.code, run(self, got.data))
        except (SyntaxErrorFrame, IndexError):
            frame = ERROR
        except StillWaiting:
            self._waiting = got
            return
        self._last = frame
        self._send(self._spoilt(frame))
        if got.code == POWER_DOWN:
            self._awake = False

    def _spoilt(self, frame: bytes) -> bytes:
        if self._faults.take("bad_length_check"):
            frame = frame[:4] + bytes([frame[4] ^ 0x11]) + frame[5:]
        return b"\0\0\0" + frame if self._faults.take("extra_zeros") else frame

    def _diagnose(self, data: bytes) -> bytes:
        if data[0] != 0:
            raise SyntaxErrorFrame
        return data

    def _firmware(self, _: bytes) -> bytes:
        return FIRMWARE

    def _general_status(self, _: bytes) -> bytes:
        numbers = self.field.listed
        listed = b"".join(bytes([number, 0, 0, 0x10]) for number in numbers)
        return bytes([0, self.field_on, len(numbers)]) + listed + b"\0"

    def _read_register(self, data: bytes) -> bytes:
        if not data or len(data) % 2:
            raise SyntaxErrorFrame
        addresses = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
        return bytes(self._registers.get(address, 0) for address in addresses)

    def _write_register(self, data: bytes) -> bytes:
        if not data or len(data) % 3:
            raise SyntaxErrorFrame
        for at in range(0, len(data), 3):
            self._registers[int.from_bytes(data[at : at + 2], "big")] = data[at + 2]
        return b""

    def _set_parameters(self, data: bytes) -> bytes:
        self._flags = data[0]
        return b""

    def _sam_configuration(self, data: bytes) -> bytes:
        if data[0] not in (1, 2, 3, 4):
            raise SyntaxErrorFrame
        self._configured = True
        return b""

    def _power_down(self, data: bytes) -> bytes:
        self.field.switch_off()
        return bytes([0 if data[0] else BAD_PARAMETER])

    def _rf_configuration(self, data: bytes) -> bytes:
        item, values = data[0], data[1:]
        if item == 1:
            self.field_on = bool(values[0] & 1)
            if not self.field_on:
                self.field.switch_off()
        elif item == 5:
            self._retries = values[2]
        elif not values:
            raise SyntaxErrorFrame
        return b""

    def _list(self, data: bytes) -> bytes:
        wanted, modulation = data[0], data[1]
        if not 1 <= wanted <= TARGETS_MAX:
            raise SyntaxErrorFrame
        self.field_on = True
        found = self.field.in_turn()[:wanted] if modulation == TYPE_A else []
        if not found and self._retries == ENDLESS:
            raise StillWaiting
        return bytes([len(found)]) + self._listed(found)

    def _listed(self, cards: list[ContactlessCard]) -> bytes:
        return self.field.list_cards(cards, auto_rats=bool(self._flags & AUTO_RATS))

    def _auto_poll(self, data: bytes) -> bytes:
        times, types = data[0], set(data[2:])
        if not types:
            raise SyntaxErrorFrame
        found = self.field.in_turn()[:1] if types & POLL_TYPES_A else []
        if not found:
            if times == ENDLESS:
                raise StillWaiting
            return b"\0"
        record = self._listed(found)
        kind = POLL_TYPE_ISO_DEP if found[0].chip is not None else 0x10
        return bytes([1, kind, len(record)]) + record

    def _select(self, data: bytes) -> bytes:
        return bytes([self.field.select(data[0])])

    def _deselect(self, data: bytes) -> bytes:
        return bytes([self.field.deselect(data[0])])

    def _release(self, data: bytes) -> bytes:
        return bytes([self.field.release(data[0])])

    def _communicate_thru(self, _: bytes) -> bytes:
        """No card here understands the probes for exotic tags (section 9)."""
        return bytes([TIMEOUT])

    def _exchange(self, data: bytes) -> bytes:
        return self.field.exchange(data)


SAM_CONFIGURATION, POWER_DOWN = 0x14, 0x16
# Section 4, in its order.
COMMANDS: dict[int, Callable[[Pn532, bytes], bytes]] = {
    0x00: Pn532._diagnose,
    0x02: Pn532._firmware,
    0x04: Pn532._general_status,
    0x06: Pn532._read_register,
    0x08: Pn532._write_register,
    0x12: Pn532._set_parameters,
    SAM_CONFIGURATION: Pn532._sam_configuration,
    POWER_DOWN: Pn532._power_down,
    0x32: Pn532._rf_configuration,
    0x4A: Pn532._list,
    0x40: Pn532._exchange,
    0x42: Pn532._communicate_thru,
    0x44: Pn532._deselect,
    0x52: Pn532._release,
    0x54: Pn532._select,
    0x60: Pn532._auto_poll,
}
