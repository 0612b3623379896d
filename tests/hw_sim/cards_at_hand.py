"""The villagers' chip cards, each made when it is first wanted and then kept, counters and all."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.hw_sim.cards import deck
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.smart_card import ContactlessCard

Made = TypeVar("Made")


class OnDemand(Mapping[str, Made]):
    """A mapping whose values are made on their first use."""

    def __init__(self, keys: tuple[str, ...], make: Callable[[str], Made]) -> None:
        self._keys = keys
        self._make = make
        self._made: dict[str, Made] = {}

    def __getitem__(self, key: str) -> Made:
        if key not in self._keys:
            raise KeyError(key)
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def cards_at_hand(
    people: Mapping[str, Any], dealt: Path | None = None
) -> tuple[Mapping[str, ChipCard], Mapping[str, ContactlessCard]]:
    """Everybody's card for the contacts, and the same cards for the antenna; `dealt` is cards.json.

    Raises KeyError or ValueError for another file.
    """
    rows = deck.read_deck(dealt) if dealt is not None else deck.deal(people)
    contacts = OnDemand(tuple(rows), lambda key: deck.card_of(people, rows[key]))
    return contacts, OnDemand(tuple(rows), lambda key: deck.contactless_card(contacts[key]))


def read(path: Path) -> dict[str, Any]:
    people: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return people
