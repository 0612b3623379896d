"""Who comes to the counter, and what for. All of it drawn from the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

WITHDRAWAL, BALANCE, CONTRIBUTION = "withdrawal", "balance", "contribution"
MIX = ((WITHDRAWAL, 45), (CONTRIBUTION, 35), (BALANCE, 20))
AMOUNTS_FEN = (1_000, 5_000, 10_000, 10_000, 20_000, 30_000, 50_000, 100_000, 200_000)
BELOW_RULE_FEN = 500
SWIPE_MS, PIN_MS = (1_500, 12_000), (3_000, 25_000)


@dataclass(frozen=True, slots=True)
class Visit:
    """One wish of one villager. amount_fen is what a withdrawal is to be; participant whom a
    contribution is for; part_fen what is paid of the tier, 0 for all of it.
    """

    service: str
    villager: Mapping[str, Any]
    amount_fen: int
    participant: Mapping[str, Any]
    payer: str
    means: str
    tier: int
    part_fen: int
    swipe_ms: int
    pin_ms: int
    amount_wrong_first: bool
    secrets: tuple[bytes, ...]  # what no view, slip or log may hold

    @property
    def card(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.villager["card"]
        return found

    @property
    def card_pin(self) -> str:
        return str(self.villager["pin"])


def visit(chance: Random, people: Sequence[Mapping[str, Any]], services: Sequence[str]) -> Visit:
    villager = chance.choice(people)
    kinds = [(kind, weight) for kind, weight in MIX if kind in services]
    (service,) = chance.choices([k for k, _ in kinds], [w for _, w in kinds])
    family = [one for one in people if one["key"] in villager["household"]]
    for_family = bool(family) and chance.random() < 0.3
    participant = chance.choice(family) if for_family else villager
    return Visit(
        service=service,
        villager=villager,
        amount_fen=chance.choice(AMOUNTS_FEN),
        participant=participant,
        payer=chance.choice("2349") if for_family else "1",
        means="cash" if chance.random() < 0.6 else "card",
        tier=chance.randrange(5),
        part_fen=chance.choice((0, 0, 0, 5_000, 3_000)),
        swipe_ms=chance.randint(*SWIPE_MS),
        pin_ms=chance.randint(*PIN_MS),
        amount_wrong_first=chance.random() < 0.02,
        secrets=_secrets(villager["card"], participant),
    )


def _secrets(card: Mapping[str, Any], participant: Mapping[str, Any]) -> tuple[bytes, ...]:
    pan, track = card["pan"], card["track2"]
    return tuple(s.encode() for s in (pan, track[track.index("=") :], participant["id_number"]))
