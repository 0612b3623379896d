"""A card from its blueprint, faults and all; the only place where keys, data and memory meet."""

from collections.abc import Iterable

from tests.hw_sim.cards.application import Personalisation
from tests.hw_sim.cards.authority import Issuer
from tests.hw_sim.cards.card import ChipCard
from tests.hw_sim.cards.faults import Blueprint, apply
from tests.hw_sim.cards.memory import CardMemory
from tests.hw_sim.cards.personalise import load
from tests.hw_sim.cards.spoiled_records import edited


def make_card(
    personalisation: Personalisation,
    issuer: Issuer,
    faults: Iterable[str] = (),
    *,
    memory: CardMemory | None = None,
) -> ChipCard:
    """The card, with `memory` carried over from before. Raises UnknownFault."""
    plan = apply(Blueprint(personalisation, issuer), faults)
    kept = memory if memory is not None else CardMemory()
    kept.blocked = kept.blocked or plan.blocked_card
    for application in plan.personalisation.applications:
        of = kept.of(application.aid)
        of.blocked = of.blocked or plan.blocked_applications
    loaded = (
        edited(load(data, plan.issuer), plan.edits) for data in plan.personalisation.applications
    )
    return ChipCard(plan.personalisation, loaded, memory=kept, behaviour=plan.behaviour)
