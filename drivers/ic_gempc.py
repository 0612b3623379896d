"""The GemPC Twin, a serial reader of contact chip cards (`gempc-serial.md` 4 to 9).

The reader moves single TPDUs; voltage, PPS, T=0 and T=1 are the terminal's business, here and in
`protocol/`. Nothing here logs: APDUs are card data.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api import (
    Cancelled,
    CardEvent,
    CardFailure,
    DeviceFault,
    Fault,
    TimedOut,
)
from drivers.gempc_exchange import OPEN_WAIT_S, GempcExchange, Lost
from drivers.port import Port
from protocol import atr, gempc, t0, t1
from protocol.atr import Atr
from protocol.errors import PeerMistake
from protocol.gempc import Answer, Slot, Trouble

VOLTAGES = (1, 2, 3)  # section 5.1: 5 V, 3 V, 1.8 V
LOOK_S = 0.4  # section 7: slot status every 200 to 500 ms while a card is awaited
POWER_GAP_S = 0.01  # section 6: between power off and on for a cold reset

FAILURES = {
    Trouble.MUTE: CardFailure.MUTE,
    Trouble.LINE: CardFailure.GARBLED,
    Trouble.UNKNOWN: CardFailure.UNKNOWN,
    Trouble.UNSUPPORTED: CardFailure.UNSUPPORTED,
    Trouble.PARAMETER: CardFailure.UNSUPPORTED,
    Trouble.COMMAND: CardFailure.UNSUPPORTED,
}
FAULTS = {
    Trouble.READER: Fault.BROKEN,
    Trouble.BUSY: Fault.SILENT,  # after five attempts: opened afresh
    Trouble.CONFIGURATION: Fault.NOT_UNDERSTOOD,
}
assert FAILURES.keys() | FAULTS.keys() == set(Trouble)
ONCE_MORE = (CardFailure.GARBLED, CardFailure.UNKNOWN)  # sections 6, 9: one more reset


@dataclass(slots=True)
class _Session:
    """One card since its reset; link None: the card speaks T=0."""

    link: t1.Link | None


class GempcReader:
    """`IcReader` on a GemPC Twin, with or without its echo."""

    def __init__(self, port: Port) -> None:
        """Take over an open port. DeviceFault(SILENT) when no reader answers on it."""
        self.port = port
        self._exchange = GempcExchange(port)
        self._session: _Session | None = None
        self._waiting = False
        port.flush_input()  # with RTS low it sends its plug-and-play text no more (section 1)
        firmware = self._exchange.ask("escape", gempc.FIRMWARE, wait_s=OPEN_WAIT_S)
        self.firmware = firmware.data.decode("ascii", "replace")[:40]
        self._exchange.ask("escape", gempc.EVENTS_WITH_ANSWERS)

    def await_card(self, *, wait_s: float) -> CardEvent | Cancelled | TimedOut:
        return self._await(CardEvent.INSERTED, wait_s)

    def await_removal(self, *, wait_s: float) -> CardEvent | Cancelled | TimedOut:
        return self._await(CardEvent.REMOVED, wait_s)

    def power_on(self) -> Atr | CardFailure:
        self._session = None
        got = self._reset()
        if not isinstance(got, Atr):
            return got
        negotiated = self._negotiate(got)
        if isinstance(negotiated, CardFailure):
            self._let_go()
            return negotiated
        self._session = negotiated
        return got

    def exchange(self, apdu: bytes) -> bytes | CardFailure:
        t0.first_tpdu(apdu)  # OurMistake before anything is sent
        session = self._session
        if session is None or self._exchange.take_moved():
            self._session = None
            return CardFailure.REMOVED
        self._session = None  # until the answer is there
        got = self._over_t1(session.link.exchange(apdu)) if session.link else self._over_t0(apdu)
        if isinstance(got, CardFailure):
            self._let_go()
        else:
            self._session = session
        return got

    def power_off(self) -> None:
        self._session = None
        self._exchange.ask("power_off")

    def check(self) -> None:
        self.poll()

    def identify(self) -> str:
        return self.firmware

    def poll(self) -> None:
        """The idle heartbeat: the slot's status. Ends the session with a card that has gone."""
        if self._slot() is not Slot.ACTIVE:
            self._session = None

    def cancel(self) -> None:
        if self._waiting:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    # --- waiting for a person

    def _await(self, event: CardEvent, wait_s: float) -> CardEvent | Cancelled | TimedOut:
        self._waiting = True
        deadline = self.port.now() + wait_s
        try:
            while True:
                slot = self._slot()
                if slot is not Slot.ACTIVE:
                    self._session = None
                if (slot is Slot.EMPTY) is (event is CardEvent.REMOVED):
                    return event
                if self._exchange.take_moved():
                    continue  # told while we asked: look again at once
                if self.port.now() >= deadline:
                    return TimedOut()
                if self._exchange.listen(min(deadline, self.port.now() + LOOK_S)):
                    self.port.resume()
                    return Cancelled()
        finally:
            self._waiting = False

    def _slot(self) -> Slot:
        answer = self._exchange.ask("slot_status")
        if answer.trouble in FAULTS:
            raise _fault(answer.trouble)
        return answer.slot

    # --- reset

    def _reset(self) -> Atr | CardFailure:
        """The first ATR by section 5.1's voltages; one that is damaged is asked for once more."""
        got: Atr | CardFailure = CardFailure.MUTE
        for voltage in VOLTAGES:
            got = self._power(voltage)
            if got in ONCE_MORE or (isinstance(got, Atr) and got.tb1):
                self._let_go()
                self.port.discard(self.port.now() + POWER_GAP_S)
                got = self._power(voltage)  # TB1 after this reset may have any value (EMV Book 1)
            if got is not CardFailure.MUTE:
                break
        if isinstance(got, CardFailure):
            self._let_go()
        return got

    def _power(self, voltage: int) -> Atr | CardFailure:
        answer = self._exchange.ask("power_on", parameter=voltage)
        if failure := _failure(answer):
            return failure
        self._exchange.take_moved()  # what came before the reset was no movement of this card
        try:
            return atr.parse(answer.data)
        except PeerMistake:
            return CardFailure.UNKNOWN

    def _negotiate(self, card: Atr) -> _Session | CardFailure:
        """PPS, parameters and for T=1 the block size (sections 5.2, 5.3, 5.5)."""
        protocol = card.first_protocol
        if protocol not in (0, 1) or (protocol == 1 and card.uses_crc):
            return CardFailure.UNSUPPORTED
        speed = self._agree_on_speed(card)
        if isinstance(speed, CardFailure):
            return speed
        parameters = gempc.parameters_t1 if protocol == 1 else gempc.parameters_t0
        answer = self._exchange.ask("set_parameters", parameters(card, speed), protocol)
        failure = _failure(answer)
        if failure and answer.trouble not in (Trouble.PARAMETER, Trouble.COMMAND):
            return failure  # else: not changeable, go on (section 9)
        if protocol == 0:
            return _Session(None)
        link = t1.Link(card.ifsc)
        got = self._over_t1(link.negotiate())
        return got if isinstance(got, CardFailure) else _Session(link)

    def _agree_on_speed(self, card: Atr) -> int | CardFailure:
        """Fi and Di of TA1 when the card confirms them, else the default after another reset."""
        request = atr.pps_request(card)
        if request is None:
            return card.ta1 if card.ta2 is not None and card.ta1 else atr.DEFAULT_FI_DI
        if self._transfer(request) == request:
            return request[2]
        self._let_go()
        self.port.discard(self.port.now() + POWER_GAP_S)
        again = self._power(VOLTAGES[0])
        return again if isinstance(again, CardFailure) else atr.DEFAULT_FI_DI

    # --- exchanges

    def _over_t0(self, apdu: bytes) -> bytes | CardFailure:
        conversation = t0.exchange(apdu)
        try:
            tpdu = next(conversation)
            while True:
                got = self._transfer(tpdu)
                if isinstance(got, CardFailure):
                    return got
                tpdu = conversation.send(got)
        except StopIteration as over:
            return bytes(over.value)
        except PeerMistake:
            return CardFailure.GARBLED

    def _over_t1(self, conversation: t1.Exchange) -> bytes | CardFailure:
        try:
            sent = next(conversation)
            while True:
                got = self._transfer(sent.wire, sent.wait_factor)
                if isinstance(got, CardFailure) and got is not CardFailure.GARBLED:
                    return got
                sent = conversation.send(None if isinstance(got, CardFailure) else got)
        except StopIteration as over:
            return bytes(over.value)
        except PeerMistake:
            return CardFailure.GARBLED

    def _transfer(self, tpdu: bytes, wait_factor: int = 1) -> bytes | CardFailure:
        got = self._exchange.transfer(tpdu, wait_factor)
        if isinstance(got, Lost):
            # Also tells a reader that is gone (DeviceFault) from a card that is (section 8).
            gone = self._slot() is not Slot.ACTIVE
            if gone:
                return CardFailure.REMOVED
            return CardFailure.MUTE if got is Lost.SILENT else CardFailure.GARBLED
        failure = _failure(got)
        # A slot without power holds another card than the one that was powered.
        if self._exchange.take_moved() or got.slot is not Slot.ACTIVE:
            return CardFailure.REMOVED
        return failure or got.data

    def _let_go(self) -> None:
        """Power the card off: what follows begins with a reset."""
        self._session = None
        self._exchange.ask("power_off")


def _failure(answer: Answer) -> CardFailure | None:
    """What a failed command says of the card. DeviceFault when it says it of the reader."""
    if answer.trouble is None:
        return None
    if answer.trouble in FAULTS:
        raise _fault(answer.trouble)
    return CardFailure.REMOVED if answer.slot is Slot.EMPTY else FAILURES[answer.trouble]


def _fault(trouble: Trouble) -> DeviceFault:
    return DeviceFault(FAULTS[trouble], f"the chip reader reports {trouble.value}")
