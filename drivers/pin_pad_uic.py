"""UIC PP791 family PIN pads: the villager's PIN as an encrypted block (`pinpad-uic.md` 3 to 8).

The PIN key is sent, encrypted under the pad's master key, inside every PIN request; the pad cannot
check its KCV, so a wrong one shows as the bank's 87 or 99. Nothing here logs: it is card data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.api import Cancelled, DeviceFault, Fault, TimedOut
from drivers.lrc_exchange import LrcExchange, Nothing
from drivers.port import Port
from protocol import uic
from protocol.errors import OurMistake, PeerMistake
from protocol.link.stx_etx import Control, Frame
from protocol.values import Pan, PinBlock

ANSWER_WAIT_S = 2.0  # section 7: answers to SI frames; also what message 71 may take over its time
CLOSING_WAIT_S = 1.0  # section 7: message 72, and the EOT after an answer
CANCELS_MAX = 3
ANSWERS_MAX = 4  # section 3: an answer and three repetitions of it
SETTLE_S = 0.2  # what the pad still says when it is hung up on

FAULT_OF = {
    uic.Refusal.REQUEST: Fault.NOT_UNDERSTOOD,
    uic.Refusal.KEY: Fault.WRONG_KEY,
    uic.Refusal.THROTTLED: Fault.BUSY,
    uic.Refusal.NO_MASTER_KEY: Fault.NO_MASTER_KEY,
    uic.Refusal.SLOT: Fault.NOT_UNDERSTOOD,
    uic.Refusal.BROKEN: Fault.BROKEN,
}
assert set(FAULT_OF) == set(uic.Refusal)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PadSettings:
    """Where the master key TMK-P lies, and the prompts: texts of the pad's own fixed table."""

    key_slot: int = 0
    pin_digits_min: int = 6  # Chinese cards; the pad itself allows 4 to 12
    pin_digits_max: int = 6
    prompt: str = "ENTER PIN"
    prompt_again: str = "ENTER PIN"
    processing: str = "PROCESSING"


class UicPinPad:
    """`PinPad` on a UIC PP791, PP790 or PP795 with master and session keys."""

    def __init__(self, port: Port, settings: PadSettings) -> None:
        """Take over an open port. DeviceFault when no healthy pad answers on it."""
        self.port = port
        self._settings = settings
        self._exchange = LrcExchange(port)
        self._pin_key: str | None = None
        self._unsettled = True  # it may still ask for a PIN from before the cable was pulled
        self._asking = False
        self.poll()

    def load_pin_key(self, cipher: bytes, kcv: bytes) -> None:  # noqa: ARG002 (see the module)
        """Keep the PIK for the next requests. A single DES key in any dress is refused."""
        halves = cipher[:8], cipher[8:]
        if len(cipher) != uic.SESSION_KEY_BYTES or halves[0] == halves[1]:
            raise DeviceFault(Fault.WRONG_KEY, "the PIN key is not a double-length TDES key")
        self._pin_key = cipher.hex().upper()

    def enter_pin(
        self, pan: Pan, *, amount_fen: int | None, wait_s: int
    ) -> PinBlock | Cancelled | TimedOut:
        name, request = self._request(pan, amount_fen, wait_s)
        self._asking = True
        try:
            if self._unsettled:
                self.poll()
            self._select_key()
            return self._ask_pin(name, request, wait_s)
        except DeviceFault:
            self._unsettled = True
            raise
        finally:
            self._asking = False

    def check(self) -> None:
        """Self test, and whether the master key is there."""
        self.poll()
        self._require_key()

    def identify(self) -> str:
        """Serial number and built-in readers; a pad that refuses a question says nothing to it."""
        said = []
        for name, read in (("serial_number", uic.serial_number), ("capability", _readers)):
            try:
                said.append(_understood(read, self._ask(name, {})))
            except DeviceFault as fault:
                if fault.fault is not Fault.NOT_UNDERSTOOD:
                    raise
        return " ".join(filter(None, said))

    def poll(self) -> None:
        """The idle heartbeat: the self test."""
        if self._unsettled:
            self._recover()
        faults = _understood(uic.self_test_faults, self._ask("self_test", {}))
        if faults:
            raise DeviceFault(Fault.BROKEN, f"PIN pad self test: {', '.join(faults)}")

    def cancel(self) -> None:
        if self._asking:
            self.port.interrupt()

    def close(self) -> None:
        self.port.close()

    # --- one PIN

    def _request(self, pan: Pan, amount_fen: int | None, wait_s: int) -> tuple[str, Frame]:
        """Message 70 shows the amount and cannot do without; Z62 shows none (section 4)."""
        if self._pin_key is None:
            raise DeviceFault(Fault.WRONG_KEY, "no PIN key loaded: sign in")
        values = {
            "account": pan.reveal(),
            "session_key": self._pin_key,
            "timeout": str(uic.timeout_units(wait_s)),
            "digits_min": f"{self._settings.pin_digits_min:02d}",
            "digits_max": f"{self._settings.pin_digits_max:02d}",
            "prompt": self._settings.prompt,
            "prompt_again": self._settings.prompt_again,
            "processing": self._settings.processing,
        }
        try:
            if amount_fen is None:
                return "enter_pin", uic.encode("enter_pin", values)
            values["amount"] = uic.amount_text(amount_fen)
            return "enter_pin_for_amount", uic.encode("enter_pin_for_amount", values)
        except OurMistake as why:
            raise DeviceFault(Fault.NOT_UNDERSTOOD, str(why)) from why

    def _ask_pin(self, name: str, request: Frame, wait_s: int) -> PinBlock | Cancelled | TimedOut:
        acknowledged = self._exchange.send(request)
        asked_at = self.port.now()
        if acknowledged is Control.EOT:
            raise DeviceFault(Fault.NOT_UNDERSTOOD, "the PIN pad refuses to ask for a PIN")
        got = self._await_entry(name, asked_at, wait_s)
        if isinstance(got, PinBlock):
            self._end_entry_if_possible()
            return got
        self._end_entry()
        if isinstance(got, uic.PinRefused):
            raise DeviceFault(FAULT_OF[got.refusal], f"PIN pad error {got.code}")
        return got

    def _await_entry(
        self, name: str, asked_at: float, wait_s: int
    ) -> PinBlock | uic.PinRefused | Cancelled | TimedOut:
        pad_limit_s = uic.timeout_units(wait_s) * uic.TIMEOUT_UNIT_S
        spare_s = (
            ANSWER_WAIT_S if wait_s >= pad_limit_s else 0
        )  # the pad says itself that it is over
        deadline = asked_at + min(wait_s, pad_limit_s) + spare_s
        while True:
            got = self._exchange.listen(deadline)
            if got is Nothing.INTERRUPTED:
                self.port.resume()
                return Cancelled()
            if got is Nothing.DEADLINE:
                return TimedOut()
            if got is Control.EOT:
                return _answer_of(uic.eot_meaning(self.port.now() - asked_at, pad_limit_s))
            if isinstance(got, Frame) and uic.answers(name, got):
                return _understood(uic.pin_answer, got)

    def _end_entry(self) -> None:
        """Message 72, always: else the pad shows PROCESSING and refuses the next message.

        A 71 that was already on its way is acknowledged and its block discarded (section 7).
        """
        for _ in range(CANCELS_MAX):
            if self._exchange.send(uic.encode("cancel")) is Control.EOT:
                return
            if not self._exchange.discard_answer(self.port.now() + CLOSING_WAIT_S):
                return

    def _end_entry_if_possible(self) -> None:
        """The PIN is here: a pad that now hesitates must not cost the villager another entry."""
        try:
            self._end_entry()
        except DeviceFault:
            self._unsettled = True

    # --- questions and orders

    def _recover(self) -> None:
        """On start-up and after any error (section 7); the self test follows."""
        self._exchange.hang_up()
        self.port.discard(self.port.now() + SETTLE_S)
        self._exchange.start_afresh()
        self._end_entry()
        self._unsettled = False

    def _require_key(self) -> None:
        slot = {"slot": str(self._settings.key_slot)}
        if not _understood(uic.key_loaded, self._ask("key_loaded", slot)):
            raise DeviceFault(Fault.NO_MASTER_KEY, f"slot {self._settings.key_slot} is empty")

    def _select_key(self) -> None:
        """Message 08 does not look whether the key is there (section 4)."""
        self._require_key()
        slot = {"slot": str(self._settings.key_slot)}
        if not _understood(uic.key_selected, self._ask("select_key", slot)):
            raise DeviceFault(Fault.NOT_UNDERSTOOD, "the PIN pad has no such key slot")

    def _ask(self, name: str, values: dict[str, str]) -> Frame:
        """The answer to an SI frame; the pad then hangs up."""
        try:
            self._exchange.start_afresh()
            if self._exchange.send(uic.encode(name, values)) is Control.EOT:
                raise DeviceFault(Fault.NOT_UNDERSTOOD, f"the PIN pad refuses {name}")
            answer = self._answer(name, self.port.now() + ANSWER_WAIT_S)
            self._await_hang_up()
        except DeviceFault:
            self._unsettled = True
            raise
        return answer

    def _await_hang_up(self) -> None:
        """The EOT behind an answer, come once or more: left over, it would refuse what follows."""
        until = self.port.now() + CLOSING_WAIT_S
        for _ in range(ANSWERS_MAX):
            if not isinstance(self._exchange.receive(until), Frame):
                return

    def _answer(self, name: str, deadline: float) -> Frame:
        while isinstance(got := self._exchange.receive(deadline), Frame):
            if uic.answers(name, got):
                return got
        if got is Control.EOT:
            raise DeviceFault(Fault.NOT_UNDERSTOOD, f"the PIN pad hangs up on {name}")
        raise DeviceFault(Fault.SILENT, f"the PIN pad does not answer {name}")


def _readers(frame: Frame) -> str:
    return "+".join(uic.capability(frame))


def _answer_of(meaning: uic.EotMeaning) -> Cancelled | TimedOut:
    if meaning is uic.EotMeaning.REFUSED:
        raise DeviceFault(Fault.NOT_UNDERSTOOD, "the PIN pad refuses to ask for a PIN")
    return TimedOut() if meaning is uic.EotMeaning.TIMED_OUT else Cancelled()


def _understood(read: Callable[[Frame], T], frame: Frame) -> T:
    try:
        return read(frame)
    except PeerMistake as why:
        raise DeviceFault(Fault.NOT_UNDERSTOOD, str(why)) from why
