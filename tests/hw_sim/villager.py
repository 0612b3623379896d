"""Villagers with a card and a PIN, and the counter where one of them stands.

What a villager does when asked is data: `Conduct`. The people are read from people.json.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from tests.hw_sim.loop import Loop
from tests.hw_sim.magnetic_msr605 import MagneticMsr605, Swipe
from tests.hw_sim.magnetic_tracks import MagneticCard
from tests.hw_sim.pin_pad_uic import PinPadUic, State


class UnknownVillager(Exception):
    pass


class AtPinPad(Enum):
    OK = "pin-ok"
    WRONG = "pin-wrong"
    CANCEL = "pin-cancel"
    SHORT_FIRST = "pin-short"  # ENTER after three digits, then all of it
    LEAVE = "leave"


class AtReader(Enum):
    OK = "swipe-ok"
    BAD = "swipe-bad"
    FAST = "swipe-fast"
    LEAVE = "leave"


SWIPES = {AtReader.OK: Swipe.OK, AtReader.BAD: Swipe.BAD, AtReader.FAST: Swipe.FAST}


@dataclass(frozen=True)
class Conduct:
    """How a villager acts; a `times` of n falls back to all well after n askings."""

    at_pin_pad: AtPinPad = AtPinPad.OK
    at_reader: AtReader = AtReader.OK
    pin_times: int | None = None
    swipe_times: int | None = None

    def told(self, word: str, times: int | None) -> "Conduct":
        """This conduct changed by a bench word such as `pin-wrong`. Raises ValueError."""
        if word == AtPinPad.LEAVE.value:
            return Conduct(AtPinPad.LEAVE, AtReader.LEAVE, times, times)
        if word.startswith("swipe-"):
            return replace(self, at_reader=AtReader(word), swipe_times=times)
        return replace(self, at_pin_pad=AtPinPad(word), pin_times=times)


WELL_BEHAVED = Conduct()
CONDUCT_WORDS = tuple(dict.fromkeys(each.value for kind in (AtPinPad, AtReader) for each in kind))


@dataclass(frozen=True)
class Villager:
    """One person of people.json; name, identity number, card and PIN stay out of the repr."""

    key: str
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    card: MagneticCard = field(repr=False)
    pan: str = field(repr=False)
    pin: str = field(repr=False)

    @property
    def wrong_pin(self) -> str:
        """Always the same PIN of the right length, and never the right one."""
        return "".join(str((int(digit) + 1) % 10) for digit in self.pin)


def read_people(path: Path) -> dict[str, Villager]:
    """Villagers by key. Raises KeyError or ValueError for a file that is not people.json."""
    return villagers_of(json.loads(path.read_text(encoding="utf-8")))


def villagers_of(people: Mapping[str, Any]) -> dict[str, Villager]:
    """Villagers by key, from what people.json holds."""
    return {entry["key"]: _villager(entry) for entry in people["villagers"]}


def _villager(entry: Mapping[str, Any]) -> Villager:
    card = entry["card"]
    tracks = MagneticCard(card.get("track1"), card.get("track2"), card.get("track3"))
    return Villager(
        key=str(entry["key"]),
        name=str(entry["name"]),
        id_number=str(entry["id_number"]),
        card=tracks,
        pan=str(card["pan"]),
        pin=str(entry["pin"]),
    )


class Counter:
    """Who stands at the counter and answers reader and PIN pad by themselves."""

    def __init__(
        self,
        people: Mapping[str, Villager],
        reader: MagneticMsr605,
        pin_pad: PinPadUic,
        loop: Loop,
        human_delay_s: float,
    ) -> None:
        self.standing: str | None = None
        self.displays_seen: list[tuple[str, ...]] = []
        self._people = people
        self._conducts: dict[str, Conduct] = {}
        self._reader = reader
        self._pin_pad = pin_pad
        self._loop = loop
        self._human_delay_s = human_delay_s
        self._visit = 0
        reader.on_armed = self._card_asked
        pin_pad.on_pin_asked = self._pin_asked

    def villager(self, key: str) -> Villager:
        if key not in self._people:
            raise UnknownVillager(f"no villager {key!r}; there are {len(self._people)} in the file")
        return self._people[key]

    def stand(self, key: str | None) -> None:
        """Puts a villager at the counter; one already asked for a card or PIN answers at once."""
        self.standing = self.villager(key).key if key is not None else None
        self._visit += 1
        if self._reader.waits_for_card:
            self._card_asked()
        if self._pin_pad.state is State.ENTERING:
            self._pin_asked()

    def tell(self, key: str, word: str, times: int | None = None) -> None:
        """Changes how a villager acts, for the next `times` askings or from now on."""
        if word not in CONDUCT_WORDS:
            raise UnknownVillager(f"no conduct {word!r}; there are {', '.join(CONDUCT_WORDS)}")
        conduct = self._conducts.get(self.villager(key).key, WELL_BEHAVED)
        self._conducts[key] = conduct.told(word, times)

    def conduct(self, key: str) -> Conduct:
        return self._conducts.get(key, WELL_BEHAVED)

    def _card_asked(self) -> None:
        self._soon(self._swipe)

    def _pin_asked(self) -> None:
        if self.standing is not None:
            self.displays_seen.append(self._pin_pad.display)
        self._soon(self._type_pin)

    def _soon(self, action: Callable[[Villager], None]) -> None:
        if self.standing is None:
            return
        villager, visit = self._people[self.standing], self._visit

        def act() -> None:
            if self._visit == visit:
                action(villager)

        self._loop.after(self._human_delay_s, act)

    def _swipe(self, villager: Villager) -> None:
        if not self._reader.waits_for_card:
            return
        conduct = self.conduct(villager.key)
        how, left = conduct.at_reader, _used(conduct.swipe_times)
        following = AtReader.OK if left == 0 else how
        self._conducts[villager.key] = replace(
            conduct, at_reader=following, swipe_times=left or None
        )
        if how is not AtReader.LEAVE:
            self._reader.swipe(villager.card, SWIPES[how])

    def _type_pin(self, villager: Villager) -> None:
        if self._pin_pad.state is not State.ENTERING:
            return
        conduct = self.conduct(villager.key)
        how, left = conduct.at_pin_pad, _used(conduct.pin_times)
        following = AtPinPad.OK if left == 0 else how
        self._conducts[villager.key] = replace(
            conduct, at_pin_pad=following, pin_times=left or None
        )
        self._press(villager, how)

    def _press(self, villager: Villager, how: AtPinPad) -> None:
        if how is AtPinPad.CANCEL:
            self._pin_pad.press_cancel()
        elif how is AtPinPad.SHORT_FIRST:
            self._pin_pad.type_digits(villager.pin[:3])
            self._pin_pad.press_enter()
            self._pin_pad.type_digits(villager.pin[3:])
            self._pin_pad.press_enter()
        elif how is not AtPinPad.LEAVE:
            self._pin_pad.type_digits(villager.pin if how is AtPinPad.OK else villager.wrong_pin)
            self._pin_pad.press_enter()


def _used(times: int | None) -> int | None:
    return None if times is None else times - 1
