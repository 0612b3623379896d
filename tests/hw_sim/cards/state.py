"""A card from inside: what commands read and change.

Counters live in `memory` and outlast resets; the rest of a transaction is in `Session`, which does
not.
"""

import random
from dataclasses import dataclass, field
from enum import Enum

from tests.hw_sim.cards import cryptogram
from tests.hw_sim.cards.apdu import SW, Refused
from tests.hw_sim.cards.application import Personalisation
from tests.hw_sim.cards.behaviour import Behaviour
from tests.hw_sim.cards.memory import ApplicationMemory, CardMemory
from tests.hw_sim.cards.personalise import LoadedApplication


class Stage(Enum):
    """Where the selected application stands in one transaction."""

    NOTHING = "nothing selected"
    PSE = "directory selected"
    SELECTED = "application selected"
    INITIATED = "processing options given"
    ONLINE = "ARQC given"
    FINISHED = "last cryptogram given"


@dataclass(slots=True)
class Session:
    """One transaction, forgotten at reset and at every SELECT."""

    stage: Stage = Stage.NOTHING
    application: LoadedApplication | None = None
    pdol_data: bytes = field(default=b"", repr=False)
    cdol1_data: bytes = field(default=b"", repr=False)
    arqc: bytes = b""
    issuer_authenticated: bool | None = None  # None: not tried
    dda_done: bool = False
    pin_checked: bool | None = None


@dataclass(slots=True)
class CardState:
    personalisation: Personalisation
    applications: tuple[LoadedApplication, ...]
    memory: CardMemory
    behaviour: Behaviour
    chance: random.Random
    session: Session = field(default_factory=Session)
    violations: list[str] = field(default_factory=list)

    @property
    def application(self) -> LoadedApplication:
        """The selected one. Raises Refused(6985) when none is."""
        if self.session.application is None:
            raise Refused(SW.CONDITIONS_NOT_SATISFIED)
        return self.session.application

    @property
    def kept(self) -> ApplicationMemory:
        """What the selected application remembers. Raises Refused."""
        return self.memory.of(self.application.data.aid)

    def session_key(self, key: bytes) -> bytes:
        """The key of the transaction now running (emv.md section 15)."""
        return cryptogram.session_key(key, self.kept.atc)

    def require(self, *stages: Stage) -> None:
        """Raises Refused(6985) when the application stands elsewhere."""
        if self.session.stage not in stages:
            raise Refused(SW.CONDITIONS_NOT_SATISFIED)
