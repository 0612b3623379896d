"""The chip cards of the bench's people: who has which kind, and what their bank knows of it.

A card has the PAN, expiry date and PIN that people.json gives its holder, so that one villager may
insert or swipe. Everything follows from people.json and its seed: the process that holds the cards,
the bank's and the one that fills the terminal's CA store may each work it out alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.hw_sim.cards.application import CVN, PSN
from tests.hw_sim.cards.authority import Issuer, ca_keys, export_ca_keys, issuer
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.cards.contactless import ContactlessFace
from tests.hw_sim.cards.make import make_card
from tests.hw_sim.cards.memory import CardMemory
from tests.hw_sim.cards.profiles import (
    CHIP_SERVICE_CODE,
    EVERYDAY,
    PROFILES,
    Holder,
    personalise,
)
from tests.hw_sim.smart_card import ContactlessCard

CHIPS = "chips.json"
DECK = "cards.json"
RANDOM_UID_START = 0x08  # such a UID would mean a telephone (pn532.md section 4)
UID_BYTES = 4


class UnknownCard(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Dealt:
    """One row of cards.json: the kind of card of one person, and what is wrong with it."""

    key: str
    profile: str
    faults: tuple[str, ...] = ()


def deal(people: Mapping[str, Any]) -> dict[str, Dealt]:
    """Every villager gets a card; the kinds go round in turn."""
    return {
        entry["key"]: Dealt(entry["key"], EVERYDAY[at % len(EVERYDAY)])
        for at, entry in enumerate(people["villagers"])
    }


def dealt_to(people: Mapping[str, Any], key: str) -> Dealt:
    """The row of that villager. Raises UnknownCard."""
    rows = deal(people)
    if key not in rows:
        raise UnknownCard(f"no villager {key!r}; there are {', '.join(rows)}")
    return rows[key]


def cards_of(
    people: Mapping[str, Any], dealt: Mapping[str, Dealt] | None = None
) -> dict[str, ChipCard]:
    """Every villager's card by key. Raises UnknownCard or UnknownFault."""
    rows = dealt if dealt is not None else deal(people)
    return {key: card_of(people, row) for key, row in rows.items()}


def card_of(people: Mapping[str, Any], row: Dealt, *, memory: CardMemory | None = None) -> ChipCard:
    """One villager's card; `memory` carries its counters over. Raises UnknownCard, UnknownFault."""
    if row.profile not in PROFILES:
        raise UnknownCard(f"no profile {row.profile!r}; there are {', '.join(PROFILES)}")
    personalisation = personalise(holder_of(people, row.key), PROFILES[row.profile])
    return make_card(personalisation, issuer_of(people), row.faults, memory=memory)


def issuer_of(people: Mapping[str, Any]) -> Issuer:
    return issuer(str(people["seed"]))


def contactless_card(card: ChipCard) -> ContactlessCard:
    """The same card held to a contactless reader: its UID is its own and always the same."""
    uid = sha256(card.state.personalisation.key.encode()).digest()[:UID_BYTES]
    if uid[0] == RANDOM_UID_START:
        uid = bytes((uid[0] ^ 1,)) + uid[1:]
    return ContactlessCard(uid, ContactlessFace(card.state))


def holder_of(people: Mapping[str, Any], key: str) -> Holder:
    """What a card takes over from people.json. Raises UnknownCard."""
    for entry in people["villagers"]:
        if entry["key"] == key:
            card = entry["card"]
            return Holder(
                key, card["pan"], card["expiry"], card["track2"], entry["name"], entry["pin"]
            )
    raise UnknownCard(f"no villager {key!r}")


def with_chips(people: Mapping[str, Any]) -> dict[str, Any]:
    """The same people, whose stripes now say in their service code that there is a chip."""
    villagers = [{**entry, "card": _chip_stripe(entry["card"])} for entry in people["villagers"]]
    return {**people, "villagers": villagers}


def chip_keys(people: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the bank needs for each PAN: issuer master keys, sequence number, CVN; hexadecimal."""
    masters = issuer_of(people).masters
    row = {
        "imk_ac": masters.ac.hex().upper(),
        "imk_smi": masters.smi.hex().upper(),
        "imk_smc": masters.smc.hex().upper(),
        "psn": PSN,
        "cvn": CVN,
    }
    return {entry["card"]["pan"]: dict(row) for entry in people["villagers"]}


def export(directory: Path, people: Mapping[str, Any]) -> None:
    """Writes chips.json for the bank, cards.json for the bench, the CA keys for the terminal."""
    (directory / CHIPS).write_text(json.dumps(chip_keys(people), indent=1), encoding="ascii")
    write_deck(directory / DECK, deal(people).values())
    export_ca_keys(directory, ca_keys(str(people["seed"])))


def write_deck(path: Path, rows: Iterable[Dealt]) -> None:
    """cards.json: no PAN in it, only whose card is of which kind."""
    listed = [{"key": row.key, "profile": row.profile, "faults": list(row.faults)} for row in rows]
    path.write_text(json.dumps({"cards": listed}, indent=1), encoding="ascii")


def read_deck(path: Path) -> dict[str, Dealt]:
    """The rows of a cards.json by key. Raises KeyError or ValueError for another file."""
    listed = json.loads(path.read_text(encoding="ascii"))["cards"]
    rows = (Dealt(row["key"], row["profile"], tuple(row["faults"])) for row in listed)
    return {row.key: row for row in rows}


def _chip_stripe(card: Mapping[str, Any]) -> dict[str, Any]:
    track = card["track2"]
    at = len(card["pan"]) + 1 + len(card["expiry"])
    changed = track[:at] + CHIP_SERVICE_CODE + track[at + len(CHIP_SERVICE_CODE) :]
    return {**card, "service_code": CHIP_SERVICE_CODE, "track2": changed}
