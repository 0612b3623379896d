"""Where the villager's card goes: into the slot, or through the stripe reader.

Chip first (`money-safety.md`, step 3): both readers wait at once, and the one that gets a card
stops the other. Every method returns at once; what comes of it is posted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeVar

from drivers.api import (
    BadSwipe,
    Cancelled,
    CardEvent,
    CardFailure,
    DeviceFault,
    IcReader,
    MagneticReader,
    Stripe,
    TimedOut,
)
from protocol.emv.events import Event
from terminal.chip import ChipSession, NewKernel, said
from terminal.core.effects import EndChip, GoOnWithChip, ReadCard
from terminal.inputs import NOT_SENT_TX, CardCame, ChipCame, Input

WAIT_S = 60  # `magstripe.md` section 5

C = TypeVar("C", covariant=True)
T = TypeVar("T")
Nothing = Cancelled | TimedOut | DeviceFault
Swipe = Stripe | BadSwipe | Nothing
Slot = Event | CardFailure | Nothing


class Attached(Protocol[C]):
    """A place where a device of capability C belongs (`drivers.attachment.Attachment`)."""

    def do(self, task: Callable[[C], T], done: Callable[[T | DeviceFault], None]) -> None: ...
    def cancel(self) -> None: ...


class CardPlace:
    """chip None: a station without a slot, or without the bank's chip parameters."""

    def __init__(
        self,
        stripe: Attached[MagneticReader],
        chip: Attached[IcReader] | None,
        new_kernel: NewKernel | None,
        post: Callable[[Input], None],
    ) -> None:
        self._stripe, self._chip = stripe, chip
        self._new_kernel, self._post = new_kernel, post
        self._session: ChipSession | None = None
        self._used = False  # the card in the slot has had its turn: it must come out first

    def read(self, effect: ReadCard) -> None:
        race = _Race(
            self._post, self._stop_slot, self._stripe.cancel, 1 if self._chip is None else 2
        )
        if self._chip is not None:
            self._chip.do(lambda reader: self._first(reader, effect, race), race.slot)
        self._stripe.do(lambda reader: reader.read_card(wait_s=WAIT_S), race.swipe)

    def go_on(self, effect: GoOnWithChip | EndChip) -> None:
        """With the card that waits in the slot; the end is posted, whatever it is."""
        session = self._session
        assert self._chip is not None
        assert session is not None
        tx = effect.tx if isinstance(effect, EndChip) else NOT_SENT_TX

        def done(result: Event | CardFailure | DeviceFault) -> None:
            if isinstance(result, DeviceFault):
                result = session.without_reader()
            self._post(ChipCame(tx, result))

        self._chip.do(lambda reader: session.go_on(reader, said(effect)), done)

    def let_go(self) -> None:
        self._session = None
        if self._chip is not None:
            self._chip.do(lambda reader: reader.power_off(), lambda result: None)

    def cancel(self) -> None:
        self._stripe.cancel()
        self._stop_slot()

    def _stop_slot(self) -> None:
        if self._chip is not None:
            self._chip.cancel()

    def _first(self, reader: IcReader, effect: ReadCard, race: _Race) -> Slot:
        """In the reader's thread: wait for a card, then up to its first question."""
        if self._used:
            gone = reader.await_removal(wait_s=WAIT_S)
            if not isinstance(gone, CardEvent):
                return gone
            self._used = False
        came = reader.await_card(wait_s=WAIT_S)
        if not isinstance(came, CardEvent):
            return came
        if not race.inserted():
            return Cancelled()
        assert self._new_kernel is not None
        self._session = ChipSession(self._new_kernel(effect))
        self._used = True
        return self._session.begin(reader)


class _First(Enum):
    NOBODY = "nobody"
    SLOT = "slot"
    STRIPE = "stripe"


@dataclass(slots=True)
class _Race:
    """Two readers, one card. waiting: how many of them still do."""

    post: Callable[[Input], None]
    stop_slot: Callable[[], None]
    stop_stripe: Callable[[], None]
    waiting: int
    _first: _First = _First.NOBODY
    _told: Nothing | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def inserted(self) -> bool:
        """Whether the slot is first; then no swipe counts any more."""
        first = self._is_first(_First.SLOT)
        if first:
            self.stop_stripe()
        return first

    def swipe(self, result: Swipe) -> None:
        if isinstance(result, Nothing):
            self._nothing(result)
        elif self._is_first(_First.STRIPE):
            self.stop_slot()
            self.post(CardCame(result))

    def slot(self, result: Slot) -> None:
        if self._first is _First.SLOT:
            self.post(ChipCame(NOT_SENT_TX, result))
        elif isinstance(result, Nothing):
            self._nothing(result)

    def _is_first(self, who: _First) -> bool:
        with self._lock:
            if self._first is not _First.NOBODY:
                return False
            self._first = who
            return True

    def _nothing(self, result: Nothing) -> None:
        """Told once, when neither has a card; rather what is no fault."""
        with self._lock:
            self.waiting -= 1
            if self._told is None or isinstance(self._told, DeviceFault):
                self._told = result
            over = self.waiting == 0 and self._first is _First.NOBODY
            told = self._told
        if over:
            self.post(CardCame(told))
