"""A chip card in its slot: the kernel's commands go to the card, its questions to the counter.

A session belongs to one card and one transaction. It is advanced in the reader's thread, between
the counter's answers it waits; whatever happens to card or reader, the kernel hears of it and has
the last word (`emv.md` section 18).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.api import CardFailure, DeviceFault, IcReader
from protocol.emv.events import (
    Apdu,
    Cancelled,
    CardGone,
    Chosen,
    Event,
    HostResult,
    HostUnreachable,
    Input,
    PinCaptured,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome
from protocol.errors import OurMistake
from terminal.core.effects import ChipWord, EndChip, GoOnWithChip, ReadCard

NO_COMMAND = bytes.fromhex("6F00")  # ISO 7816-4: no precise diagnosis
NewKernel = Callable[[ReadCard], Kernel]
WORDS: dict[ChipWord, Input] = {ChipWord.PIN: PinCaptured(), ChipWord.CANCEL: Cancelled()}


@dataclass(slots=True)
class ChipSession:
    """Nothing of the card stands in its repr."""

    kernel: Kernel
    ended: Outcome | None = None

    def begin(self, reader: IcReader) -> Event | CardFailure:
        """From the reset to the first question or the end."""
        atr = reader.power_on()
        if isinstance(atr, CardFailure):
            return atr
        return self._advance(reader, None)

    def go_on(self, reader: IcReader, given: Input) -> Event:
        """From an answer of the counter's to the next question or the end; then power off."""
        event = self._advance(reader, given)
        if self.ended is not None:
            _power_off(reader)
        return event

    def without_reader(self) -> Event | CardFailure:
        """The reader itself is gone, or its driver has failed: what the kernel makes of that."""
        if isinstance(self.ended, Outcome):
            return self.ended
        try:
            event = self.kernel.step(CardGone())
        except OurMistake:
            return CardFailure.REMOVED
        return event if isinstance(event, Outcome) else CardFailure.REMOVED

    def _advance(self, reader: IcReader, given: Input | None) -> Event:
        event = self.kernel.step(given)
        while isinstance(event, Apdu):
            event = self.kernel.step(_answer(reader, event))
        self.ended = event if isinstance(event, Outcome) else None
        return event


def said(effect: GoOnWithChip | EndChip) -> Input:
    """What the counter's answer is to the kernel."""
    if isinstance(effect, EndChip):
        return HostResult(effect.code, effect.de55) if effect.code else HostUnreachable()
    return WORDS[effect.said] if isinstance(effect.said, ChipWord) else Chosen(effect.said)


def _answer(reader: IcReader, apdu: Apdu) -> Rapdu | CardGone:
    try:
        got = reader.exchange(apdu.command)
    except DeviceFault:
        return CardGone()
    except OurMistake:  # no command at all: an issuer's script; it ends with that script
        return Rapdu(NO_COMMAND)
    return CardGone() if isinstance(got, CardFailure) else Rapdu(got)


def _power_off(reader: IcReader) -> None:
    try:
        reader.power_off()
    except DeviceFault:
        return  # the attachment notices by itself; the transaction has its end
