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
    Question,
    Rapdu,
)
from protocol.emv.kernel import Kernel
from protocol.emv.outcome import Outcome
from terminal.core.effects import ChipWord, EndChip, GoOnWithChip, ReadCard

NewKernel = Callable[[ReadCard], Kernel]
WORDS: dict[ChipWord, Input] = {ChipWord.PIN: PinCaptured(), ChipWord.CANCEL: Cancelled()}


@dataclass(slots=True)
class ChipSession:
    """asked is what the kernel waits for. Nothing of the card stands in its repr."""

    kernel: Kernel
    asked: Question | None = None

    def begin(self, reader: IcReader) -> Event | CardFailure:
        """From the reset to the first question or the end."""
        atr = reader.power_on()
        if isinstance(atr, CardFailure):
            return atr
        return self._advance(reader, None)

    def go_on(self, reader: IcReader, given: Input) -> Event:
        """From an answer of the counter's to the next question or the end; then power off."""
        event = self._advance(reader, given)
        if isinstance(event, Outcome):
            _power_off(reader)
        return event

    def without_reader(self) -> Event:
        """The reader itself is gone."""
        return self._kept(self.kernel.step(CardGone()))

    def _advance(self, reader: IcReader, given: Input | None) -> Event:
        event = self.kernel.step(given)
        while isinstance(event, Apdu):
            event = self.kernel.step(_answer(reader, event))
        return self._kept(event)

    def _kept(self, event: Event) -> Event:
        self.asked = None if isinstance(event, Outcome) else event
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
    return CardGone() if isinstance(got, CardFailure) else Rapdu(got)


def _power_off(reader: IcReader) -> None:
    try:
        reader.power_off()
    except DeviceFault:
        return  # the attachment notices by itself; the transaction has its end
