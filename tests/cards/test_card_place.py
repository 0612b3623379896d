"""Slot and stripe wait at once: the first card counts, and one answer reaches the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from drivers.api import (
    BadSwipe,
    Cancelled,
    CardEvent,
    CardFailure,
    DeviceFault,
    Fault,
    Stripe,
    TimedOut,
)
from protocol.values import Pan, Track2
from terminal.card_place import CardPlace
from terminal.core.effects import ReadCard
from terminal.core.exchange import Service
from terminal.inputs import CardCame, ChipCame, Input

PAN = "6229990100000012343"
STRIPE = Stripe(Pan(PAN), "3012", "120", Track2(PAN + "=30121200000000000"), None)
WANTED = ReadCard(Service.WITHDRAWAL, 30_000, 104, 1_795_000_000_000)
GONE = DeviceFault(Fault.GONE)


class Place:
    """A place that runs its task when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Any], Any], Callable[[Any], None]]] = []
        self.cancelled = 0

    def do(self, task: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        self.waiting.append((task, done))

    def cancel(self) -> None:
        self.cancelled += 1

    def ends(self, result: object) -> None:
        """As if the device had ended with that."""
        _task, done = self.waiting.pop(0)
        done(result)

    def runs(self, device: object) -> None:
        task, done = self.waiting.pop(0)
        done(task(device))


class MuteReader:
    """A card is in, and says nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def await_card(self, *, wait_s: float) -> CardEvent:
        self.asked.append("card")
        return CardEvent.INSERTED

    def await_removal(self, *, wait_s: float) -> CardEvent:
        self.asked.append("removal")
        return CardEvent.REMOVED

    def power_on(self) -> CardFailure:
        return CardFailure.MUTE


@pytest.fixture
def posted() -> list[Input]:
    return []


@pytest.fixture
def stripe() -> Place:
    return Place()


@pytest.fixture
def slot() -> Place:
    return Place()


@pytest.fixture
def place(stripe: Place, slot: Place, posted: list[Input]) -> CardPlace:
    made = CardPlace(stripe, slot, lambda wanted: None, posted.append)  # type: ignore[arg-type,return-value]
    made.read(WANTED)
    return made


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("swiped", [STRIPE, BadSwipe.SPEED])
def test_a_swipe_stops_the_slot_and_is_the_only_answer(
    stripe: Place, slot: Place, posted: list[Input], swiped: object
) -> None:
    stripe.ends(swiped)
    assert slot.cancelled == 1
    slot.ends(Cancelled())
    assert posted == [CardCame(swiped)]  # type: ignore[arg-type]


@pytest.mark.usefixtures("place")
def test_an_inserted_card_stops_the_stripe_and_is_the_only_answer(
    stripe: Place, slot: Place, posted: list[Input]
) -> None:
    slot.runs(MuteReader())
    assert stripe.cancelled == 1
    stripe.ends(Cancelled())
    assert posted == [ChipCame(0, CardFailure.MUTE)]


@pytest.mark.usefixtures("place")
def test_a_swipe_that_ends_after_the_card_was_inserted_counts_no_more(
    stripe: Place, slot: Place, posted: list[Input]
) -> None:
    slot.runs(MuteReader())
    stripe.ends(STRIPE)
    assert posted == [ChipCame(0, CardFailure.MUTE)]


@pytest.mark.usefixtures("place")
def test_a_card_inserted_after_the_swipe_is_not_even_powered(
    stripe: Place, slot: Place, posted: list[Input]
) -> None:
    stripe.ends(STRIPE)
    slot.runs(MuteReader())
    assert posted == [CardCame(STRIPE)]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (TimedOut(), TimedOut(), TimedOut()),
        (GONE, TimedOut(), TimedOut()),
        (TimedOut(), GONE, TimedOut()),
        (Cancelled(), Cancelled(), Cancelled()),
    ],
)
def test_nothing_is_told_once_when_both_have_ended(
    stripe: Place, slot: Place, posted: list[Input], first: object, second: object, told: object
) -> None:
    slot.ends(first)
    assert posted == []
    stripe.ends(second)
    assert posted == [CardCame(told)]  # type: ignore[arg-type]


@pytest.mark.usefixtures("place")
def test_one_reader_without_power_leaves_the_other_at_work(
    stripe: Place, slot: Place, posted: list[Input]
) -> None:
    slot.ends(GONE)
    stripe.ends(STRIPE)
    assert posted == [CardCame(STRIPE)]


def test_a_card_has_one_turn_and_must_come_out_before_another_is_read(
    place: CardPlace, stripe: Place, slot: Place
) -> None:
    reader = MuteReader()
    slot.runs(reader)
    stripe.ends(Cancelled())
    place.read(WANTED)
    slot.runs(reader)
    assert reader.asked == ["card", "removal", "card"]


def test_a_station_without_a_slot_has_the_stripe_alone(stripe: Place, posted: list[Input]) -> None:
    CardPlace(stripe, None, None, posted.append).read(WANTED)
    stripe.ends(TimedOut())
    assert posted == [CardCame(TimedOut())]


def test_a_cancel_reaches_both(place: CardPlace, stripe: Place, slot: Place) -> None:
    place.cancel()
    assert (stripe.cancelled, slot.cancelled) == (1, 1)
